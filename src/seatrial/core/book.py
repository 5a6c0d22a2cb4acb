"""The working orders of one instrument at one venue, over the compiled kernel.

The compiled backtest loop calls the same functions on the same layout; here one print or one order at a time
crosses into them, which the tests do. Who lives outside compiled code asks `PlainBook`.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from seatrial.core import matching
from seatrial.core.plain_matching import PlainBook
from seatrial.core.plain_orders import Execution
from seatrial.domain.orders import OrderStatus, OrderType, Side, TimeInForce

__all__ = ["Book", "Execution", "PlainBook"]

CAPACITY_START = 64


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
        time_in_force: TimeInForce = TimeInForce.GTC,
        expires_ns: int = 0,
        post_only: bool = False,
        extended_hours: bool = False,
        if_touched: bool = False,
    ) -> None:
        """Let an order work. `number` is the caller's own, positive and unique among working orders."""
        if self._count == len(self._orders):
            self._orders = np.concatenate([self._orders, np.zeros_like(self._orders)])
            self._out = np.zeros((len(self._orders), matching.EXEC_WIDTH), dtype=np.int64)
        self._count = matching.add_order(
            self._orders,
            self._count,
            number,
            int(side),
            int(type),
            qty_units,
            limit_units,
            stop_units,
            int(time_in_force),
            matching.POST_ONLY * post_only
            | matching.EXTENDED_HOURS * extended_hours
            | matching.IF_TOUCHED * if_touched,
            expires_ns,
        )

    def cancel(self, number: int) -> int | None:
        """Stop an order from working. Returns what was left of it, or None where it was not working."""
        row = matching.find_order(self._orders, self._count, number)
        if row < 0:
            return None
        left = int(self._orders[row, matching.LEFT])
        self._orders[row, matching.LEFT] = 0
        self._count = matching.drop_filled(self._orders, self._count)
        return left

    def recall(self, number: int, seen: Iterable[tuple[int, bool, int]]) -> None:
        """Let a working order know prints of the past, `(price_units, jumped, phase)`, without trading again."""
        row = matching.find_order(self._orders, self._count, number)
        for price_units, jumped, phase in seen:
            matching.recall_print(self._orders, row, price_units, jumped, phase)

    def on_print(
        self,
        *,
        price_units: int,
        volume_units: int,
        jumped: bool,
        at_ns: int = 0,
        phase: int = 0,
        slope_units: int = 0,
    ) -> list[Execution]:
        """Let one print of the market meet the book; returns trades and ends in order of arrival."""
        if not self._count:
            return []
        available = matching.available_units(volume_units, self.lot_units, self.participation_ppm)
        told = matching.match_print(
            self._orders,
            self._count,
            price_units,
            available,
            jumped,
            at_ns,
            phase,
            volume_units,
            slope_units,
            self._out,
        )
        if told:
            self._count = matching.drop_filled(self._orders, self._count)
        return [_execution(row) for row in self._out[:told].tolist()]

    def working(self) -> list[tuple[int, int, int, bool]]:
        """`(number, left_units, fresh, triggered)` of every working order, in order of arrival."""
        rows = self._orders[: self._count]
        columns = [matching.NUMBER, matching.LEFT, matching.FRESH, matching.TRIGGERED]
        return [(number, left, fresh, bool(triggered)) for number, left, fresh, triggered in rows[:, columns].tolist()]


def _execution(row: list[int]) -> Execution:
    number, qty, price, maker, left, end = row
    return Execution(number, qty, price, bool(maker), left, OrderStatus(end) if end else None)
