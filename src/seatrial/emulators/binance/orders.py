"""An order and a trade as the venue remembers them, and the JSON they appear in.

Amounts are `Decimal`, times nanoseconds of market time. Field orders follow the vendor's documentation.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from seatrial.domain.time import MICROSECOND_NS, MILLISECOND_NS
from seatrial.emulators.binance.numbers import ZERO, text

OPEN = frozenset({"NEW", "PARTIALLY_FILLED"})
STOPS = frozenset({"STOP_LOSS", "STOP_LOSS_LIMIT"})
TAKE_PROFITS = frozenset({"TAKE_PROFIT", "TAKE_PROFIT_LIMIT"})
ALGO_TYPES = STOPS | TAKE_PROFITS
NO_LIST = -1

Json = dict[str, object]


class Order(msgspec.Struct, kw_only=True):
    """One order, from its acceptance to its end.

    `reserved` is what of a balance it still locks: quote for a buy, base for a sell. `budget_only` marks a
    market buy by `quoteOrderQty`, which may never spend more than its reservation.
    """

    account: str
    symbol: str
    order_id: int
    client_order_id: str
    side: str
    type: str
    time_in_force: str
    quantity: Decimal
    price: Decimal
    stop_price: Decimal
    quote_order_qty: Decimal
    created_ns: int
    updated_ns: int
    working_ns: int | None
    reserved: Decimal
    reserved_asset: str
    budget_only: bool = False
    executed: Decimal = ZERO
    quote_executed: Decimal = ZERO
    status: str = "NEW"
    sequence: int = 0
    strategy_id: int | None = None
    strategy_type: int | None = None

    @property
    def open(self) -> bool:
        """Whether anything can still happen to it."""
        return self.status in OPEN

    @property
    def left(self) -> Decimal:
        """What is not executed."""
        return self.quantity - self.executed

    @property
    def algo(self) -> bool:
        """Off the book until a price is touched."""
        return self.type in ALGO_TYPES


class Trade(msgspec.Struct, kw_only=True, frozen=True):
    """One execution of one order."""

    account: str
    symbol: str
    trade_id: int
    order_id: int
    side: str
    price: Decimal
    qty: Decimal
    value: Decimal
    fee: Decimal
    fee_asset: str
    at_ns: int
    maker: bool


class TimeUnit:
    """Milliseconds, or microseconds where the client asked for them."""

    def __init__(self, micro: bool = False) -> None:
        self._ns = MICROSECOND_NS if micro else MILLISECOND_NS

    def __call__(self, at_ns: int) -> int:
        return at_ns // self._ns


MS = TimeUnit()


def _state(order: Order) -> Json:
    return {
        "price": text(order.price),
        "origQty": text(order.quantity),
        "executedQty": text(order.executed),
        "origQuoteOrderQty": text(order.quote_order_qty),
        "cummulativeQuoteQty": text(order.quote_executed),
        "status": order.status,
        "timeInForce": order.time_in_force,
        "type": order.type,
        "side": order.side,
    }


def _conditional(order: Order, unit: TimeUnit) -> Json:
    extra: Json = {}
    if order.stop_price:
        extra["stopPrice"] = text(order.stop_price)
    if order.strategy_id is not None:
        extra["strategyId"] = order.strategy_id
    if order.strategy_type is not None:
        extra["strategyType"] = order.strategy_type
    if order.working_ns is not None:
        extra["workingTime"] = unit(order.working_ns)
    return extra


def placed(order: Order, form: str, unit: TimeUnit = MS) -> Json:
    """The answer to a new order; `form` is ACK, RESULT or FULL."""
    ack: Json = {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": NO_LIST,
        "clientOrderId": order.client_order_id,
        "transactTime": unit(order.created_ns),
    }
    if form == "ACK":
        return ack
    result = ack | _state(order) | _conditional(order, unit) | {"selfTradePreventionMode": "NONE"}
    # Trades happen at prints of the market, never at arrival, so a fresh order has none to tell.
    return result | {"fills": []} if form == "FULL" else result


def queried(order: Order, unit: TimeUnit = MS) -> Json:
    """The order as `GET /order` tells it."""
    return {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": NO_LIST,
        "clientOrderId": order.client_order_id,
        **_state(order),
        "stopPrice": text(order.stop_price),
        "icebergQty": text(ZERO),
        "time": unit(order.created_ns),
        "updateTime": unit(order.updated_ns),
        "isWorking": order.working_ns is not None,
        **_conditional(order, unit),
        "origQuoteOrderQty": text(order.quote_order_qty),
        "selfTradePreventionMode": "NONE",
    }


def cancelled(order: Order, cancel_id: str, unit: TimeUnit = MS) -> Json:
    """The answer to a cancel: `clientOrderId` is the cancel's own id."""
    conditional = _conditional(order, unit)
    conditional.pop("workingTime", None)
    return {
        "symbol": order.symbol,
        "origClientOrderId": order.client_order_id,
        "orderId": order.order_id,
        "orderListId": NO_LIST,
        "clientOrderId": cancel_id,
        "transactTime": unit(order.updated_ns),
        **_state(order),
        **conditional,
        "selfTradePreventionMode": "NONE",
    }


def traded(trade: Trade, unit: TimeUnit = MS) -> Json:
    """A row of myTrades."""
    return {
        "symbol": trade.symbol,
        "id": trade.trade_id,
        "orderId": trade.order_id,
        "orderListId": NO_LIST,
        "price": text(trade.price),
        "qty": text(trade.qty),
        "quoteQty": text(trade.value),
        "commission": text(trade.fee),
        "commissionAsset": trade.fee_asset,
        "time": unit(trade.at_ns),
        "isBuyer": trade.side == "BUY",
        "isMaker": trade.maker,
        "isBestMatch": True,
    }
