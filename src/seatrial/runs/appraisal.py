"""Everything a professional asks of one account of a run, made once and shown by page, JSON and tables alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.domain.ids import Symbol
from seatrial.runs.benchmark import Benchmark, benchmark_of
from seatrial.runs.doubts import Doubt, Seen, doubts_of
from seatrial.runs.drawdowns import drawdowns_of
from seatrial.runs.months import Month, months_of
from seatrial.runs.ratios import Drawdown, growth_per_year
from seatrial.runs.resampling import Bands, bands_of
from seatrial.runs.result import RunResult
from seatrial.runs.round_trips import RoundTrip, round_trips
from seatrial.runs.sharpe_tests import SharpeTests, Trials, sharpe_tests
from seatrial.runs.slippage import Slippage, shares_of_volume, slippage_of
from seatrial.runs.statistics import AccountStatistics, fills_of
from seatrial.runs.tail_risk import TailRisk, tail_risk


@dataclass(frozen=True, slots=True, eq=False)
class Appraisal:
    """One account. `trips` are in order of time over all symbols; `bands` None where returns are too few."""

    stats: AccountStatistics
    risk: TailRisk
    tests: SharpeTests
    drawdowns: tuple[Drawdown, ...]
    months: tuple[Month, ...]
    benchmark: Benchmark
    trips: tuple[RoundTrip, ...]
    slippage: Slippage
    bands: Bands | None
    doubts: tuple[Doubt, ...]


def appraise(
    result: RunResult,
    stats: AccountStatistics,
    *,
    trials: Trials | None = None,
    benchmark: Symbol | None = None,
    seed: int = 1,
) -> Appraisal:
    """Appraise one account; `seed` is what the Monte Carlo paths are drawn from.

    Raises:
        RequestFault: the benchmark is no symbol of this run.
    """
    account = stats.account.id
    curve = stats.at_ns, stats.equity_units, stats.opening_units
    trips = [
        trip
        for each in stats.symbols
        for trip in round_trips(
            each.symbol,
            fills_of(result, (account, each.symbol)),
            each.instrument,
            result.prices[(account, each.symbol)].rows,
        )
    ]
    trips.sort(key=lambda trip: (trip.opened_ns, trip.symbol))
    slippage, tests = slippage_of(result, account), sharpe_tests(stats.returns, trials)
    growth = growth_per_year(stats.opening_units, stats.closing_units, stats.at_ns[-1] - stats.at_ns[0])
    seen = Seen(result, stats, trips, slippage, tests, shares_of_volume(result, account))
    return Appraisal(
        stats=stats,
        risk=tail_risk(stats.returns, growth, stats.drawdown),
        tests=tests,
        drawdowns=tuple(drawdowns_of(*curve)),
        months=tuple(months_of(*curve)),
        benchmark=benchmark_of(result.prices, account, stats.at_ns, stats.returns, stats.account.calendar, benchmark),
        trips=tuple(trips),
        slippage=slippage,
        bands=bands_of(stats.returns.values, seed=seed),
        doubts=tuple(doubts_of(seen)),
    )


def appraise_all(
    result: RunResult,
    accounts: Sequence[AccountStatistics],
    *,
    trials: Trials | None = None,
    benchmark: Symbol | None = None,
) -> list[Appraisal]:
    """Every account of a run, with the run's own seed. Raises as `appraise`."""
    seed = 1 if result.seed is None else result.seed
    return [appraise(result, stats, trials=trials, benchmark=benchmark, seed=seed) for stats in accounts]
