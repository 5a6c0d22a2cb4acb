"""Binance's JSON as it is written: only the fields we read, numbers as decimals, never floats.

Source: Binance Spot REST API, WebSocket API and streams (binance-spot-api-docs). Times are milliseconds.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec


class OrderRecord(msgspec.Struct, rename="camel"):
    """GET order, openOrders, allOrders; POST order with RESULT; DELETE order.

    On a DELETE `orig_client_order_id` is the order's id and `client_order_id` the cancel's own. The time is
    `updateTime` in questions and `transactTime` in answers to commands.
    """

    symbol: str
    order_id: int
    client_order_id: str
    orig_qty: Decimal
    executed_qty: Decimal
    status: str
    type: str
    side: str
    update_time: int | None = None
    transact_time: int | None = None
    orig_client_order_id: str = ""


class TapeRecord(msgspec.Struct):
    """GET trades: one trade of the public tape."""

    time: int


class TradeRecord(msgspec.Struct, rename="camel"):
    """GET myTrades."""

    id: int
    order_id: int
    price: Decimal
    qty: Decimal
    commission: Decimal
    commission_asset: str
    time: int
    is_buyer: bool


class BalanceRecord(msgspec.Struct):
    """One coin of GET account."""

    asset: str
    free: Decimal
    locked: Decimal


class AccountRecord(msgspec.Struct, rename="camel"):
    """GET account."""

    uid: int
    balances: list[BalanceRecord]


class TimeRecord(msgspec.Struct, rename="camel"):
    """GET time."""

    server_time: int


class FilterRecord(msgspec.Struct, rename="camel"):
    """A filter of a symbol; only the kinds we read have these fields."""

    filter_type: str
    tick_size: Decimal | None = None
    step_size: Decimal | None = None
    min_qty: Decimal | None = None
    min_notional: Decimal | None = None


class SymbolRecord(msgspec.Struct, rename="camel"):
    """A symbol of GET exchangeInfo."""

    symbol: str
    status: str
    base_asset: str
    quote_asset: str
    filters: list[FilterRecord]


class ExchangeRecord(msgspec.Struct):
    """GET exchangeInfo."""

    symbols: list[SymbolRecord]


class ErrorRecord(msgspec.Struct):
    """Any 4xx or 5xx, and `error` of the WebSocket API."""

    code: int
    msg: str


# GET klines: [open time, open, high, low, close, volume, close time, ...six more]
KlineRow = tuple[
    int,
    Decimal,
    Decimal,
    Decimal,
    Decimal,
    Decimal,
    int,
    msgspec.Raw,
    msgspec.Raw,
    msgspec.Raw,
    msgspec.Raw,
    msgspec.Raw,
]

# ------------------------------------------------------------ the streams


class AccountMessage(msgspec.Struct, rename="camel"):
    """`{"subscriptionId": 0, "event": {...}}`, or an answer to a call."""

    event: msgspec.Raw = msgspec.Raw()
    id: int | str | None = None
    status: int = 200
    error: ErrorRecord | None = None


class EventName(msgspec.Struct):
    """What every event says first."""

    e: str


class ExecutionReport(
    msgspec.Struct,
    rename={
        "symbol": "s",
        "client_order_id": "c",
        "orig_client_order_id": "C",
        "side": "S",
        "type": "o",
        "qty": "q",
        "execution": "x",
        "status": "X",
        "reason": "r",
        "order_id": "i",
        "last_qty": "l",
        "filled_qty": "z",
        "last_price": "L",
        "commission": "n",
        "commission_asset": "N",
        "transact_time": "T",
        "trade_id": "t",
    },
):
    """`executionReport`. On a cancel `c` is the cancel's id and `C` the order's."""

    symbol: str
    client_order_id: str
    side: str
    type: str
    qty: Decimal
    execution: str
    status: str
    order_id: int
    last_qty: Decimal
    filled_qty: Decimal
    last_price: Decimal
    transact_time: int
    trade_id: int
    orig_client_order_id: str | None = None
    reason: str = "NONE"
    commission: Decimal = Decimal(0)
    commission_asset: str | None = None


class MarketMessage(msgspec.Struct):
    """A message of `/stream`: a combined payload, or an answer to a call."""

    stream: str = ""
    data: msgspec.Raw = msgspec.Raw()
    id: int | str | None = None
    error: ErrorRecord | None = None


class KlineRecord(
    msgspec.Struct,
    rename={
        "start": "t",
        "end": "T",
        "interval": "i",
        "open": "o",
        "close": "c",
        "high": "h",
        "low": "l",
        "volume": "v",
        "closed": "x",
    },
):
    """`k` of a kline event; `T` is one millisecond before the end."""

    start: int
    end: int
    interval: str
    open: Decimal
    close: Decimal
    high: Decimal
    low: Decimal
    volume: Decimal
    closed: bool


class KlineEvent(msgspec.Struct):
    """`<symbol>@kline_1m`."""

    s: str
    k: KlineRecord


class TradeEvent(msgspec.Struct):
    """`<symbol>@trade`."""

    s: str
    p: Decimal
    q: Decimal
    T: int
