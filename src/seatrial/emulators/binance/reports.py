"""The `executionReport` event: the venue's word on an order, told to its owner.

Field names and their order follow the vendor's documentation of the user data stream. It is written as text at once:
an order is told of several times, and names, ids and amounts have no character that JSON would write otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from seatrial.emulators.binance.numbers import text
from seatrial.emulators.binance.orders import MS, NO_GROUP, Order, Trade

EXECUTION_IDS_PER_ORDER = 1_000
NOTHING = text(Decimal(0))


@dataclass(frozen=True, slots=True)
class Prevention:
    """What one prevented match took from the order a report is about."""

    counter_order_id: int
    qty: Decimal
    matched_qty: Decimal
    price: Decimal


def execution_id(order: Order) -> int:
    """A number no other report of any order has."""
    return order.order_id * EXECUTION_IDS_PER_ORDER + order.sequence


def execution_report(
    order: Order,
    execution: str,
    *,
    at_ns: int,
    trade: Trade | None = None,
    cancel_id: str | None = None,
    reject_reason: str = "NONE",
    prevention: Prevention | None = None,
) -> bytes:
    """The `executionReport` event in JSON. `cancel_id` is given when the order is cancelled by its owner."""
    name = former = order.client_order_id
    if cancel_id is None:
        former = ""
    else:
        name = cancel_id
    return (
        f'{{"e":"executionReport","E":{MS(at_ns)},"s":"{order.symbol}","c":"{name}","S":"{order.side}",'
        f'"o":"{order.type}","f":"{order.time_in_force}","q":"{text(order.quantity)}","p":"{text(order.price)}",'
        f'"P":"{text(order.stop_price)}","F":"{text(order.iceberg_qty)}","g":{order.list_id},"C":"{former}",'
        f'"x":"{execution}","X":"{order.status}","r":"{reject_reason}","i":{order.order_id},'
        f"{_executed(order, trade, at_ns)}{_conditional(order)}"
        f'{"" if prevention is None else _prevented(order, prevention)},"V":"{order.stp_mode}"}}'
    ).encode()


def _executed(order: Order, trade: Trade | None, at_ns: int) -> str:
    """The part of a report that tells of its trade, if it has one, and of what was traded before."""
    qty = price = value = NOTHING
    fee, asset, number, maker, traded = "0", "null", -1, "false", "false"
    if trade is not None:
        qty, price, value, fee = text(trade.qty), text(trade.price), text(trade.value), text(trade.fee)
        asset, number, maker, traded = f'"{trade.fee_asset}"', trade.trade_id, _said(trade.maker), "true"
    return (
        f'"l":"{qty}","z":"{text(order.executed)}","L":"{price}","n":"{fee}","N":{asset},"T":{MS(at_ns)},'
        f'"t":{number},"I":{execution_id(order)},"w":{_said(order.open and order.working_ns is not None)},'
        f'"m":{maker},"M":{traded},"O":{MS(order.created_ns)},"Z":"{text(order.quote_executed)}","Y":"{value}",'
        f'"Q":"{text(order.quote_order_qty)}"'
    )


def _said(yes: bool) -> str:
    return "true" if yes else "false"


def _conditional(order: Order) -> str:
    """Fields that appear only where the order has them."""
    extra = ""
    if order.trailing_delta:
        extra += f',"d":{order.trailing_delta}'
        if order.trailing_ns is not None:
            extra += f',"D":{MS(order.trailing_ns)}'
    if order.strategy_id is not None:
        extra += f',"j":{order.strategy_id}'
    if order.strategy_type is not None:
        extra += f',"J":{order.strategy_type}'
    if order.working_ns is not None:
        extra += f',"W":{MS(order.working_ns)}'
    if order.expiry_reason is not None:
        extra += f',"eR":"{order.expiry_reason}"'
    return extra


def _prevented(order: Order, prevention: Prevention) -> str:
    return (
        f',"v":{"null" if order.prevented_match_id is None else order.prevented_match_id},'
        f'"A":"{text(order.prevented)}","B":"{text(prevention.qty)}","u":{NO_GROUP},'
        f'"U":{prevention.counter_order_id},"Cs":"{order.symbol}","pl":"{text(prevention.matched_qty)}",'
        f'"pL":"{text(prevention.price)}","pY":"{text(prevention.matched_qty * prevention.price)}"'
    )
