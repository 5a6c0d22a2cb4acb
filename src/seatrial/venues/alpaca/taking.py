"""Which orders Alpaca takes. What it lacks is denied here, before a byte is sent, in words that name the field.

Sources: Alpaca's "Orders at Alpaca" (time in force, extended hours) and its error texts. The backtest's venue
refuses the same on arrival: `core/arrival.py`.
"""

from __future__ import annotations

from seatrial.domain.effects import Approved
from seatrial.domain.orders import OrderType, TimeInForce
from seatrial.venues.port import Capabilities

CAPABILITIES = Capabilities(
    order_types=frozenset({OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT}),
    times_in_force=frozenset(TimeInForce) - {TimeInForce.GTD},
    shorting=True,
    fractional=False,
    post_only=False,
    extended_hours=True,
)
_STOPS = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})
_OF_STOPS = frozenset({TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD})


def lacks(order: Approved) -> str | None:
    """Why Alpaca does not take this order; None where it does."""
    if order.type is OrderType.TRAILING_STOP:
        return "type: a trailing stop is parked in the machine, and only what it triggers is sent"
    if order.post_only:
        return "post_only: Alpaca has no such order"
    if order.extended_hours and (order.type is not OrderType.LIMIT or order.time_in_force is not TimeInForce.DAY):
        return "extended_hours: Alpaca takes limit orders for the day alone"
    if order.type in _STOPS and order.time_in_force not in _OF_STOPS:
        return f"time_in_force: Alpaca takes a {order.type.name} order as day or gtc, not {order.time_in_force.name}"
    return None
