"""Alpaca's JSON as it is written: only the fields we read, numbers as decimals, never floats.

Source: Alpaca Trading API v2 and Market Data API v2.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec


class OrderRecord(msgspec.Struct):
    """GET /v2/orders/*, and `order` of a trade update. `qty` is null for an order by notional."""

    id: str
    client_order_id: str
    symbol: str
    side: str
    type: str
    status: str
    filled_qty: Decimal
    submitted_at: str
    updated_at: str
    qty: Decimal | None = None


class ActivityRecord(msgspec.Struct):
    """GET /v2/account/activities/FILL."""

    id: str
    transaction_time: str
    price: Decimal
    qty: Decimal
    side: str
    symbol: str
    order_id: str


class PaymentRecord(msgspec.Struct):
    """GET /v2/account/activities of anything but a trade; which members it has depends on its type."""

    id: str
    activity_type: str
    date: str
    net_amount: Decimal
    symbol: str | None = None
    status: str | None = None
    created_at: str | None = None


class AccountRecord(msgspec.Struct):
    """GET /v2/account."""

    id: str
    cash: Decimal
    currency: str
    status: str = "ACTIVE"
    trading_blocked: bool = False
    account_blocked: bool = False
    trade_suspended_by_user: bool = False
    shorting_enabled: bool = False


class PositionRecord(msgspec.Struct):
    """GET /v2/positions; short quantities are negative."""

    symbol: str
    qty: Decimal


class ClockRecord(msgspec.Struct):
    """GET /v2/clock."""

    timestamp: str
    is_open: bool
    next_open: str
    next_close: str


class AssetRecord(msgspec.Struct):
    """GET /v2/assets/{symbol}."""

    symbol: str
    class_: str = msgspec.field(name="class")
    status: str
    tradable: bool
    shortable: bool = False
    easy_to_borrow: bool = False


class BarRecord(msgspec.Struct):
    """One bar of GET /v2/stocks/bars; `t` is its start."""

    t: str
    o: Decimal
    h: Decimal
    l: Decimal  # noqa: E741  Alpaca's word
    c: Decimal
    v: Decimal


class BarsRecord(msgspec.Struct):
    """GET /v2/stocks/bars."""

    bars: dict[str, list[BarRecord]]
    next_page_token: str | None = None


class UpdateRecord(msgspec.Struct):
    """`data` of a trade update; price and qty are of this execution, on fills only."""

    event: str
    timestamp: str
    order: OrderRecord
    execution_id: str = ""
    price: Decimal | None = None
    qty: Decimal | None = None


class ErrorRecord(msgspec.Struct):
    """Any 4xx or 5xx; authentication failures carry no code."""

    message: str
    code: int | None = None


# --------------------------------------------------------- the trading stream


class TradeStreamRecord(msgspec.Struct):
    """`{"stream": "authorization" | "listening" | "trade_updates", "data": {...}}`."""

    stream: str
    data: msgspec.Raw


class AuthorizationRecord(msgspec.Struct):
    """`authorized` or `unauthorized`."""

    status: str


class ListeningRecord(msgspec.Struct):
    """The whole set of streams now listened to."""

    streams: list[str]


# ------------------------------------------------------------ the data stream


class SuccessMessage(msgspec.Struct, tag_field="T", tag="success"):
    """`connected`, then `authenticated`."""

    msg: str


class ErrorMessage(msgspec.Struct, tag_field="T", tag="error"):
    """A refused login or subscription."""

    code: int
    msg: str


class SubscriptionMessage(msgspec.Struct, tag_field="T", tag="subscription"):
    """The whole set now subscribed to."""

    trades: list[str]
    bars: list[str]


class BarMessage(BarRecord, tag_field="T", tag="b", kw_only=True):
    """A finished minute bar."""

    S: str


class TapeRecord(msgspec.Struct):
    """One of GET /v2/stocks/trades. `u`: it was canceled, corrected or is incorrect."""

    t: str
    p: Decimal
    s: Decimal
    c: list[str] = []
    u: str = ""


class TradesRecord(msgspec.Struct):
    """GET /v2/stocks/trades."""

    trades: dict[str, list[TapeRecord] | None]
    next_page_token: str | None = None


class TradeMessage(msgspec.Struct, tag_field="T", tag="t"):
    """A trade print, with its sale conditions."""

    S: str
    p: Decimal
    s: Decimal
    t: str
    c: list[str] = []


class QuoteMessage(msgspec.Struct, tag_field="T", tag="q"):
    """Not subscribed to, not read."""


class DailyBarMessage(msgspec.Struct, tag_field="T", tag="d"):
    """Not subscribed to, not read."""


class UpdatedBarMessage(msgspec.Struct, tag_field="T", tag="u"):
    """A bar corrected by late trades. Not subscribed to: what was decided on stays decided on."""


class StatusMessage(msgspec.Struct, tag_field="T", tag="s"):
    """A halt or resumption of trading. Not subscribed to."""


class LuldMessage(msgspec.Struct, tag_field="T", tag="l"):
    """A limit-up limit-down band. Not subscribed to."""


class CorrectionMessage(msgspec.Struct, tag_field="T", tag="c"):
    """A corrected trade; comes with `trades`, not read."""


class CancelErrorMessage(msgspec.Struct, tag_field="T", tag="x"):
    """A cancelled trade; comes with `trades`, not read."""


DataMessage = (
    SuccessMessage
    | ErrorMessage
    | SubscriptionMessage
    | BarMessage
    | TradeMessage
    | QuoteMessage
    | DailyBarMessage
    | UpdatedBarMessage
    | StatusMessage
    | LuldMessage
    | CorrectionMessage
    | CancelErrorMessage
)
