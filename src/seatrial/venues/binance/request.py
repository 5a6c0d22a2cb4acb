"""Our words as Binance's parameters, signed as it asks. Pure; decimal text, never floats."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote_plus, urlencode

from seatrial.domain.effects import Approved
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import OrderType, Side, TimeInForce
from seatrial.venues.binance.signing import Sign

_TYPE_WORDS = {
    OrderType.MARKET: "MARKET",
    OrderType.LIMIT: "LIMIT",
    OrderType.STOP: "STOP_LOSS",
    OrderType.STOP_LIMIT: "STOP_LOSS_LIMIT",
}
_TIME_WORDS = {
    TimeInForce.GTC: "GTC",
    TimeInForce.IOC: "IOC",
    TimeInForce.FOK: "FOK",
    TimeInForce.GTD: "GTC",  # the machine takes it back in time
}


def order_parameters(order: Approved, instrument: Instrument) -> dict[str, str]:
    """POST /api/v3/order, not yet timed or signed."""
    parameters = {
        "symbol": str(order.symbol),
        "side": "BUY" if order.side == Side.BUY else "SELL",
        "type": "LIMIT_MAKER" if order.post_only else _TYPE_WORDS[order.type],
        "quantity": instrument.qty_text(order.qty_units),
        "newClientOrderId": str(order.client_order_id),
        "newOrderRespType": "RESULT",
    }
    if order.type in (OrderType.LIMIT, OrderType.STOP_LIMIT):
        parameters["price"] = instrument.price_text(order.limit_units)
        if not order.post_only:
            parameters["timeInForce"] = _TIME_WORDS[order.time_in_force]
    if order.type in (OrderType.STOP, OrderType.STOP_LIMIT):
        parameters["stopPrice"] = instrument.price_text(order.stop_units)
    return parameters


def signed_query(parameters: Mapping[str, str], sign: Sign) -> str:
    """REST: percent-encode, then sign exactly those bytes; the signature comes last."""
    payload = urlencode(parameters)
    return f"{payload}&signature={quote_plus(sign(payload))}"


def signed_call(parameters: Mapping[str, str | int], sign: Sign) -> dict[str, str | int]:
    """WebSocket API: sign `k=v&...` in the order of the names."""
    payload = "&".join(f"{name}={parameters[name]}" for name in sorted(parameters))
    return {**parameters, "signature": sign(payload)}
