"""The working orders of one instrument at one venue, one call at a time.

A thin face over `core.matching` for callers that live outside compiled code: the emulators. The
compiled backtest loop calls the same functions on the same layout.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from seatrial.core import matching
from seatrial.domain.orders import OrderType, Side

CAPACITY_START = 64


class Execution(NamedTuple):
    """A trade of one working order. `left_units` is what stays open after it."""

    number: int
    qty_units: int
    price_units: int
    maker: bool
    left_units: int


class Book:
    """Working orders in order of arrival. Grows as needed; bounded by the caller's own order limits."""

    def __init__(self, *, lot_units: int, participation_ppm: int = matching.PPM) -> None:
        assert 0 < participation_ppm <= matching.PPM
        self.lot_units = lot_units
        self.participation_ppm = participation_ppm
        self._orders = np.zeros((CAPACITY_START, matching.ORDER_WIDTH), dtype=np.int64)
        self._out = np.zeros((CAPACITY_START, matching.EXEC_WIDTH), dtype=np.int64)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(
        self,
        number: int,
        *,
        side: Side,
        type: OrderType,
        qty_units: int,
        limit_units: int = 0,
        stop_units: int = 0,
        fresh: bool = True,
        triggered: bool = False,
    ) -> None:
        """Let an order work. `number` is the caller's own, positive and unique among working orders.

        `fresh` and `triggered` are given only when a stored book is rebuilt.
        """
        if self._count == len(self._orders):
            self._orders = np.concatenate([self._orders, np.zeros_like(self._orders)])
            self._out = np.zeros((len(self._orders), matching.EXEC_WIDTH), dtype=np.int64)
        row = self._count
        self._count = matching.add_order(
            self._orders, self._count, number, int(side), int(type), qty_units, limit_units, stop_units
        )
        self._orders[row, matching.FRESH] = fresh
        self._orders[row, matching.TRIGGERED] = triggered

    def cancel(self, number: int) -> int | None:
        """Stop an order from working. Returns what was left of it, or None where it was not working."""
        row = matching.find_order(self._orders, self._count, number)
        if row < 0:
            return None
        left = int(self._orders[row, matching.LEFT])
        self._orders[row, matching.LEFT] = 0
        self._count = matching.drop_filled(self._orders, self._count)
        return left

    def on_print(self, *, price_units: int, volume_units: int, jumped: bool) -> list[Execution]:
        """Let one print of the market meet the book; returns the trades in order."""
        if not self._count:
            return []
        available = matching.available_units(volume_units, self.lot_units, self.participation_ppm)
        executed = matching.match_print(self._orders, self._count, price_units, available, jumped, self._out)
        trades = [
            Execution(int(row[0]), int(row[1]), int(row[2]), bool(row[3]), int(row[4])) for row in self._out[:executed]
        ]
        if executed:
            self._count = matching.drop_filled(self._orders, self._count)
        return trades

    def working(self) -> list[tuple[int, int, bool, bool]]:
        """`(number, left_units, fresh, triggered)` of every working order, for a durable store."""
        rows = self._orders[: self._count]
        return [
            (int(r[matching.NUMBER]), int(r[matching.LEFT]), bool(r[matching.FRESH]), bool(r[matching.TRIGGERED]))
            for r in rows
        ]
