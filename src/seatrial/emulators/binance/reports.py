"""The `executionReport` event: the venue's word on an order, told to its owner.

Field names and their order follow the vendor's documentation of the user data stream.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from seatrial.emulators.binance.numbers import ZERO, text
from seatrial.emulators.binance.orders import MS, NO_GROUP, Json, Order, Trade

EXECUTION_IDS_PER_ORDER = 1_000


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
) -> Json:
    """The `executionReport` event. `cancel_id` is given when the order is cancelled by its owner."""
    event: Json = {
        "e": "executionReport",
        "E": MS(at_ns),
        "s": order.symbol,
        "c": cancel_id if cancel_id is not None else order.client_order_id,
        "S": order.side,
        "o": order.type,
        "f": order.time_in_force,
        "q": text(order.quantity),
        "p": text(order.price),
        "P": text(order.stop_price),
        "F": text(order.iceberg_qty),
        "g": order.list_id,
        "C": order.client_order_id if cancel_id is not None else "",
        "x": execution,
        "X": order.status,
        "r": reject_reason,
        "i": order.order_id,
    }
    event |= _executed(order, trade, at_ns)
    event |= _conditional(order)
    if prevention is not None:
        event |= _prevented(order, prevention)
    event["V"] = order.stp_mode
    return event


def _executed(order: Order, trade: Trade | None, at_ns: int) -> Json:
    """The part of a report that tells of its trade, if it has one, and of what was traded before."""
    return {
        "l": text(trade.qty if trade else ZERO),
        "z": text(order.executed),
        "L": text(trade.price if trade else ZERO),
        "n": text(trade.fee) if trade else "0",
        "N": trade.fee_asset if trade else None,
        "T": MS(at_ns),
        "t": trade.trade_id if trade else -1,
        "I": execution_id(order),
        "w": order.open and order.working_ns is not None,
        "m": trade.maker if trade else False,
        "M": trade is not None,
        "O": MS(order.created_ns),
        "Z": text(order.quote_executed),
        "Y": text(trade.value if trade else ZERO),
        "Q": text(order.quote_order_qty),
    }


def _conditional(order: Order) -> Json:
    """Fields that appear only where the order has them."""
    extra: Json = {}
    if order.trailing_delta:
        extra["d"] = order.trailing_delta
        if order.trailing_ns is not None:
            extra["D"] = MS(order.trailing_ns)
    if order.strategy_id is not None:
        extra["j"] = order.strategy_id
    if order.strategy_type is not None:
        extra["J"] = order.strategy_type
    if order.working_ns is not None:
        extra["W"] = MS(order.working_ns)
    if order.expiry_reason is not None:
        extra["eR"] = order.expiry_reason
    return extra


def _prevented(order: Order, prevention: Prevention) -> Json:
    return {
        "v": order.prevented_match_id,
        "A": text(order.prevented),
        "B": text(prevention.qty),
        "u": NO_GROUP,
        "U": prevention.counter_order_id,
        "Cs": order.symbol,
        "pl": text(prevention.matched_qty),
        "pL": text(prevention.price),
        "pY": text(prevention.matched_qty * prevention.price),
    }
