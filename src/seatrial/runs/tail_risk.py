"""What the bad days look like: downside, and the loss of the worst of twenty periods. No normal market is assumed.

Losses are told as positive numbers, in shares of equity, for one period of the returns (a day or an hour).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, sqrt

from seatrial.runs.ratios import RETURNS_MIN, Drawdown, Figure, Returns

TAIL_PPM = 50_000  # the worst twentieth
TAIL_RETURNS_MIN = 5  # so many must lie in the tail, or its mean is one accident
VAR_METHOD = "historical: the order statistic at 5 %, no distribution assumed"


@dataclass(frozen=True, slots=True)
class TailRisk:
    """Downside figures of one account. `calmar` needs growth a year, which needs a month."""

    downside_deviation: Figure
    sortino: Figure
    calmar: Figure
    skewness: Figure
    kurtosis: Figure
    value_at_risk: Figure
    expected_shortfall: Figure


def tail_risk(returns: Returns, growth: Figure, drawdown: Drawdown | None) -> TailRisk:
    """Every downside figure of a row of returns."""
    skewness, kurtosis = shape(returns)
    at_risk, shortfall = worst_twentieth(returns)
    return TailRisk(
        downside_deviation=downside_deviation(returns),
        sortino=sortino(returns),
        calmar=calmar(growth, drawdown),
        skewness=skewness,
        kurtosis=kurtosis,
        value_at_risk=at_risk,
        expected_shortfall=shortfall,
    )


def downside_deviation(returns: Returns) -> Figure:
    """Root of the mean of squared losses over *all* periods, gains counted as 0, scaled to a year.

    Source: Sortino and van der Meer, Downside Risk, Journal of Portfolio Management 17(4), 1991; target 0.
    """
    if (few := too_few(returns)) is not None:
        return few
    return Figure(_downside(returns) * sqrt(returns.per_year))


def sortino(returns: Returns) -> Figure:
    """Mean return over downside deviation, scaled to a year."""
    if (few := too_few(returns)) is not None:
        return few
    downside = _downside(returns)
    if downside == 0.0:
        return Figure(None, "no period lost")
    return Figure(sum(returns.values) / len(returns.values) / downside * sqrt(returns.per_year))


def calmar(growth: Figure, drawdown: Drawdown | None) -> Figure:
    """Growth a year over the deepest drawdown."""
    if growth.value is None:
        return growth
    return Figure(None, "equity never fell") if drawdown is None else Figure(growth.value / drawdown.ratio)


def shape(returns: Returns) -> tuple[Figure, Figure]:
    """Skewness and kurtosis (3 for a normal distribution) by population moments."""
    if (few := too_few(returns)) is not None:
        return few, few
    count = len(returns.values)
    mean = sum(returns.values) / count
    second, third, fourth = (sum((each - mean) ** power for each in returns.values) / count for power in (2, 3, 4))
    if second == 0.0:
        still = Figure(None, "equity never moved")
        return still, still
    return Figure(third / second**1.5), Figure(fourth / second**2)


def worst_twentieth(returns: Returns) -> tuple[Figure, Figure]:
    """Value at risk and expected shortfall at 95 %: the k-th worst return and the mean of the k worst, k = n / 20.

    Of a row whose worst twentieth still gains, both are negative: nothing was lost.
    """
    inside = floor(len(returns.values) * TAIL_PPM / 1_000_000)
    if inside < TAIL_RETURNS_MIN:
        needed = TAIL_RETURNS_MIN * 1_000_000 // TAIL_PPM
        few = Figure(None, f"{needed} {returns.each} returns are needed, there are {len(returns.values)}")
        return few, few
    worst = sorted(returns.values)[:inside]
    return Figure(-worst[-1]), Figure(-sum(worst) / inside)


def too_few(returns: Returns) -> Figure | None:
    """The reason why a row is too short for any spread; None where it is long enough."""
    count = len(returns.values)
    if count >= RETURNS_MIN:
        return None
    return Figure(None, f"{RETURNS_MIN} {returns.each} returns are needed, there are {count}")


def _downside(returns: Returns) -> float:
    return sqrt(sum(min(each, 0.0) ** 2 for each in returns.values) / len(returns.values))
