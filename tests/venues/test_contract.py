"""The contract of the port: every adapter plays every card before its venue.

In process, on virtual time, all of them; over real sockets a few here and all of them in `make prove`, which writes
the whole matrix with its skips to `docs/reference/venue_contract.md`.
"""

from __future__ import annotations

import pytest
from tests.venues.contract import matrix
from tests.venues.contract.cards import IN_PROCESS, SOCKETS, Card, Column
from tests.venues.contract.suite import SUITE, play, played

QUICK = {4, 11, 14, 77}  # over sockets also in `make test`

IN_PROCESS_PLAYS = [each for each in played() if each[1].wire == IN_PROCESS]
QUICK_PLAYS = [each for each in played() if each[1].wire == SOCKETS and each[0].number in QUICK]


def named(plays: list[tuple[Card, Column]]) -> list[object]:
    return [pytest.param(card, column, id=f"{card.name}-{column.adapter}") for card, column in plays]


@pytest.mark.parametrize(("card", "column"), named(IN_PROCESS_PLAYS))
def test_every_card_holds_in_process(card: Card, column: Column) -> None:
    play(card, column)


@pytest.mark.parametrize(("card", "column"), named(QUICK_PLAYS))
def test_some_cards_hold_over_sockets(card: Card, column: Column) -> None:
    play(card, column)


def test_the_page_has_every_card_and_every_reason_for_a_skip_and_nothing_that_did_not_hold() -> None:
    told = matrix.PAGE.read_text("utf-8")

    assert [row for row in matrix.rows() if row not in told] == []
    assert [reason for reason in matrix.reasons() if f"| {reason} |" not in told] == []
    assert "| NO |" not in told


def test_the_suite_has_sixty_cards_or_more_and_every_skip_says_why() -> None:
    assert len(SUITE) >= 60
    assert all(reason for card in SUITE for reason in card.skips.values())
