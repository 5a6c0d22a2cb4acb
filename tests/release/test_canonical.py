"""One spelling for every value."""

from __future__ import annotations

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.faults import EvidenceFault
from seatrial.release.canonical import INTEGER_MAX, canonical, canonical_of_ascii, parse

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-INTEGER_MAX, INTEGER_MAX)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner), max_leaves=20
)
ASCII_KEYS = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="ascii")), inner), max_leaves=20
)


@given(VALUES)
def test_a_value_comes_back_from_its_canonical_form(value):
    assert parse(canonical(value)) == value


@given(ASCII_KEYS)
def test_the_fast_spelling_is_rfc_8785s(value):
    assert canonical_of_ascii(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [1.5, {"a": [0.0]}, float("nan"), INTEGER_MAX + 1, "\ud800"])
def test_floats_large_numbers_and_broken_text_are_refused(value):
    with pytest.raises(EvidenceFault):
        canonical(value)


@pytest.mark.parametrize("text", [b"1.5", b"1e3", b"NaN", b"9007199254740992", b'{"a":', b"\xff", b"[" * 100_000])
def test_what_cannot_be_canonical_is_not_read(text):
    with pytest.raises(EvidenceFault):
        parse(text)


def test_nesting_has_a_bound():
    value: list[object] = []
    for _ in range(40):
        value = [value]
    with pytest.raises(EvidenceFault, match="nests"):
        canonical(value)  # type: ignore[arg-type]
