"""Our words as Alpaca's JSON. Pure; numbers as decimal text, never floats. Source: Alpaca Trading API v2, orders."""

from __future__ import annotations

import msgspec

from seatrial.domain.effects import Approved
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import OrderType, Side, TimeInForce

_TYPE_WORDS = {
    OrderType.MARKET: "market",
    OrderType.LIMIT: "limit",
    OrderType.STOP: "stop",
    OrderType.STOP_LIMIT: "stop_limit",
}
_TIME_WORDS = {
    TimeInForce.DAY: "day",
    TimeInForce.GTC: "gtc",
    TimeInForce.IOC: "ioc",
    TimeInForce.FOK: "fok",
    TimeInForce.GTD: "gtc",  # the machine takes it back in time
    TimeInForce.OPG: "opg",
    TimeInForce.CLS: "cls",
}


def order_body(order: Approved, instrument: Instrument) -> bytes:
    """POST /v2/orders; numbers as text."""
    body: dict[str, object] = {
        "symbol": order.symbol,
        "qty": instrument.qty_text(order.qty_units),
        "side": "buy" if order.side == Side.BUY else "sell",
        "type": _TYPE_WORDS[order.type],
        "time_in_force": _TIME_WORDS[order.time_in_force],
        "client_order_id": order.client_order_id,
    }
    if order.type in (OrderType.LIMIT, OrderType.STOP_LIMIT):
        body["limit_price"] = instrument.price_text(order.limit_units)
    if order.type in (OrderType.STOP, OrderType.STOP_LIMIT):
        body["stop_price"] = instrument.price_text(order.stop_units)
    if order.extended_hours:
        body["extended_hours"] = True
    return msgspec.json.encode(body)
