"""An Alpaca order: what is stored of it and how it is shown (`venues.md` 2.1, 3.1)."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import msgspec

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import OrderType, Side
from seatrial.domain.time import rfc3339
from seatrial.emulators.alpaca.amounts import ZERO, average_text, text
from seatrial.emulators.alpaca.identity import asset_uuid
from seatrial.emulators.alpaca.lifetimes import KERNEL_TIMES, expires_ns
from seatrial.emulators.order_books import Terms

WORKING = frozenset({"accepted", "new", "partially_filled"})
TERMINAL = frozenset({"filled", "canceled", "expired", "rejected", "replaced"})

TYPES = {
    "market": OrderType.MARKET,
    "limit": OrderType.LIMIT,
    "stop": OrderType.STOP,
    "stop_limit": OrderType.STOP_LIMIT,
    "trailing_stop": OrderType.MARKET,  # once it has triggered; before that no book knows of it
}
SIDES = {"buy": Side.BUY, "sell": Side.SELL}


class Admission(NamedTuple):
    """An order that may work. `reserve_units`: the price at which it is held back; zero when it closes."""

    reserve_units: int
    intent: str


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
    extended_hours: bool = False
    trail_units: int = 0
    trail_percent: Decimal = ZERO
    hwm_units: int = 0
    triggered: bool = False

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
    extended_hours: bool = False
    trail_units: int = 0
    trail_percent: Decimal = ZERO


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
        "extended_hours": order.extended_hours,
        "legs": None,
        "trail_percent": text(order.trail_percent) if order.trail_percent else None,
        "trail_price": instrument.price_text(order.trail_units) if order.trail_units else None,
        "hwm": instrument.price_text(order.hwm_units) if order.hwm_units else None,
        "subtag": None,
        "source": None,
    }


def order_of(
    ticket: Ticket,
    account: str,
    number: int,
    *,
    ids: tuple[str, str],
    admission: Admission,
    is_open: bool,
    now_ns: int,
    next_close_ns: int | None,
) -> Order:
    """The order that a ticket becomes. `ids`: the venue's own, and the client's where it gave none."""
    return Order(
        number=number,
        id=ids[0],
        client_order_id=ticket.client_order_id or ids[1],
        account=account,
        symbol=ticket.symbol,
        side="buy" if ticket.side is Side.BUY else "sell",
        type=ticket.type,
        time_in_force=ticket.time_in_force,
        qty_units=ticket.qty_units,
        limit_units=ticket.limit_units,
        stop_units=ticket.stop_units,
        reserve_units=admission.reserve_units,
        intent=admission.intent,
        status="new" if is_open else "accepted",
        submitted_ns=now_ns,
        updated_ns=now_ns,
        expires_ns=expires_ns(ticket.time_in_force, now_ns, next_close_ns),
        extended_hours=ticket.extended_hours,
        trail_units=ticket.trail_units,
        trail_percent=ticket.trail_percent,
    )


def terms_of(asked: Order | Ticket, side: Side, qty_units: int) -> Terms:
    """What the exchange needs to know of an order."""
    return Terms(
        side=side,
        type=TYPES[asked.type],
        qty_units=qty_units,
        limit_units=asked.limit_units,
        stop_units=asked.stop_units,
        time_in_force=KERNEL_TIMES[asked.time_in_force],
        extended_hours=asked.extended_hours,
    )


def _when(at_ns: int) -> str | None:
    return rfc3339(at_ns) if at_ns else None
