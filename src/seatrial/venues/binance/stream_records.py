"""Binance's stream messages as they are written: only the fields we read, numbers as decimals, never floats.

Source: Binance Spot WebSocket streams and user data stream (binance-spot-api-docs). Times are milliseconds.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from seatrial.venues.binance.records import ErrorRecord


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
    t: int
    p: Decimal
    q: Decimal
    T: int
