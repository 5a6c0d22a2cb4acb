"""What a risk day, week or month has brought so far."""

from __future__ import annotations

from dataclasses import dataclass

PERIODS = ("today", "week", "month", "all")


@dataclass(slots=True)
class PeriodBook:
    """What was realised since a risk day, week or month began. Money in cash units of the account's currency.

    `baseline_units` is the equity it began with, moved by every transfer since: a deposit is no profit. None
    before the first bar.
    """

    number: int = -1
    baseline_units: int | None = None
    realized_units: int = 0
    fees_units: int = 0  # those taken in coin at their trade's price, rounded down
    fills: int = 0
    closed_trades: int = 0
    won_trades: int = 0
