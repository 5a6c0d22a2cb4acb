"""The `executionReport` event: the venue's word on an order, told to its owner.

Field names and their order follow the vendor's documentation of the user data stream.
"""

from __future__ import annotations

from seatrial.emulators.binance.numbers import ZERO, text
from seatrial.emulators.binance.orders import MS, NO_LIST, Json, Order, Trade


def execution_report(
    order: Order,
    execution: str,
    *,
    at_ns: int,
    trade: Trade | None = None,
    cancel_id: str | None = None,
    reject_reason: str = "NONE",
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
        "F": text(ZERO),
        "g": NO_LIST,
        "C": order.client_order_id if cancel_id is not None else "",
        "x": execution,
        "X": order.status,
        "r": reject_reason,
        "i": order.order_id,
    }
    event |= _executed(order, trade, at_ns)
    if order.strategy_id is not None:
        event["j"] = order.strategy_id
    if order.strategy_type is not None:
        event["J"] = order.strategy_type
    if order.working_ns is not None:
        event["W"] = MS(order.working_ns)
    event["V"] = "NONE"
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
        "I": order.order_id * 1_000 + order.sequence,
        "w": order.open and order.working_ns is not None,
        "m": trade.maker if trade else False,
        "M": trade is not None,
        "O": MS(order.created_ns),
        "Z": text(order.quote_executed),
        "Y": text(trade.value if trade else ZERO),
        "Q": text(order.quote_order_qty),
    }
