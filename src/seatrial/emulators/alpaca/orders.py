"""An Alpaca order: what is stored of it and how it is shown (`venues.md` 2.1, 3.1)."""

from __future__ import annotations

import msgspec

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import OrderType, Side
from seatrial.domain.time import rfc3339
from seatrial.emulators.alpaca.amounts import average_text
from seatrial.emulators.alpaca.identity import asset_uuid

WORKING = frozenset({"accepted", "new", "partially_filled"})
TERMINAL = frozenset({"filled", "canceled", "expired", "rejected", "replaced"})

TYPES = {"market": OrderType.MARKET, "limit": OrderType.LIMIT, "stop": OrderType.STOP}
SIDES = {"buy": Side.BUY, "sell": Side.SELL}


class Order(msgspec.Struct):
    """One order. Times are market time; `filled_product` sums `price_units * qty_units` of its executions.

    `reserve_units` is the price in price units at which what is left of it is held back from buying power;
    zero for an order that closes a position.
    """

    number: int
    id: str
    client_order_id: str
    account: str
    symbol: str
    side: str
    type: str
    time_in_force: str
    qty_units: int
    limit_units: int
    stop_units: int
    reserve_units: int
    intent: str
    status: str
    submitted_ns: int
    updated_ns: int
    expires_ns: int
    filled_units: int = 0
    filled_product: int = 0
    filled_ns: int = 0
    canceled_ns: int = 0
    expired_ns: int = 0

    @property
    def working(self) -> bool:
        """It can still trade."""
        return self.status in WORKING

    @property
    def left_units(self) -> int:
        """What has not traded."""
        return self.qty_units - self.filled_units

    @property
    def signed_side(self) -> Side:
        """+1 or -1."""
        return SIDES[self.side]


class Ticket(msgspec.Struct, frozen=True):
    """A request for an order that passed every check of form."""

    symbol: Symbol
    side: Side
    type: str
    time_in_force: str
    qty_units: int
    limit_units: int
    stop_units: int
    client_order_id: str


def order_shape(order: Order, instrument: Instrument, *, status: str | None = None) -> dict[str, object]:
    """An order as JSON members. `status` overrides: a fresh order is answered as `pending_new`."""
    filled = order.filled_units
    return {
        "id": order.id,
        "client_order_id": order.client_order_id,
        "created_at": rfc3339(order.submitted_ns),
        "updated_at": rfc3339(order.updated_ns),
        "submitted_at": rfc3339(order.submitted_ns),
        "filled_at": _when(order.filled_ns),
        "expired_at": _when(order.expired_ns),
        "expires_at": _when(order.expires_ns),
        "canceled_at": _when(order.canceled_ns),
        "failed_at": None,
        "replaced_at": None,
        "replaced_by": None,
        "replaces": None,
        "asset_id": asset_uuid(order.symbol),
        "symbol": order.symbol,
        "asset_class": "us_equity",
        "notional": None,
        "qty": instrument.qty_text(order.qty_units),
        "filled_qty": instrument.qty_text(filled),
        "filled_avg_price": average_text(order.filled_product, filled, instrument) if filled else None,
        "order_class": "",
        "order_type": order.type,
        "type": order.type,
        "side": order.side,
        "position_intent": order.intent,
        "time_in_force": order.time_in_force,
        "limit_price": instrument.price_text(order.limit_units) if order.limit_units else None,
        "stop_price": instrument.price_text(order.stop_units) if order.stop_units else None,
        "status": status or order.status,
        "extended_hours": False,
        "legs": None,
        "trail_percent": None,
        "trail_price": None,
        "hwm": None,
        "subtag": None,
        "source": None,
    }


def _when(at_ns: int) -> str | None:
    return rfc3339(at_ns) if at_ns else None
