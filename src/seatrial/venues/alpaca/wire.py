"""Alpaca's JSON as records, and records as words of the domain. Pure; numbers stay decimal text, never floats.

A field that is missing, a number that is not on its grid or a word we do not know raises
`VenueUnreadable` naming the field. Source: Alpaca Trading API v2 (orders, activities, account,
positions, clock, assets) and Market Data API v2 (bars, stream).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from seatrial.domain.bars import Bar
from seatrial.domain.faults import VenueRefused, VenueUnreadable
from seatrial.domain.ids import ClientOrderId, ExecutionId, Symbol, VenueOrderId
from seatrial.domain.instrument import Instrument, us_equity
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.orders import OrderStatus, OrderType, Side
from seatrial.domain.time import MINUTE_NS, parse_rfc3339
from seatrial.venues.alpaca.records import (
    AccountRecord,
    ActivityRecord,
    AssetRecord,
    BarRecord,
    ClockRecord,
    ErrorRecord,
    OrderRecord,
    UpdateRecord,
)
from seatrial.venues.answer import Answer, decode
from seatrial.venues.grid import traded_units, units
from seatrial.venues.outcome import ProtocolError
from seatrial.venues.port import FillEvent, OrderEvent, VenueClock, VenueFill, VenueOrder

USD = Currency("USD")
QTY_SCALE = 10**9  # what Alpaca can say of any asset
DUPLICATE_CLIENT_ORDER_ID = "client_order_id must be unique"

_SIDES = {"buy": Side.BUY, "sell": Side.SELL}
_TYPES = {
    "market": OrderType.MARKET,
    "limit": OrderType.LIMIT,
    "stop": OrderType.STOP,
    "stop_limit": OrderType.STOP_LIMIT,
    "trailing_stop": OrderType.TRAILING_STOP,  # only ever foreign: ours are parked in the machine
}
_OPEN = frozenset(
    {
        "pending_new",
        "accepted",
        "accepted_for_bidding",
        "new",
        "held",
        "stopped",
        "suspended",
        "calculated",
        "done_for_day",
        "pending_cancel",
        "pending_replace",
    }
)
_STATUSES = {
    "partially_filled": OrderStatus.PARTIALLY_FILLED,
    "filled": OrderStatus.FILLED,
    "canceled": OrderStatus.CANCELED,
    "replaced": OrderStatus.CANCELED,  # the old order is gone; the new one has an id of its own
    "expired": OrderStatus.EXPIRED,
    "rejected": OrderStatus.REJECTED,
}
_FILL_EVENTS = frozenset({"fill", "partial_fill"})


# ------------------------------------------------------------- to the domain


def instant(text: str, field: str) -> int:
    """RFC 3339 as nanoseconds, or `VenueUnreadable` naming the field."""
    try:
        return parse_rfc3339(text)
    except ValueError as fault:
        raise VenueUnreadable(f"{field}: {fault}") from fault


def _side(text: str, field: str) -> Side:
    side = _SIDES.get(text)
    if side is None:
        raise VenueUnreadable(f"{field}: unknown side {text!r}")
    return side


def order_status(record: OrderRecord) -> OrderStatus:
    """`pending_new`, `accepted`, `held`, ... are all WORKING; with something filled, PARTIALLY_FILLED."""
    if record.status in _OPEN:
        return OrderStatus.PARTIALLY_FILLED if record.filled_qty else OrderStatus.WORKING
    status = _STATUSES.get(record.status)
    if status is None:
        raise VenueUnreadable(f"order.status: unknown status {record.status!r}")
    return status


def venue_order(record: OrderRecord) -> VenueOrder:
    """An order, ours or foreign. One by notional has no quantity before it fills: then it is what is filled."""
    kind = _TYPES.get(record.type)
    if kind is None:
        raise VenueUnreadable(f"order.type: unknown type {record.type!r}")
    filled_units = units(record.filled_qty, QTY_SCALE, "order.filled_qty")
    return VenueOrder(
        client_order_id=ClientOrderId(record.client_order_id),
        venue_order_id=VenueOrderId(record.id),
        symbol=Symbol(record.symbol),
        side=_side(record.side, "order.side"),
        type=kind,
        qty_units=filled_units if record.qty is None else units(record.qty, QTY_SCALE, "order.qty"),
        filled_units=filled_units,
        status=order_status(record),
        updated_ns=instant(record.updated_at, "order.updated_at"),
        reason=record.status if record.status in {"rejected", "replaced"} else "",
    )


def activity_fill(record: ActivityRecord, client_order_id: ClientOrderId, instrument: Instrument) -> VenueFill:
    """A trade from the history. Its id is `<time>::<uuid>`, and the uuid is the stream's `execution_id`."""
    _, mark, execution_id = record.id.partition("::")
    if not mark or not execution_id:
        raise VenueUnreadable(f"activity.id: not <time>::<uuid>: {record.id!r}")
    return VenueFill(
        execution_id=ExecutionId(execution_id),
        client_order_id=client_order_id,
        venue_order_id=VenueOrderId(record.order_id),
        symbol=instrument.symbol,
        side=_side(record.side, "activity.side"),
        qty_units=traded_units(record.qty, instrument.qty_scale, "activity.qty"),
        price_units=traded_units(record.price, instrument.price_scale, "activity.price"),
        fee_units=0,
        fee_currency=instrument.quote,
        at_ns=instant(record.transaction_time, "activity.transaction_time"),
    )


