"""What a request does when it reaches the market: at once, or `route_ns` of market time after it was made.

On the way an order is `pending_new`, and a cancel or a replacement is only a request: a trade that happens meanwhile
wins, and the request is rejected (`venues.md` 3.1).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from seatrial.emulators.alpaca.alarms import Alarms
from seatrial.emulators.alpaca.lifecycle import Lifecycle
from seatrial.emulators.alpaca.news import News
from seatrial.emulators.alpaca.order_register import OrderRegister
from seatrial.emulators.alpaca.order_router import OrderRouter
from seatrial.emulators.alpaca.orders import Order
from seatrial.emulators.alpaca.refusals import unprocessable


class Arrivals:
    """Takes requests to the market.

    Args:
        register, router, lifecycle, alarms, news: the venue's other rooms.
        route_ns: how long a request is on its way.
    """

    def __init__(
        self,
        register: OrderRegister,
        router: OrderRouter,
        lifecycle: Lifecycle,
        alarms: Alarms,
        news: News,
        *,
        route_ns: int,
    ) -> None:
        self._register = register
        self._router = router
        self._lifecycle = lifecycle
        self._alarms = alarms
        self._news = news
        self._route_ns = route_ns

    def place(self, order: Order, now_ns: int) -> None:
        """Send a new order."""
        self._route(order, "pending_new", self._order_arrives, now_ns)

    def cancel(self, order: Order, now_ns: int) -> None:
        """Send a cancel.

        Raises:
            Refusal: 422, a trade came first.
        """
        self._route(order, "pending_cancel", self._cancel_arrives, now_ns)

    def replace(self, order: Order, heir: Order, now_ns: int) -> None:
        """Send a replacement of `order` by `heir`."""
        self._route(order, "pending_replace", partial(self._heir_arrives, heir, order.filled_units), now_ns)

    def take_up(self, order: Order, now_ns: int) -> None:
        """Let what was on its way when the venue stopped arrive now."""
        if order.status == "pending_cancel":
            self._alarms.set(now_ns, partial(self._cancel_arrives, order))
        elif order.status == "pending_new" and not order.replaces:
            self._alarms.set(now_ns, partial(self._order_arrives, order))
        elif order.status == "pending_replace" and (heir := self._register.known(order.replaced_by)):
            self._alarms.set(now_ns, partial(self._heir_arrives, heir, order.filled_units, order))

    def take_back(self, order: Order, status: str, at_ns: int) -> bool:
        """End an order with `status`; False where a trade came first."""
        if order.open:
            self._router.withdraw(order)
        if not order.open:
            return False
        self._lifecycle.end(order, status, at_ns)
        return True

    def _route(self, order: Order, status: str, arrives: Callable[[Order, int], None], now_ns: int) -> None:
        if not self._route_ns:
            arrives(order, now_ns)
            return
        order.status = status
        self._news.change(order, status, "accepted" if status == "pending_new" else "requested", now_ns)
        self._alarms.set(now_ns + self._route_ns, partial(arrives, order))

    def _order_arrives(self, order: Order, at_ns: int) -> None:
        if order.open:
            self._lifecycle.begin(order, at_ns, op="arrived" if self._route_ns else "accepted")

    def _cancel_arrives(self, order: Order, at_ns: int) -> None:
        if self.take_back(order, "canceled", at_ns):
            return
        if not self._route_ns:
            raise unprocessable(f'order is already in "{order.status}" state')
        self._news.change(order, "order_cancel_rejected", "cancel_rejected", at_ns)

    def _heir_arrives(self, heir: Order, traded_units: int, order: Order, at_ns: int) -> None:
        """Let the heir take over what is left of an order; what traded since the request is not asked for again."""
        if order.open:
            self._router.withdraw(order)
        left_units = heir.qty_units - (order.filled_units - traded_units)
        if order.open and left_units > 0:
            self._succeed(order, heir, left_units, at_ns)
            return
        order.replaced_by = ""
        self._lifecycle.close(heir, "rejected", at_ns)
        if order.open:
            self._router.give_back(order)
            order.status = "partially_filled"
        self._news.change(order, "order_replace_rejected", "replace_rejected", at_ns)

    def _succeed(self, order: Order, heir: Order, left_units: int, at_ns: int) -> None:
        was_placed = order.placed_ns > 0
        was_held = order.paired_stop or (order.parent > 0 and not was_placed)
        self._register.open.remove(heir)
        heir.qty_units = left_units
        self._lifecycle.close(order, "replaced", at_ns)
        for one in self._register.inherit(order, heir):
            self._news.put(one)
        self._register.open.add(heir)
        if not was_held:
            self._lifecycle.begin(heir, at_ns, op="replacing")
            return
        heir.status = "held"
        self._news.put(heir)
        if was_placed or self._register.order(heir.parent).status == "filled":
            self._lifecycle.activate([heir], at_ns)
