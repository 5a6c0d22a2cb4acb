"""What callers say about one order."""

from __future__ import annotations

from typing import Literal

import msgspec

from seatrial.services.api.numbers import SaidNumberOrNone


class TakeProfitBody(msgspec.Struct, forbid_unknown_fields=True):
    """The leg that closes with a profit: a limit order."""

    limit_price: SaidNumberOrNone = msgspec.field(default_factory=msgspec.Raw)


class StopLossBody(msgspec.Struct, forbid_unknown_fields=True):
    """The leg that closes with a loss: a stop, or with a `limit_price` a stop-limit."""

    stop_price: SaidNumberOrNone = msgspec.field(default_factory=msgspec.Raw)
    limit_price: SaidNumberOrNone = msgspec.field(default_factory=msgspec.Raw)


class OrderBody(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /orders`, and one of a batch's `orders`. Numbers may be JSON numbers or texts.

    Either `quantity` or `notional`, cash to spend or to raise. A trailing stop has `trail_price`, an amount, or
    `trail_percent`. `expires_at` (nanoseconds or RFC 3339) belongs to `gtd`. `oco` takes both legs and closes what
    is held; `bracket` takes both and `oto` one, and they follow the entry's fills.
    """

    symbol: str
    side: Literal["buy", "sell"]
    type: Literal["market", "limit", "stop", "stop_limit", "trailing_stop"]
    quantity: SaidNumberOrNone = msgspec.field(default_factory=msgspec.Raw)
    notional: SaidNumberOrNone = msgspec.field(default_factory=msgspec.Raw)
    price: SaidNumberOrNone = msgspec.field(default_factory=msgspec.Raw)
    stop_price: SaidNumberOrNone = msgspec.field(default_factory=msgspec.Raw)
    trail_price: SaidNumberOrNone = msgspec.field(default_factory=msgspec.Raw)
    trail_percent: SaidNumberOrNone = msgspec.field(default_factory=msgspec.Raw)
    time_in_force: Literal["day", "gtc", "ioc", "fok", "gtd", "opg", "cls"] | None = None
    expires_at: int | str | None = None
    post_only: bool = False
    reduce_only: bool = False
    extended_hours: bool = False
    order_class: Literal["simple", "bracket", "oco", "oto"] = "simple"
    take_profit: TakeProfitBody | None = None
    stop_loss: StopLossBody | None = None
    client_order_id: str | None = None
    account: str | None = None
