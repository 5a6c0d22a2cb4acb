"""What the market at large does to a book, and where that comes from: the seam to recorded and to made markets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from seatrial.domain.ids import Symbol

REST, TAKE, CLEAR = range(3)


class Move(NamedTuple):
    """One thing the market does. Sides are 1 and -1, prices and quantities whole units on the grids of an order.

    REST: the market's quantity at a price *becomes* `qty_units`; what accounts have there is not touched.
    TAKE: somebody takes `qty_units` up to a price; what the book does not have of it trades there all the same, among
    others who are not in the book. CLEAR: a new recording begins, nothing of the market rests.
    """

    kind: int
    side: int
    price_units: int
    qty_units: int


class Burst(NamedTuple):
    """Everything that happens to one symbol at one instant, in order. `phase` has the bits of `core.matching`."""

    at_ns: int
    moves: tuple[Move, ...]
    phase: int = 0


class Flow(Protocol):
    """A market at large, recorded or made. The same at every call: what a venue replays after a restart."""

    def bursts(self, symbol: Symbol, after_ns: int) -> Iterator[Burst]:
        """Everything after an instant, oldest first; made as it is asked for."""
        ...

    @property
    def end_ns(self) -> int:
        """Nothing happens after it."""
        ...
