"""Orders that belong together: one cancels the other (OCO), one triggers the other (OTO, and OTOCO).

A list says only who belongs to it; how far it has come is told by its orders, so the two cannot disagree.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from seatrial.domain.time import MILLISECOND_NS
from seatrial.emulators.binance.orders import Json, Order


class OrderList(msgspec.Struct, kw_only=True, frozen=True):
    """A list. `working_id` is the order that the others of an OTO or OTOCO wait for; None in an OCO."""

    account: str
    symbol: str
    list_id: int
    client_id: str
    contingency: str
    order_ids: tuple[int, ...]
    created_ns: int
    working_id: int | None = None

    def exclusive_of(self, order_id: int) -> tuple[int, ...]:
        """The orders that end when this one trades or triggers: the other leg of a pair."""
        legs = tuple(one for one in self.order_ids if one != self.working_id)
        return tuple(one for one in legs if one != order_id) if order_id in legs else ()

    @property
    def pending_ids(self) -> tuple[int, ...]:
        """The orders that enter once the working one is filled."""
        return () if self.working_id is None else tuple(one for one in self.order_ids if one != self.working_id)


def list_status(group: OrderList, orders: Sequence[Order], at_ns: int) -> Json:
    """The `listStatus` event."""
    done = not any(order.open for order in orders)
    at_ms = at_ns // MILLISECOND_NS
    return {
        "e": "listStatus",
        "E": at_ms,
        "s": group.symbol,
        "g": group.list_id,
        "c": group.contingency,
        "l": "ALL_DONE" if done else "EXEC_STARTED",
        "L": "ALL_DONE" if done else "EXECUTING",
        "r": "NONE",
        "C": group.client_id,
        "T": at_ms,
        "O": [{"s": order.symbol, "i": order.order_id, "c": order.client_order_id} for order in orders],
    }
