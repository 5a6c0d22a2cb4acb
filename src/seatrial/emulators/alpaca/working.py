"""The orders that can still trade, and what they hold back, kept as running sums: both are asked with every new order.

What an order holds back is a whole product, `reserve_units * left_units`, summed per scale: nothing drifts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.emulators.alpaca.amounts import ZERO, amount_of
from seatrial.emulators.alpaca.orders import Order


class WorkingOrders:
    """By account and symbol, oldest first within each."""

    def __init__(self, instruments: Mapping[Symbol, Instrument]) -> None:
        self._scales = {symbol: one.price_scale * one.qty_scale for symbol, one in instruments.items()}
        self._orders: dict[int, Order] = {}
        self._by_place: dict[str, dict[str, dict[int, Order]]] = {}
        self._reserved: dict[str, dict[int, int]] = {}

    def __iter__(self) -> Iterator[Order]:
        """All of them, oldest first; whoever changes them meanwhile iterates over a list."""
        return iter(self._orders.values())

    def add(self, order: Order) -> None:
        """An order begins to work, or goes on after a restart."""
        self._orders[order.number] = order
        self._by_place.setdefault(order.account, {}).setdefault(order.symbol, {})[order.number] = order
        self._hold(order, order.left_units)

    def traded(self, order: Order, qty_units: int) -> None:
        """A part of an order traded, and is held back no longer; `order` has it in its filled units already."""
        self._hold(order, -qty_units)
        if not order.left_units:
            self._forget(order)

    def remove(self, order: Order) -> None:
        """An order ended with something left. One that does not work is passed over."""
        if order.number in self._orders:
            self._hold(order, -order.left_units)
            self._forget(order)

    def of(self, account: str) -> list[Order]:
        """An account's, oldest first."""
        found = [order for place in self._by_place.get(account, {}).values() for order in place.values()]
        return sorted(found, key=lambda order: order.number)

    def at(self, account: str, symbol: str) -> list[Order]:
        """An account's in one symbol, oldest first."""
        return list(self._by_place.get(account, {}).get(symbol, {}).values())

    def reserved(self, account: str) -> Decimal:
        """What an account's orders hold back from its buying power, in dollars."""
        held = self._reserved.get(account, {})
        return sum((amount_of(product, scale) for scale, product in held.items()), ZERO)

    def _hold(self, order: Order, qty_units: int) -> None:
        held = self._reserved.setdefault(order.account, {})
        scale = self._scales[Symbol(order.symbol)]
        held[scale] = held.get(scale, 0) + order.reserve_units * qty_units
        assert held[scale] >= 0, "no order gives back more than it held"

    def _forget(self, order: Order) -> None:
        del self._orders[order.number]
        del self._by_place[order.account][order.symbol][order.number]
