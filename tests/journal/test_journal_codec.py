import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.journal.any_entries import any_effect, any_fact

from seatrial.domain import effects, facts, money_facts
from seatrial.domain.effects import Effect
from seatrial.domain.facts import CancelRequest, Fact, Timer
from seatrial.domain.faults import JournalCorrupt, JournalFault
from seatrial.domain.ids import ClientOrderId
from seatrial.journal import codec


@given(any_fact)
def test_every_fact_survives_the_journal_exactly(fact: Fact) -> None:
    text = codec.encode_fact(fact)

    assert codec.decode_fact(text) == fact
    assert codec.encode_fact(codec.decode_fact(text)) == text


@given(st.lists(any_effect, max_size=4))
def test_every_list_of_effects_survives_the_journal_exactly(decided: list[Effect]) -> None:
    assert codec.decode_effects(codec.encode_effects(tuple(decided))) == tuple(decided)


def test_every_dataclass_of_the_facts_has_a_codec() -> None:
    words = {
        kind
        for room in (facts, money_facts, effects)
        for kind in vars(room).values()
        if dataclasses.is_dataclass(kind) and kind.__module__ == room.__name__
    }

    assert words == {*codec.FACT_TYPES, *codec.EFFECT_TYPES}, "a new fact or effect belongs into its union"


def test_no_two_words_share_a_tag() -> None:
    for kinds in (codec.FACT_TYPES, codec.EFFECT_TYPES):
        assert len({kind.__name__ for kind in kinds}) == len(kinds)


@pytest.mark.parametrize(
    "text", ["", "[]", '["Rumour",{}]', '["Timer",{}]', '["Timer",{"at_ns":"1"}]', '["Timer",{"at_ns":1.5}]']
)
def test_what_is_no_fact_is_corrupt(text: str) -> None:
    with pytest.raises(JournalCorrupt):
        codec.decode_fact(text)


@pytest.mark.parametrize("number", [2**63, 2**64, -(2**80)])
def test_a_number_of_any_size_is_exact(number: int) -> None:
    assert codec.decode_fact(codec.encode_fact(Timer(number))) == Timer(number)


def test_a_text_that_is_not_unicode_is_refused() -> None:
    with pytest.raises(JournalFault, match="cannot be journalled"):
        codec.encode_fact(CancelRequest(1, ClientOrderId("A"), "\ud800"))
