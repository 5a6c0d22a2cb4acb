"""Any fact and any effect Hypothesis can think of, built from the annotations of their types."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from seatrial.domain.effects import Effect
from seatrial.domain.facts import Fact
from seatrial.journal import codec

int64 = st.integers(-(2**63), 2**63 - 1)
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)


def any_of(kinds: tuple[type[Any], ...]) -> st.SearchStrategy[Any]:
    """Any value of any of the dataclasses, with the numbers and texts a fact can carry."""
    st.register_type_strategy(int, int64)
    st.register_type_strategy(str, text)
    return st.one_of([st.from_type(kind) for kind in kinds])


any_fact: st.SearchStrategy[Fact] = any_of(codec.FACT_TYPES)
any_effect: st.SearchStrategy[Effect] = any_of(codec.EFFECT_TYPES)
