"""What observability answers about money: equity, fills, profit and loss. Market times, unless said otherwise.

Amounts are exact decimal texts in the account's own currency. Two currencies are never summed: totals are
kept apart by currency. What is not known is null.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from seatrial.services.api.numbers import NumberText, When

Ratio = Annotated[float, msgspec.Meta(description="A share of one, rounded to four digits.")]


class EquityPointAnswer(msgspec.Struct):
    """An account at one market time. `realized` is after fees; `unrealized` is null where a cost is not known."""

    at: When
    equity: NumberText
    cash: NumberText
    realized: NumberText
    unrealized: NumberText | None


class EquitySeriesAnswer(msgspec.Struct):
    """One account's points, oldest first. `kept_from` is the oldest that could have been asked for.

    `source` is `journal` for what was learnt from it, `metrics` for older points of the metrics history.
    """

    account: str
    currency: str
    as_of: When | None
    kept_from: When | None
    source: Literal["journal", "metrics"]
    points: list[EquityPointAnswer]


class EquityAnswer(msgspec.Struct):
    """The series of every account; `timestamp` is wall time."""

    series: list[EquitySeriesAnswer]
    timestamp: When


class ShareAnswer(msgspec.Struct):
    """A strategy's part of a fill, signed. The empty strategy has what nobody asked for."""

    strategy: str
    quantity: NumberText


class TradeAnswer(msgspec.Struct):
    """One fill. `at` is market time; `recorded_at` our own clock's, null where it was read back from the journal.

    `realized` is what the fill realised, after its fee where that was cash, in `currency`.
    """

    seq: int
    at: When
    recorded_at: When | None
    account: str
    symbol: str
    side: Literal["buy", "sell"]
    quantity: NumberText
    price: NumberText
    fee: NumberText
    fee_currency: str
    realized: NumberText
    currency: str
    order_id: str
    execution_id: str
    shares: list[ShareAnswer]


class TradesAnswer(msgspec.Struct):
    """The newest fills, newest first. `total` counts all there ever were; only the newest 10,000 are kept here."""

    trades: list[TradeAnswer]
    total: int
    timestamp: When


class AccountPnl(msgspec.Struct):
    """One account over the period. `realized` + `unrealized` is `total` to the unit.

    `total` is equity now less equity at the period's begin, transfers apart; null before the first price.
    `open` is what the present holdings are worth above their cost, whenever they were bought.
    """

    account: str
    currency: str
    realized: NumberText
    unrealized: NumberText | None
    total: NumberText | None
    open: NumberText | None
    fees: NumberText
    trades: int
    closed_trades: int
    won_trades: int
    win_rate: Ratio | None
    as_of: When | None


class PnlAnswer(msgspec.Struct):
    """Profit and loss of a period of the accounts' own risk calendars: `today` began with the risk day.

    Amounts are by currency. `trades` are fills; `win_rate` is of trades closed from flat to flat, null without one.
    `as_of` is the oldest of the accounts' newest prices.
    """

    period: Literal["today", "week", "month", "all"]
    realized: dict[str, NumberText]
    unrealized: dict[str, NumberText | None]
    total: dict[str, NumberText | None]
    trades: int
    closed_trades: int
    won_trades: int
    win_rate: Ratio | None
    accounts: list[AccountPnl]
    as_of: When | None
    timestamp: When
