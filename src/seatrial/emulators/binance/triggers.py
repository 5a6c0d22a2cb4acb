"""Orders that wait for a price: which of them a trade touches, and how a trailing stop follows the market.

A plain stop waits at the exchange, which knows best when it fills; here it is only noted that it works now. A trailing
stop waits here. It begins to follow at its stop price, or at once where it has none, and triggers when the last
price has come back from the best one by its delta, in basis points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from seatrial.emulators.binance.orders import BASIS_POINTS, Order


class Triggers:
    """The waiting orders of all accounts, by pair."""

    def __init__(self, on_followed: Callable[[Order], None]) -> None:
        """`on_followed` hears of a trailing stop that remembers another price."""
        self._on_followed = on_followed
        self._waiting: dict[str, dict[int, Order]] = {}

    def add(self, order: Order) -> None:
        """An order that waits for a price from now on."""
        self._waiting.setdefault(order.symbol, {})[order.order_id] = order

    def drop(self, order: Order) -> None:
        """It waits no more."""
        self._waiting.get(order.symbol, {}).pop(order.order_id, None)

    def touched(self, symbol: str, price: Decimal, at_ns: int) -> Iterator[Order]:
        """The orders that a trade at this price triggers, oldest first. Each waits no more when it is told."""
        for order in list(self._waiting.get(symbol, {}).values()):
            if order.open and self._sees(order, price, at_ns):
                self.drop(order)
                yield order

    def _sees(self, order: Order, price: Decimal, at_ns: int) -> bool:
        """Whether a trade triggers an order."""
        if not order.trailing_delta:
            return _reached(order, price)
        before = order.trailed_price
        triggered = _follow(order, price, at_ns)
        if order.trailed_price != before:
            self._on_followed(order)
        return triggered


def _reached(order: Order, price: Decimal) -> bool:
    return price >= order.stop_price if order.rising else price <= order.stop_price


def begin_to_follow(order: Order, price: Decimal, at_ns: int) -> None:
    """From here on the order remembers the best price."""
    order.trailing_ns = at_ns
    order.trailed_price = price


def _follow(order: Order, price: Decimal, at_ns: int) -> bool:
    """Let a trailing stop see a trade; whether that triggers it."""
    if order.trailing_ns is None:
        if not order.stop_price or _reached(order, price):
            begin_to_follow(order, price, at_ns)
        return False
    buying = order.side == "BUY"
    best = order.trailed_price = min(order.trailed_price, price) if buying else max(order.trailed_price, price)
    delta = order.trailing_delta if buying else -order.trailing_delta
    threshold = best * (BASIS_POINTS + delta) / BASIS_POINTS
    return price >= threshold if buying else price <= threshold
