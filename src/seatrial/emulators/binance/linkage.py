"""What orders of one list do to each other.

* A pair (OCO): as soon as one leg trades, or its stop triggers, the other expires.
* A working order and its pending ones (OTO, OTOCO): the pending ones enter once the working one is filled
  completely; a balance that does not suffice then ends them.
* The end of any order without a fill ends the rest.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from seatrial.emulators.binance import settlement
from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.bulletin import Bulletin
from seatrial.emulators.binance.order_lists import OrderList
from seatrial.emulators.binance.orders import Order
from seatrial.emulators.binance.refusals import Refusal

OCO_TRIGGER = "OCO_TRIGGER"
WORKING_ENDED = "OTO_PHASE_ONE_EXPIRED"
REJECTED = "REJECTED"


class Office(Protocol):
    """What the linkage asks of the clearing."""

    bulletin: Bulletin

    def need_of(self, order: Order) -> Decimal:
        """What an order has to lock now; raises `Refusal` where nobody can say."""
        ...

    def enter(self, account: Account, order: Order) -> None:
        """Give an order to the exchange, or let it follow the price."""
        ...

    def end_linked(self, account: Account, order: Order, reason: str) -> None:
        """End an order because of another one of its list."""
        ...

    def tell_list(self, account: Account, group: OrderList) -> None:
        """The `listStatus` event."""
        ...


class Linkage:
    """Listens to what becomes of orders; calls come from the clearing."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._open: dict[int, OrderList] = {}

    def take_in(self, group: OrderList) -> None:
        """A list with open orders: a new one, or one of the store."""
        self._open[group.list_id] = group

    def struck(self, account: Account, order: Order) -> None:
        """The order trades or triggers: the other leg of its pair ends, and what both shared is its own."""
        group = self._group(account, order)
        if group is None:
            return
        for other in account.orders_by(group.exclusive_of(order.order_id)):
            if other.open:
                settlement.hand_over(other, order, account.wallet)
                self._office.end_linked(account, other, OCO_TRIGGER)

    def ended(self, account: Account, order: Order) -> None:
        """The order is open no more: what waited for it enters, or ends with it."""
        group = self._group(account, order)
        if group is None:
            return
        if order.status == "FILLED":
            self._let_in(account, group, order)
        else:
            for other in self.others(account, order):
                self._office.end_linked(account, other, WORKING_ENDED if group.working_id is not None else OCO_TRIGGER)
        if not account.list_is_open(group) and self._open.pop(group.list_id, None) is not None:
            self._office.tell_list(account, group)

    def others(self, account: Account, order: Order) -> list[Order]:
        """The open orders of the same list."""
        group = self._group(account, order)
        if group is None:
            return []
        return [one for one in account.members(group) if one.open and one is not order]

    def _group(self, account: Account, order: Order) -> OrderList | None:
        return self._open.get(order.list_id)

    def _let_in(self, account: Account, group: OrderList, filled: Order) -> None:
        if filled.order_id != group.working_id:
            return
        pending = [order for order in account.orders_by(group.pending_ids) if order.open]
        if not self._reserve(account, pending):
            for order in pending:
                self._office.end_linked(account, order, REJECTED)
            return
        for order in pending:
            if order.open:
                order.status = "NEW"
                self._office.bulletin.report(account, order, "NEW")
                self._office.enter(account, order)

    def _reserve(self, account: Account, pending: list[Order]) -> bool:
        """Lock what the pending orders need: the larger need of a pair, held by its first leg."""
        if not pending:
            return True
        first = pending[0]
        try:
            needed = max(self._office.need_of(order) for order in pending)
            account.wallet.reserve(first.reserved_asset, needed)
        except Refusal:
            return False
        first.reserved = needed
        return True
