"""A limit order book with price-time priority, one message at a time, in plain Python.

The twin of `limit_book`: an order that comes alone is matched faster here than the call into compiled code
takes. Cancelled orders stay in their queue, empty, until the market comes to them.
"""

from __future__ import annotations

import heapq
from collections import deque

# A resting order: its id and what is left. A list, because it changes in place.
_Resting = list[int]
Trade = tuple[int, int, int, int]  # taker, maker, price in ticks, quantity


class PlainLimitBook:
    """One instrument. Sides are 1 and -1, prices whole ticks, ids unique."""

    def __init__(self) -> None:
        self._levels: tuple[dict[int, deque[_Resting]], ...] = ({}, {}, {})  # by side: 1 and -1
        self._prices: tuple[list[int], ...] = ([], [], [])  # heaps of `-side * price`: the best first
        self._resting: dict[int, _Resting] = {}

    def limit(self, number: int, side: int, price: int, qty: int) -> list[Trade]:
        """Trade up to `price`, and let the rest work."""
        prices = self._prices[-side]
        # Most orders meet nothing: look once before calling.
        trades: list[Trade] = []
        if prices and (side * prices[0] - price) * side <= 0:
            trades = self._take(number, side, price, qty)
            for trade in trades:
                qty -= trade[3]
        if qty:
            order = [number, qty]
            self._resting[number] = order
            levels = self._levels[side]
            level = levels.get(price)
            if level is None:
                levels[price] = level = deque()
                heapq.heappush(self._prices[side], -side * price)
            level.append(order)
        return trades

    def market(self, number: int, side: int, qty: int) -> list[Trade]:
        """Trade with whatever is there; what finds nothing is gone."""
        return self._take(number, side, None, qty)

    def cancel(self, number: int) -> bool:
        """Take a resting order back; false where it does not rest."""
        order = self._resting.pop(number, None)
        if order is None:
            return False
        order[1] = 0
        return True

    def _take(self, number: int, side: int, limit: int | None, qty: int) -> list[Trade]:
        levels, prices = self._levels[-side], self._prices[-side]
        trades: list[Trade] = []
        while prices and qty:
            price = side * prices[0]
            if limit is not None and (price - limit) * side > 0:
                break
            level = levels[price]
            while level and qty:
                maker = level[0]
                left = maker[1]
                if left > qty:
                    trades.append((number, maker[0], price, qty))
                    maker[1] = left - qty
                    return trades
                level.popleft()
                if left:
                    trades.append((number, maker[0], price, left))
                    qty -= left
                    del self._resting[maker[0]]
            if not level:
                del levels[price]
                heapq.heappop(prices)
        return trades
