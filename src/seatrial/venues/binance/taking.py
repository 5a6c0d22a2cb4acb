"""Which orders Binance takes. What it lacks is denied here, before a byte is sent, in words that name the field.

Source: Binance spot API, "New order": which parameters each type takes. The backtest's venue refuses the same on
arrival: `core/arrival.py`.
"""

from __future__ import annotations

from seatrial.domain.effects import Approved
from seatrial.domain.orders import OrderType, TimeInForce
from seatrial.venues.port import Capabilities

CAPABILITIES = Capabilities(
    order_types=frozenset({OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT}),
    times_in_force=frozenset({TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK}),
    shorting=False,
    fractional=True,
)
_WITH_LIMIT = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
_OF_LIMITS = frozenset({TimeInForce.GTC, TimeInForce.GTD, TimeInForce.IOC, TimeInForce.FOK})
_OF_OTHERS = frozenset({TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD})
_UNTIL_CANCELLED = frozenset({TimeInForce.GTC, TimeInForce.GTD})


def lacks(order: Approved) -> str | None:
    """Why Binance does not take this order; None where it does."""
    if order.type is OrderType.TRAILING_STOP:
        return "type: a trailing stop is parked in the machine, and only what it triggers is sent"
    if order.post_only and (order.type is not OrderType.LIMIT or order.time_in_force not in _UNTIL_CANCELLED):
        return "post_only: Binance takes it with a limit order that works until it is cancelled"
    taken = _OF_LIMITS if order.type in _WITH_LIMIT else _OF_OTHERS
    if order.time_in_force not in taken:
        return f"time_in_force: Binance has no {order.time_in_force.name} with a {order.type.name} order"
    return None
