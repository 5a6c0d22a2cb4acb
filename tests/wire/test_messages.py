"""Every kind of message is read, and whatever else comes is a typed fault: never a crash, never a guess.

The full count is part of `make prove`; a failure prints the command that repeats it.
"""

from __future__ import annotations

import contextlib
import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.wire.parsers import ALPACA, BINANCE, CCXT, ENDINGS, NOT_EVENTS, Reader, reader_of, recorded

from seatrial.domain.faults import VenueFault

CALM: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    "print_blob": True,
}
QUICK, FULL = 12, 900  # examples of two inputs a kind; in full more than 100,000 inputs over all kinds

KINDS = [(venue, each) for venue in ("alpaca", "binance") for each in recorded(venue) if each.kind not in NOT_EVENTS]
NAMED = [pytest.param(venue, each, id=f"{venue} {each.kind}") for venue, each in KINDS]

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(
        ["", "NaN", "Infinity", "-0", "1e400", "1e-400", "0.000000001", "999999999999999999999", "\x00", "é"]
    )
    | st.text(max_size=8)
)
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner))


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document, as the keys that lead there."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(place for key, each in inside for place in places(each, (*here, key)))]


@st.composite
def damaged(draw: st.DrawFn, document: Any) -> Any:
    """The document with a few places replaced or taken out."""
    whole = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(places(whole)))
        if not place:
            whole = draw(ANYTHING)
            continue
        parent = whole
        for key in place[:-1]:
            parent = parent[key]
        if draw(st.booleans()):
            parent[place[-1]] = draw(ANYTHING)
        else:
            del parent[place[-1]]
    return whole


def survives(reader: Reader, body: bytes) -> None:
    """Read, or refused by a fault of ours."""
    with contextlib.suppress(VenueFault):
        reader(body)


def fuzzed(venue: str, kind: str, body: bytes, count: int) -> None:
    """Documents damaged in their structure, and bytes damaged in their text."""
    reader, document = reader_of(venue, kind), json.loads(body)

    @settings(
        max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=True
    )
    @given(damaged(document), st.integers(0, len(body)), st.binary(max_size=4))
    def read(wrong: Any, at: int, noise: bytes) -> None:
        survives(reader, json.dumps(wrong).encode())
        survives(reader, body[:at] + noise + body[at + len(noise) :])

    read()


@pytest.mark.parametrize(("venue", "message"), NAMED)
def test_every_kind_is_read(venue: str, message: Any) -> None:
    reader = reader_of(venue, message.kind)
    if message.kind in ENDINGS:
        with pytest.raises(VenueFault):
            reader(bytes(message.message))
    else:
        reader(bytes(message.message))


def test_no_parser_is_without_a_message() -> None:
    read = {(venue, reader_of(venue, each.kind)) for venue, each in KINDS}

    assert {("binance", reader) for reader in BINANCE.values()} | {
        ("alpaca", reader) for reader in ALPACA.values()
    } == read


@pytest.mark.parametrize(("venue", "message"), NAMED)
def test_damaged_messages_are_refused_and_never_crash(venue: str, message: Any) -> None:
    fuzzed(venue, message.kind, bytes(message.message), QUICK)


@pytest.mark.prove
@pytest.mark.parametrize(("venue", "message"), NAMED)
def test_damaged_messages_are_refused_and_never_crash_in_full(venue: str, message: Any) -> None:
    fuzzed(venue, message.kind, bytes(message.message), FULL)


def damaged_structure(name: str, count: int) -> None:
    document, reader = CCXT[name]

    @settings(
        max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=True
    )
    @given(damaged(document).filter(lambda wrong: isinstance(wrong, type(document))))
    def read(wrong: Any) -> None:
        with contextlib.suppress(VenueFault):
            reader(wrong)

    reader(document)
    read()


@pytest.mark.parametrize("name", [*CCXT])
def test_damaged_structures_of_ccxt_are_refused_and_never_crash(name: str) -> None:
    damaged_structure(name, QUICK)


@pytest.mark.prove
@pytest.mark.parametrize("name", [*CCXT])
def test_damaged_structures_of_ccxt_are_refused_and_never_crash_in_full(name: str) -> None:
    damaged_structure(name, FULL)
