"""How sure a Sharpe ratio is, given its length, its shape, and how many others were tried before it was chosen.

Sources: Bailey and Lopez de Prado, The Sharpe Ratio Efficient Frontier, Journal of Risk 15(2), 2012 (PSR, minimum track
record length); The Deflated Sharpe Ratio, Journal of Portfolio Management 40(5), 2014 (DSR). All Sharpe ratios in the
formulas are of one period, not of a year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, e, sqrt
from statistics import NormalDist

from seatrial.runs.ratios import Figure, Returns, period_sharpe
from seatrial.runs.tail_risk import shape

EULER_MASCHERONI = 0.5772156649015329
CONFIDENCE = 0.95
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Trials:
    """How many sets of parameters were tried before one was chosen, and how their Sharpe ratios a period scattered."""

    count: int
    sharpe_variance: float | None

    @classmethod
    def of(cls, count: int, sharpes: Sequence[float]) -> Trials:
        """Of the trials of a sweep; those without a Sharpe ratio count as tried and add nothing to the spread."""
        if len(sharpes) < 2:
            return cls(count, None)
        mean = sum(sharpes) / len(sharpes)
        return cls(count, sum((each - mean) ** 2 for each in sharpes) / (len(sharpes) - 1))


@dataclass(frozen=True, slots=True)
class SharpeTests:
    """`deflated` is None of value where the number of trials or their spread is not known."""

    sharpe_of_a_period: Figure
    probabilistic: Figure  # that the true Sharpe ratio is above 0
    expected_best: Figure  # the best Sharpe ratio that as many tries bring by luck alone
    deflated: Figure  # that the true Sharpe ratio is above that one
    periods_needed: Figure  # the shortest row at which PSR reaches 95 %
    trials: Trials | None


def sharpe_tests(returns: Returns, trials: Trials | None) -> SharpeTests:
    """PSR, DSR and the minimum track record length of a row of returns."""
    sharpe = period_sharpe(returns)
    best = expected_best(trials)
    probabilistic = probability_above(returns, 0.0)
    deflated = best if best.value is None else probability_above(returns, best.value)
    return SharpeTests(sharpe, probabilistic, best, deflated, periods_needed(returns), trials)


def probability_above(returns: Returns, benchmark: float) -> Figure:
    """PSR: the probability that the true Sharpe ratio a period is above `benchmark`.

    PSR = N( (SR - SR*) sqrt(n - 1) / sqrt(1 - skew SR + (kurtosis - 1) / 4 SR^2) )
    """
    sharpe = period_sharpe(returns)
    if sharpe.value is None:
        return sharpe
    spread = _spread(returns, sharpe.value)
    if spread.value is None:
        return spread
    return Figure(confidence(sharpe.value - benchmark, len(returns.values), spread.value))


def confidence(excess: float, count: int, spread: float) -> float:
    """The normal probability of a Sharpe ratio `excess` above its benchmark, over `count` periods."""
    return _NORMAL.cdf(excess * sqrt(count - 1) / spread)


def expected_best(trials: Trials | None) -> Figure:
    """The Sharpe ratio a period that the best of N worthless tries is expected to have.

    SR0 = sqrt(V) ((1 - g) Z(1 - 1/N) + g Z(1 - 1/(N e))),   g Euler-Mascheroni, Z the normal quantile
    """
    if trials is None:
        return Figure(None, "nobody said how many sets of parameters were tried; a sweep counts them")
    if trials.count <= 1:
        return Figure(0.0)
    if trials.sharpe_variance is None:
        return Figure(None, "fewer than two trials have a Sharpe ratio, so their spread is not known")
    first = _NORMAL.inv_cdf(1.0 - 1.0 / trials.count)
    second = _NORMAL.inv_cdf(1.0 - 1.0 / (trials.count * e))
    return Figure(sqrt(trials.sharpe_variance) * ((1.0 - EULER_MASCHERONI) * first + EULER_MASCHERONI * second))


def periods_needed(returns: Returns) -> Figure:
    """Minimum track record length: how many periods like these show a Sharpe ratio above 0 with 95 % confidence.

    n = 1 + (1 - skew SR + (kurtosis - 1) / 4 SR^2) (Z(0.95) / SR)^2, rounded up.
    """
    sharpe = period_sharpe(returns)
    if sharpe.value is None:
        return sharpe
    if sharpe.value <= 0.0:
        return Figure(None, "no length shows a Sharpe ratio above 0 that is not")
    spread = _spread(returns, sharpe.value)
    if spread.value is None:
        return spread
    return Figure(float(ceil(1.0 + (spread.value * _NORMAL.inv_cdf(CONFIDENCE) / sharpe.value) ** 2)))


def _spread(returns: Returns, sharpe: float) -> Figure:
    skewness, kurtosis = shape(returns)
    if skewness.value is None or kurtosis.value is None:
        return skewness
    return scatter(sharpe, skewness.value, kurtosis.value)


def scatter(sharpe: float, skewness: float, kurtosis: float) -> Figure:
    """Root of 1 - skew SR + (kurtosis - 1) / 4 SR^2: its estimate scatters by this over root n - 1."""
    inside = 1.0 - skewness * sharpe + (kurtosis - 1.0) / 4.0 * sharpe**2
    return Figure(sqrt(inside)) if inside > 0.0 else Figure(None, "these returns are too far from any normal shape")
