"""The way of an order into the market, and out of it again.

The exchange knows plain orders. Trailing stops wait beside it until they trigger, and buy stops go to it with the
limit the venue protects them by. `Order.working` is true exactly while an order is in the market.
"""

from __future__ import annotations

from seatrial.domain.ids import Symbol
from seatrial.emulators.alpaca.orders import Order, terms_of
from seatrial.emulators.alpaca.trailing import TrailingStops, trails
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.timeline import Print


class OrderRouter:
    """Sends orders into the market and takes them back."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._trailing = TrailingStops(exchange)

    def place(self, order: Order) -> None:
        """Let an order work from the next print on."""
        order.working = True
        order.placed_ns = self._exchange.settled_ns
        if trails(order):
            self._trailing.add(order)
            return
        symbol = Symbol(order.symbol)
        terms = terms_of(order, self._exchange.instruments[symbol].price_scale)
        self._exchange.place(symbol, terms, number=order.number, account=order.account)

    def give_back(self, order: Order) -> None:
        """Let one work on that worked before: after a restart, or when what is left of it was changed.

        It knows again which prints it has seen, so a resting order rests on.
        """
        order.working = True
        symbol = Symbol(order.symbol)
        if trails(order):
            seen = self._exchange.past_prints(symbol, order.placed_ns + 1, self._exchange.now_ns() + 1)
            self._trailing.add(order, seen)
            return
        terms = terms_of(order, self._exchange.instruments[symbol].price_scale)
        self._exchange.restore(symbol, terms, number=order.number, placed_ns=order.placed_ns, account=order.account)

    def withdraw(self, order: Order) -> bool:
        """Take an order out of the market; whether it was still there. A print that comes first wins the race."""
        left_units = self._exchange.cancel(order.number)
        order.working = False
        return self._trailing.remove(order.number) or left_units is not None

    def shrink(self, order: Order, qty_units: int) -> None:
        """Make an order in the market smaller by `qty_units`, less than what is left of it."""
        if self.withdraw(order):
            order.qty_units -= qty_units
            self.give_back(order)

    def hear(self, market: Print) -> list[Order]:
        """Let trailing stops follow a print; returns those that are market orders from now on."""
        return self._trailing.hear(market)
