"""Which orders leave through ccxt. Its exchanges differ in all others, so all others are parked in the machine."""

from __future__ import annotations

from seatrial.domain.effects import Approved
from seatrial.domain.orders import OrderType, TimeInForce
from seatrial.venues.port import Capabilities

CAPABILITIES = Capabilities(
    order_types=frozenset({OrderType.MARKET, OrderType.LIMIT}),
    times_in_force=frozenset({TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK}),
    shorting=False,
    fractional=True,
)


def lacks(order: Approved) -> str | None:
    """Why this order is not sent; None where it is."""
    if order.type not in CAPABILITIES.order_types:
        return f"type: through ccxt only market and limit orders are sent; a {order.type.name} is parked in the machine"
    if order.post_only and order.type is not OrderType.LIMIT:
        return "post_only: it goes with a limit order"
    if order.type is OrderType.LIMIT and order.time_in_force not in {*CAPABILITIES.times_in_force, TimeInForce.GTD}:
        return f"time_in_force: through ccxt a limit order is GTC, IOC or FOK, not {order.time_in_force.name}"
    return None
