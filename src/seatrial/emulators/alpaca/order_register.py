"""Every order the venue ever took, found by number, by id and by the client's own id; and who belongs to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.emulators.alpaca.open_orders import OpenOrders
from seatrial.emulators.alpaca.orders import Order
from seatrial.emulators.alpaca.refusals import not_found

_NONE: list[Order] = []


class OrderRegister:
    """The orders of all accounts. `open` are those that have not come to their end."""

    def __init__(self, instruments: Mapping[Symbol, Instrument]) -> None:
        self.orders: dict[int, Order] = {}
        self.open = OpenOrders(instruments)
        self._by_account: dict[str, list[Order]] = {}
        self._by_client_id: dict[tuple[str, str], int] = {}
        self._by_id: dict[str, int] = {}

    def remember(self, order: Order, *, instead_of: Order | None = None) -> None:
        """Enter an order; `instead_of` is the open one it is meant to replace."""
        self.orders[order.number] = order
        self._by_account.setdefault(order.account, []).append(order)
        self._by_id[order.id] = order.number
        self._by_client_id[order.account, order.client_order_id] = order.number
        if order.open:
            self.open.add(order, instead_of=instead_of)

    def of(self, account: str) -> Sequence[Order]:
        """Every order of an account, oldest first."""
        return self._by_account.get(account, _NONE)

    def is_taken(self, account: str, client_order_id: str) -> bool:
        """Whether the account used this id before, ever."""
        return (account, client_order_id) in self._by_client_id

    def by_id(self, account: str, order_id: str) -> Order:
        """An order by the venue's id.

        Raises:
            Refusal: 404.
        """
        return self._own(account, self._by_id.get(order_id), order_id)

    def by_client_order_id(self, account: str, client_order_id: str) -> Order:
        """An order by the client's id.

        Raises:
            Refusal: 404.
        """
        return self._own(account, self._by_client_id.get((account, client_order_id)), client_order_id)

    def known(self, order_id: str) -> Order | None:
        """An order by the venue's id, of whatever account."""
        number = self._by_id.get(order_id)
        return None if number is None else self.orders[number]

    def legs(self, order: Order) -> list[Order]:
        """The legs of an order, in their order."""
        return [self.orders[number] for number in order.legs]

    def kin(self, order: Order) -> list[Order]:
        """The other orders of its family, parent first; none for a simple order."""
        if not order.parent and not order.legs:
            return []
        parent = self.orders[order.parent] if order.parent else order
        return [one for one in (parent, *self.legs(parent)) if one is not order]

    def inherit(self, former: Order, heir: Order) -> list[Order]:
        """Let `heir` stand where `former` stood in its family; returns those who name it now."""
        if heir.parent:
            parent = self.orders[heir.parent]
            parent.legs = tuple(heir.number if number == former.number else number for number in parent.legs)
            return [parent]
        legs, former.legs = self.legs(heir), ()
        for leg in legs:
            leg.parent = heir.number
        return legs

    def _own(self, account: str, number: int | None, name: str) -> Order:
        order = None if number is None else self.orders[number]
        if order is None or order.account != account:
            raise not_found(f"order not found for {name}")
        return order
