"""The cards of the contract: numbered scenes that every adapter plays before its venue.

A card says what the order path may rely on. Numbers are never reused. What a venue does not have is skipped by
name, with the row of `venues.md` that says so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.venues.stages import Stage

Scene = Callable[[Stage], Awaitable[None]]

IN_PROCESS, SOCKETS = "in process", "sockets"


class Column(NamedTuple):
    """An adapter, and how it reaches its emulated venue."""

    adapter: str
    wire: str

    def __str__(self) -> str:
        return f"{self.adapter}, {self.wire}"


COLUMNS = (
    Column("alpaca", IN_PROCESS),
    Column("alpaca", SOCKETS),
    Column("binance", IN_PROCESS),
    Column("binance", SOCKETS),
    Column("ccxt", SOCKETS),
)


@dataclass(frozen=True)
class Card:
    """One promise. `settings` are of the adapter; `skips` say of an adapter or a wire why it is left out there."""

    number: int
    title: str
    play: Scene
    settings: Mapping[str, Any] = field(default_factory=dict)
    skips: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"VC-{self.number:03}"

    def skipped(self, column: Column) -> str:
        """Why this column does not play it; empty where it does."""
        return self.skips.get(column.adapter, "") or self.skips.get(column.wire, "")


CARDS: dict[int, Card] = {}


def card(
    number: int, title: str, *, skips: Mapping[str, str] | None = None, **settings: Any
) -> Callable[[Scene], Scene]:
    """Register a scene."""

    def registered(scene: Scene) -> Scene:
        assert number not in CARDS, f"VC-{number:03} is taken"
        CARDS[number] = Card(number, title, scene, settings, skips or {})
        return scene

    return registered
