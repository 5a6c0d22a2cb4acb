"""How the orders of a venue meet its market: the seam between an exchange and the two kinds of market it can have.

`PrintMarket` replays bars as prints, which orders fill at without taking anything from each other: what a backtest
assumes, to the unit. `Floor` has one book per symbol, in which everybody meets everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from seatrial.core.book import Execution
from seatrial.domain.bars import Bar
from seatrial.domain.ids import Symbol
from seatrial.emulators.floor.shown import Depth, DepthChange, Prevented, Quote
from seatrial.emulators.order_books import Place, Terms
from seatrial.emulators.timeline import Happenings, Print


class Done(NamedTuple):
    """What happened to one working order at an instant."""

    symbol: Symbol
    execution: Execution
    at_ns: int


Told = Print | Done | Prevented | DepthChange | Quote


class Trading(Protocol):
    """Orders and market of one venue. Instants are market time."""

    has_books: bool

    @property
    def next_ns(self) -> int | None:
        """When something happens next; None at the end of the data."""
        ...

    @property
    def has_arrivals(self) -> bool:
        """Orders have come that met nothing yet, although their market is there."""
        ...

    def take(self) -> Happenings:
        """The next instant. Only while `next_ns` is not None."""
        ...

    def play(self, happenings: Happenings) -> Iterator[Told]:
        """Let an instant happen. Whoever hears one thing may cancel orders before the next is asked for."""
        ...

    def add(self, place: Place, number: int, terms: Terms) -> None:
        """A new order."""
        ...

    def restore(self, place: Place, number: int, terms: Terms, *, placed_ns: int, settled_ns: int) -> None:
        """A working order after a restart."""
        ...

    def cancel(self, number: int) -> int | None:
        """What was left of an order that works no longer; None where it did not work."""
        ...

    def shrink(self, number: int, left_units: int) -> None:
        """Less is left of a working order, which keeps its place. Only books hear of it; it must get smaller."""
        ...

    def __len__(self) -> int:
        """How many orders work."""
        ...

    def set_halted(self, symbol: Symbol, *, halted: bool) -> None:
        """Whether trading in a symbol stands still."""
        ...

    def newest_print(self, symbol: Symbol) -> Print | None:
        """The newest print that has happened."""
        ...

    def past_prints(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[Print]:
        """Prints in `[start_ns, end_ns]`, oldest first."""
        ...

    def finished_bars(self, symbol: Symbol, start_ns: int, end_ns: int, *, now_ns: int) -> Sequence[Bar]:
        """Bars published by now that start in `[start_ns, end_ns)`, oldest first."""
        ...

    def quote(self, symbol: Symbol) -> Quote | None:
        """The best prices of a book; None in a market without books."""
        ...

    def depth(self, symbol: Symbol, levels_max: int) -> Depth | None:
        """The levels of a book; None in a market without books."""
        ...
