"""All cards. Importing the scenes registers them."""

from __future__ import annotations

from tests.venues.contract import orders, outages, questions, recovery, streams, tapes
from tests.venues.contract.cards import CARDS, COLUMNS, IN_PROCESS, Card, Column
from tests.venues.contract.socket_stage import on_sockets
from tests.venues.stages import on_stage

SCENES = (orders, outages, questions, recovery, streams, tapes)
SUITE: tuple[Card, ...] = tuple(CARDS[number] for number in sorted(CARDS))


def played() -> list[tuple[Card, Column]]:
    """Every card in every column that plays it."""
    return [(card, column) for card in SUITE for column in COLUMNS if not card.skipped(column)]


def play(card: Card, column: Column) -> None:
    """Play one card in one column; raises what the scene raises."""
    if column.wire == IN_PROCESS:
        on_stage(column.adapter, card.play, **card.settings)
    else:
        on_sockets(card, column)
