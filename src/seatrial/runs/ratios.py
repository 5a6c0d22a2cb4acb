"""Ratios of an equity curve. Each answers with a figure, or with the reason why there is none: never with 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.time import DAY_NS, HOUR_NS

RETURNS_MIN = 20  # fewer say nothing about a spread
GROWTH_DAYS_MIN = 30  # a year extrapolated from less is a fairy tale

# How many days and trading hours a year has, by calendar.
DAYS_PER_YEAR = {"XNYS": 252.0, "24x7": 365.0}
HOURS_PER_DAY = {"XNYS": 6.5, "24x7": 24.0}
NEARLY = 1e-12  # two ratios of floats that differ by less may be one ratio of integers

Numbers = Sequence[int] | Sequence[float] | NDArray[Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """A ratio, or None and why."""

    value: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Returns:
    """Returns of equal periods, and how many of them a year has."""

    period: str  # day or hour
    values: tuple[float, ...]
    per_year: float

    @property
    def each(self) -> str:
        """`daily` or `hourly`."""
        return "daily" if self.period == "day" else "hourly"


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall from a high. `recovered_ns` is None while the high has not been seen again."""

    ratio: float
    depth_units: int
    peak_ns: int
    trough_ns: int
    recovered_ns: int | None


def returns_of(at_ns: Numbers, equity_units: Numbers, opening_units: float, calendar: str) -> Returns:
    """Daily returns where there are enough of them, hourly ones otherwise. A bar belongs to the period it ends in."""
    daily = _changes(_last_by(at_ns, equity_units, DAY_NS), opening_units)
    if len(daily) >= RETURNS_MIN:
        return Returns("day", daily, DAYS_PER_YEAR[calendar])
    hourly = _changes(_last_by(at_ns, equity_units, HOUR_NS), opening_units)
    return Returns("hour", hourly, DAYS_PER_YEAR[calendar] * HOURS_PER_DAY[calendar])


def volatility(returns: Returns) -> Figure:
    """Standard deviation of returns, scaled to a year."""
    spread = _deviation(returns)
    return spread if spread.value is None else Figure(spread.value * sqrt(returns.per_year))


def sharpe(returns: Returns) -> Figure:
    """Mean over standard deviation of returns, scaled to a year; no interest is subtracted."""
    found = period_sharpe(returns)
    return found if found.value is None else Figure(found.value * sqrt(returns.per_year))


def period_sharpe(returns: Returns) -> Figure:
    """Mean over standard deviation of the returns of one period."""
    spread = _deviation(returns)
    if spread.value is None:
        return spread
    if spread.value == 0.0:
        return Figure(None, "equity never moved")
    return Figure(sum(returns.values) / len(returns.values) / spread.value)


def growth_per_year(opening_units: int, closing_units: int, span_ns: int) -> Figure:
    """Compound annual growth rate."""
    days = span_ns / DAY_NS
    if days < GROWTH_DAYS_MIN:
        return Figure(None, f"{GROWTH_DAYS_MIN} days are needed, the run spans {days:.1f}")
    if opening_units <= 0 or closing_units <= 0:
        return Figure(None, "equity must be above zero at both ends")
    return Figure((closing_units / opening_units) ** (365.25 / days) - 1.0)


def deepest_drawdown(at_ns: Numbers, equity_units: Numbers, opening_units: int) -> Drawdown | None:
    """The deepest relative fall below the highest equity so far, of equals the first; None where it never fell."""
    if not len(at_ns):
        return None
    at, units = np.asarray(at_ns, dtype=np.int64), np.asarray(equity_units)
    highs = np.maximum(np.maximum.accumulate(units), opening_units)
    ratios = np.divide(highs - units, highs, out=np.zeros(len(units)), where=highs > 0)
    top = float(ratios.max())
    if top <= 0.0:
        return None
    near = np.flatnonzero(ratios >= top - NEARLY)
    falls = [(high - low) / high for high, low in zip(highs[near].tolist(), units[near].tolist(), strict=True)]
    fall = max(falls)
    trough = int(near[falls.index(fall)])
    at_a_high = units == highs
    before, after = np.flatnonzero(at_a_high[:trough]), np.flatnonzero(at_a_high[trough:])
    return Drawdown(
        ratio=fall,
        depth_units=(highs[trough] - units[trough]).item(),
        peak_ns=int(at[before[-1]]) if len(before) else int(at[0]),
        trough_ns=int(at[trough]),
        recovered_ns=int(at[trough + after[0]]) if len(after) else None,
    )


def ratio(part: float, whole: float, reason: str) -> Figure:
    """`part / whole`, or the reason where there is no whole."""
    return Figure(part / whole) if whole else Figure(None, reason)


def _last_by(at_ns: Numbers, equity_units: Numbers, period_ns: int) -> list[float]:
    """What stands at the end of every period; the samples are in order of time."""
    if not len(at_ns):
        return []
    periods = (np.asarray(at_ns, dtype=np.int64) - 1) // period_ns
    last: list[float] = np.asarray(equity_units)[np.r_[np.diff(periods) != 0, True]].tolist()
    return last


def _changes(equity_units: Sequence[float], opening_units: float) -> tuple[float, ...]:
    before = [opening_units, *equity_units[:-1]]
    return tuple(now / then - 1.0 for then, now in zip(before, equity_units, strict=True) if then > 0)


def _deviation(returns: Returns) -> Figure:
    count = len(returns.values)
    if count < RETURNS_MIN:
        return Figure(None, f"{RETURNS_MIN} {returns.each} returns are needed, there are {count}")
    mean = sum(returns.values) / count
    return Figure(sqrt(sum((each - mean) ** 2 for each in returns.values) / (count - 1)))