def update_events(record: UpdateRecord, instruments: Mapping[Symbol, Instrument]) -> list[FillEvent | OrderEvent]:
    """A trade update: the trade first, then how the order stands after it.

    A trade in a symbol that is not ours has no grid to be read on; the order alone is told.
    """
    order = venue_order(record.order)
    instrument = instruments.get(order.symbol)
    if record.event not in _FILL_EVENTS or instrument is None:
        return [OrderEvent(order)]
    if not record.execution_id:
        raise VenueUnreadable("trade_update.execution_id: missing on a fill")
    fill = VenueFill(
        execution_id=ExecutionId(record.execution_id),
        client_order_id=order.client_order_id,
        venue_order_id=order.venue_order_id,
        symbol=order.symbol,
        side=order.side,
        qty_units=traded_units(record.qty, instrument.qty_scale, "trade_update.qty"),
        price_units=traded_units(record.price, instrument.price_scale, "trade_update.price"),
        fee_units=0,
        fee_currency=instrument.quote,
        at_ns=instant(record.timestamp, "trade_update.timestamp"),
    )
    return [FillEvent(fill), OrderEvent(order)]


def bar(record: BarRecord, instrument: Instrument) -> Bar:
    """A minute bar."""
    start_ns = instant(record.t, "bar.t")
    return Bar(
        symbol=instrument.symbol,
        start_ns=start_ns,
        end_ns=start_ns + MINUTE_NS,
        open_units=units(record.o, instrument.price_scale, "bar.o"),
        high_units=units(record.h, instrument.price_scale, "bar.h"),
        low_units=units(record.l, instrument.price_scale, "bar.l"),
        close_units=units(record.c, instrument.price_scale, "bar.c"),
        volume_units=units(record.v, instrument.qty_scale, "bar.v"),
    )


def cash_units(record: AccountRecord) -> int:
    """Cash in 1e-8 dollars."""
    if record.currency != USD:
        raise VenueUnreadable(f"account.currency: not USD: {record.currency!r}")
    return units(record.cash, CASH_SCALE, "account.cash")


def venue_clock(record: ClockRecord) -> VenueClock:
    """The market clock."""
    return VenueClock(
        now_ns=instant(record.timestamp, "clock.timestamp"),
        is_open=record.is_open,
        next_open_ns=instant(record.next_open, "clock.next_open"),
        next_close_ns=instant(record.next_close, "clock.next_close"),
    )


def instrument_of(record: AssetRecord) -> Instrument:
    """A US stock; anything else, or one that does not trade, is `VenueRefused`."""
    if record.class_ != "us_equity":
        raise VenueRefused("asset_class", f"{record.symbol} is {record.class_}, not us_equity")
    if record.status != "active" or not record.tradable:
        raise VenueRefused("not_tradable", f"{record.symbol} is listed and does not trade")
    rules = us_equity(record.symbol)
    return replace(rules, shortable=record.shortable and record.easy_to_borrow)


# ------------------------------------------------------------------ to the wire


def protocol_error(answer: Answer) -> ProtocolError | None:
    """The venue's error body; None when something else answered."""
    try:
        record = decode(answer.body, ErrorRecord, "error")
    except VenueUnreadable:
        return None
    code = str(answer.status if record.code is None else record.code)
    return ProtocolError(code, record.message, doubtful=DUPLICATE_CLIENT_ORDER_ID in record.message)
