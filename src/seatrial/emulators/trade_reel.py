"""Recorded trades of a market of prints: what the public is told, while orders meet the prints of the bars.

The bars are built from these trades, so their prints are prices that were traded; but which trade an order would have
met, and what was left of it, no tape says. So a rehearsal fills as a backtest does, and hears what was traded.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.ids import Symbol
from seatrial.emulators.timeline import Print

Int64Array = NDArray[np.int64]


class Recorded(Print):
    """A trade as it was recorded. Orders do not meet it. Its side is the last change's: a file need not tell it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class TradeRows:
    """The trades of one symbol, oldest first."""

    at_ns: Int64Array
    price_units: Int64Array
    qty_units: Int64Array

    def __len__(self) -> int:
        return len(self.at_ns)

    def before(self, at_ns: int) -> int:
        """How many happened before an instant."""
        return int(np.searchsorted(self.at_ns, at_ns))

    def told(self, symbol: Symbol, row: int) -> Recorded:
        """One of them. Numbers count from 1."""
        price_units = int(self.price_units[row])
        return Recorded(
            symbol=symbol,
            price_units=price_units,
            volume_units=int(self.qty_units[row]),
            at_ns=int(self.at_ns[row]),
            jumped=False,
            number=row + 1,
            buyer_maker=row > 0 and price_units < int(self.price_units[row - 1]),
        )


class TradeReel:
    """The trades of every symbol, told at their own times. What is up to `after_ns` is past."""

    def __init__(self, rows: Mapping[Symbol, TradeRows], after_ns: int) -> None:
        self.rows = dict(rows)
        self._next: dict[Symbol, int] = {symbol: each.before(after_ns + 1) for symbol, each in rows.items()}
        self._heap: list[tuple[int, Symbol]] = []
        for symbol in self._next:
            self._wait(symbol)

    @property
    def next_ns(self) -> int | None:
        """When the next trade happens; None after the last."""
        return self._heap[0][0] if self._heap else None

    def take(self, at_ns: int) -> list[Recorded]:
        """The trades of one instant, by symbol and in their order."""
        found: list[Recorded] = []
        while self._heap and self._heap[0][0] == at_ns:
            _, symbol = heapq.heappop(self._heap)
            rows, first = self.rows[symbol], self._next[symbol]
            self._next[symbol] = rows.before(at_ns + 1)
            found += [rows.told(symbol, row) for row in range(first, self._next[symbol])]
            self._wait(symbol)
        return found

    def newest(self, symbol: Symbol) -> Recorded | None:
        """The newest that has happened."""
        happened = self._next[symbol]
        return self.rows[symbol].told(symbol, happened - 1) if happened else None

    def past(self, symbol: Symbol, start_ns: int, end_ns: int) -> list[Recorded]:
        """Those that have happened in `[start_ns, end_ns)`, oldest first."""
        rows = self.rows[symbol]
        return [
            rows.told(symbol, row) for row in range(rows.before(start_ns), min(rows.before(end_ns), self._next[symbol]))
        ]

    def _wait(self, symbol: Symbol) -> None:
        row, rows = self._next[symbol], self.rows[symbol]
        if row < len(rows):
            heapq.heappush(self._heap, (int(rows.at_ns[row]), symbol))
