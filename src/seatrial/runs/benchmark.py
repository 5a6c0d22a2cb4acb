"""Against what a lazy person would have had: the account's symbols bought at the start and held, or one symbol.

A benchmark pays no fee and is never rebalanced. Alpha and beta are those of a regression of the account's period
returns on the benchmark's; no interest is subtracted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import AccountId, Symbol
from seatrial.market.bars import OPEN
from seatrial.runs.ratios import RETURNS_MIN, Figure, Returns, returns_of
from seatrial.runs.result import Holding, PriceLine


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One benchmark on the account's own samples, 1.0 at the first open."""

    name: str
    curve: tuple[float, ...]
    total_return: float
    alpha: Figure  # a year
    beta: Figure
    correlation: Figure
    tracking_error: Figure  # a year
    information_ratio: Figure


def benchmark_of(
    prices: Mapping[Holding, PriceLine],
    account: AccountId,
    at_ns: Sequence[int],
    returns: Returns,
    calendar: str,
    symbol: Symbol | None,
) -> Benchmark:
    """The benchmark of one account: `symbol`, or equal shares of everything it could trade.

    Raises:
        RequestFault: `symbol` has no bars in this run.
    """
    held = sorted(each for each in prices if each[0] == account and len(prices[each].at_ns))
    if symbol is not None:
        held = [each for each in prices if each[1] == symbol and len(prices[each].at_ns)]
        if not held:
            accepted = ", ".join(sorted({each[1] for each in prices}))
            raise RequestFault("benchmark", f"a symbol with bars in this run, among {accepted}", symbol)
    times = np.asarray(at_ns, dtype=np.int64)
    curve = np.zeros(len(times))
    for each in held:
        line = prices[each]
        last = np.searchsorted(line.at_ns, times, side="right") - 1
        first = float(line.rows[0, OPEN])
        curve += np.where(last >= 0, line.close_units[last.clip(0)], first) / first
    curve /= len(held)
    name = str(symbol) if symbol is not None else f"buy and hold {', '.join(each[1] for each in held)}"
    return compared(name, curve.tolist(), returns, returns_of(at_ns, curve.tolist(), 1.0, calendar))


def compared(name: str, curve: list[float], own: Returns, theirs: Returns) -> Benchmark:
    """Regress one row of returns on another of the same periods."""
    total = curve[-1] - 1.0 if curve else 0.0
    count = len(own.values)
    if count != len(theirs.values) or count < RETURNS_MIN:
        why = Figure(None, f"{RETURNS_MIN} {own.each} returns are needed, there are {count}")
        return Benchmark(name, tuple(curve), total, why, why, why, why, why)
    mine, other = np.asarray(own.values), np.asarray(theirs.values)
    difference = mine - other
    spread = float(difference.std(ddof=1))
    alpha, beta, correlation = _regression(mine, other, own.per_year)
    same = Figure(None, "it never differed from the benchmark")
    ratio = same if spread == 0.0 else Figure(float(difference.mean()) / spread * sqrt(own.per_year))
    tracking = Figure(spread * sqrt(own.per_year))
    return Benchmark(name, tuple(curve), total, alpha, beta, correlation, tracking, ratio)


def _regression(mine: np.ndarray, other: np.ndarray, per_year: float) -> tuple[Figure, Figure, Figure]:
    variance = float(other.var(ddof=1))
    if variance == 0.0:
        still = Figure(None, "the benchmark never moved")
        return still, still, still
    together = float(np.cov(mine, other, ddof=1)[0, 1])
    beta = together / variance
    alpha = (float(mine.mean()) - beta * float(other.mean())) * per_year
    moved = float(mine.std(ddof=1))
    correlation = Figure(together / (moved * sqrt(variance))) if moved else Figure(None, "equity never moved")
    return Figure(alpha), Figure(beta), correlation
