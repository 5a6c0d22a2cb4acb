"""What the exchange needs to know of an order, in the words of the house's venue kernel."""

from __future__ import annotations

from seatrial.domain.orders import OrderType, Side, TimeInForce
from seatrial.emulators.binance.numbers import ZERO, to_units
from seatrial.emulators.binance.orders import PRICED_ALGO_TYPES, TAKE_PROFITS, Order
from seatrial.emulators.order_books import SelfTrade, Terms

KERNEL_TYPES = {
    "MARKET": OrderType.MARKET,
    "LIMIT": OrderType.LIMIT,
    "LIMIT_MAKER": OrderType.LIMIT,
    "STOP_LOSS": OrderType.STOP,
    "STOP_LOSS_LIMIT": OrderType.STOP_LIMIT,
    "TAKE_PROFIT": OrderType.STOP,
    "TAKE_PROFIT_LIMIT": OrderType.STOP_LIMIT,
}
KERNEL_TIMES = {"GTC": TimeInForce.GTC, "IOC": TimeInForce.IOC, "FOK": TimeInForce.FOK}
KERNEL_SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
SELF_TRADES = {
    "NONE": SelfTrade.ALLOWED,
    "EXPIRE_TAKER": SelfTrade.EXPIRE_TAKER,
    "EXPIRE_MAKER": SelfTrade.EXPIRE_MAKER,
    "EXPIRE_BOTH": SelfTrade.EXPIRE_BOTH,
    "DECREMENT": SelfTrade.DECREMENT,
    "TRANSFER": SelfTrade.DECREMENT,  # the same for orders of one account, as documented
}


def terms_of(order: Order) -> Terms:
    """What is still open of an order. A trailing stop comes here once it has triggered: it is a plain order then."""
    kind, stop_price = KERNEL_TYPES[order.type], order.stop_price
    if order.trailing_delta:
        kind = OrderType.LIMIT if order.type in PRICED_ALGO_TYPES else OrderType.MARKET
        stop_price = ZERO
    return Terms(
        side=KERNEL_SIDES[order.side],
        type=kind,
        qty_units=to_units(order.left),
        limit_units=to_units(order.price),
        stop_units=to_units(stop_price),
        time_in_force=KERNEL_TIMES[order.time_in_force],
        post_only=order.type == "LIMIT_MAKER",
        if_touched=order.type in TAKE_PROFITS and not order.trailing_delta,
        self_trade=SELF_TRADES[order.stp_mode],
    )
