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
    """GET trades and historicalTrades: one trade of the public tape."""

    id: int
    price: Decimal
    qty: Decimal
    time: int


class AggregateRecord(msgspec.Struct):
    """GET aggTrades, of which only the first trade's number is read."""

    f: int


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
    can_trade: bool = True
    permissions: list[str] = []


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
    order_types: list[str] = []


class ExchangeRecord(msgspec.Struct):
    """GET exchangeInfo."""

    symbols: list[SymbolRecord]


class DepthRecord(msgspec.Struct, rename="camel"):
    """GET depth: a whole book, of price and quantity, best first."""

    last_update_id: int
    bids: list[tuple[Decimal, Decimal]]
    asks: list[tuple[Decimal, Decimal]]


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
