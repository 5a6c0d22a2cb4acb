"""Trailing stops as Alpaca keeps them: a high-water mark, and a stop that follows it (`venues.md` 3.1).

They wait outside the book, in regular hours only. The print that reaches the stop turns one into a market order,
which meets that same print. Nothing of this is stored but the order: after a restart the mark is read from the
prints since it was placed.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from seatrial.core.matching import EXTENDED
from seatrial.domain.orders import OrderType
from seatrial.emulators.alpaca.amounts import EXACT
from seatrial.emulators.alpaca.orders import Order
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.order_books import Terms
from seatrial.emulators.timeline import Print


class TrailingStops:
    """The ones that have not triggered, oldest first."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._waiting: dict[int, Order] = {}

    def add(self, order: Order, seen: Iterable[Print] = ()) -> None:
        """Let one follow the market from its mark on, through the prints it has seen already."""
        self._waiting[order.number] = order
        follow(order, order.hwm_units)
        for market in seen:
            self._meet(order, market)

    def remove(self, number: int) -> bool:
        """Forget one; whether it was waiting."""
        return self._waiting.pop(number, None) is not None

    def hear(self, market: Print) -> list[Order]:
        """Move every mark in this symbol; returns those that are market orders from now on."""
        if not self._waiting:
            return []
        waiting = [order for order in self._waiting.values() if order.symbol == market.symbol]
        return [order for order in waiting if self._meet(order, market)]

    def _meet(self, order: Order, market: Print) -> bool:
        if market.phase & EXTENDED or order.number not in self._waiting:
            return False
        if (market.price_units - order.stop_units) * order.signed_side < 0:
            follow(order, market.price_units)
            return False
        del self._waiting[order.number]
        order.triggered = True
        terms = Terms(order.signed_side, OrderType.MARKET, order.left_units)
        self._exchange.place(market.symbol, terms, number=order.number, account=order.account)
        return True


def trails(order: Order) -> bool:
    """Whether it waits beside the book: a trailing stop that has not triggered."""
    return order.type == "trailing_stop" and not order.triggered


def follow(order: Order, price_units: int) -> None:
    """Move the mark, and with it the stop, where the price is better than the mark. Rounded away from the market."""
    side = order.signed_side
    if (price_units - order.hwm_units) * side > 0:
        return
    order.hwm_units = price_units
    distance = Decimal(order.trail_units)
    if order.trail_percent:
        distance = EXACT.divide(EXACT.multiply(Decimal(price_units), order.trail_percent), Decimal(100))
    rounding = ROUND_CEILING if side > 0 else ROUND_FLOOR
    order.stop_units = int((price_units + side * distance).to_integral_value(rounding))
