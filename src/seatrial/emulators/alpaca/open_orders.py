"""The orders that have not come to their end, and what they hold back, kept as running sums: both are asked with
every new order.

What an order holds back is a whole product, `reserve_units * left_units`, summed per scale: nothing drifts. While one
order is replaced by another both are open, and only the larger of the two is held back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.emulators.alpaca.amounts import ZERO, amount_of
from seatrial.emulators.alpaca.orders import Order

_NONE: dict[int, Order] = {}


class OpenOrders:
    """By account and symbol, oldest first within each."""

    def __init__(self, instruments: Mapping[Symbol, Instrument]) -> None:
        self._scales = {symbol: one.price_scale * one.qty_scale for symbol, one in instruments.items()}
        self._orders: dict[int, Order] = {}
        self._by_account: dict[str, dict[int, Order]] = {}
        self._by_side: dict[tuple[str, str, str], dict[int, Order]] = {}
        self._reserved: dict[str, dict[int, int]] = {}
        self.ended: deque[int] = deque()  # numbers, in the order in which they ended; the register takes them
        self._replacing: dict[int, Order] = {}  # the order that is to go, by the number of the one that is to come

    def __iter__(self) -> Iterator[Order]:
        """All of them, oldest first; whoever changes them meanwhile iterates over a list."""
        return iter(self._orders.values())

    def __len__(self) -> int:
        return len(self._orders)

    def add(self, order: Order, *, instead_of: Order | None = None) -> None:
        """An order begins, or goes on after a restart; `instead_of` is the one it is meant to replace."""
        self._orders[order.number] = order
        self._by_account.setdefault(order.account, {})[order.number] = order
        self._by_side.setdefault((order.account, order.symbol, order.side), {})[order.number] = order
        self._hold(order, order.left_units)
        if instead_of is not None:
            self._replacing[order.number] = instead_of

    def traded(self, order: Order, qty_units: int) -> None:
        """A part of an order traded, and is held back no longer; `order` has it in its filled units already."""
        self._hold(order, -qty_units)
        if not order.left_units:
            self._forget(order)

    def remove(self, order: Order) -> None:
        """An order ended with something left. One that is not open is passed over."""
        if order.number in self._orders:
            self._hold(order, -order.left_units)
            self._forget(order)

    def of(self, account: str) -> list[Order]:
        """An account's, oldest first."""
        return sorted(self._by_account.get(account, {}).values(), key=lambda order: order.number)

    def on_side(self, account: str, symbol: str, side: str) -> Collection[Order]:
        """An account's in one symbol that buy, or that sell; not to be changed while it is looked at."""
        return self._by_side.get((account, symbol, side), _NONE).values()

    def closing(self, account: str, symbol: str, side: str) -> list[Order]:
        """Those of a side that have taken their shares from a position."""
        return [order for order in self.on_side(account, symbol, side) if order.binds]

    def reserved(self, account: str) -> Decimal:
        """What an account's orders hold back from its buying power, in dollars."""
        held = self._reserved.get(account, {})
        total = sum((amount_of(product, scale) for scale, product in held.items()), ZERO)
        for number, former in self._replacing.items():
            if former.account == account:
                both = (product_of(former), product_of(self._orders[number]))
                total -= amount_of(min(both), self._scales[Symbol(former.symbol)])
        return total

    def _hold(self, order: Order, qty_units: int) -> None:
        if not order.reserve_units:
            return
        held = self._reserved.setdefault(order.account, {})
        scale = self._scales[Symbol(order.symbol)]
        held[scale] = held.get(scale, 0) + order.reserve_units * qty_units
        assert held[scale] >= 0, "no order gives back more than it held"

    def _forget(self, order: Order) -> None:
        self.ended.append(order.number)
        del self._orders[order.number]
        del self._by_account[order.account][order.number]
        del self._by_side[order.account, order.symbol, order.side][order.number]
        self._replacing.pop(order.number, None)
        for number in [number for number, former in self._replacing.items() if former is order]:
            del self._replacing[number]


def product_of(order: Order) -> int:
    """What an order holds back, times its instrument's scales."""
    return order.reserve_units * order.left_units
