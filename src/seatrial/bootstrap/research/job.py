"""One strategy on one market, ready to be run many times, here or in another process. It is pickled whole, source and
bars included, so that a worker needs neither the file nor the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from seatrial.bootstrap.account_markets import (
    NOTHING,
    Beside,
    MakeRunner,
    markets_of,
    only_market,
    runner_on,
    timeline_of,
    trades_of,
)
from seatrial.bootstrap.scheduling import effective_schedule
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import RequestFault, SeatrialFault
from seatrial.domain.money import CASH_SCALE, units_text
from seatrial.market.shift import Timeline
from seatrial.runs.backtest import PARTICIPATION_PPM, Ground, Market, OnProgress
from seatrial.runs.backtest_run import BacktestRun
from seatrial.runs.refused import why_nothing_traded
from seatrial.runs.result import RunResult, backtest_result, note_of
from seatrial.runs.search.trial import Proposal, Trial
from seatrial.runs.statistics import AccountStatistics, figures_of, statistics_of
from seatrial.runs.tail_risk import tail_risk
from seatrial.services.schedules import Schedule
from seatrial.strategy.declaring import hears_trades
from seatrial.strategy.depth_strategy import require_bars
from seatrial.strategy.load import USER_FAULTS, LoadedStrategy, load_strategy
from seatrial.strategy.runner import StrategyRunner
from seatrial.strategy.strategy import Strategy
from seatrial.strategy.watching import WITH_TRADES


@dataclass(frozen=True, slots=True)
class Job:
    """Everything a run needs but its parameters."""

    path: Path
    source: bytes
    texts: Mapping[str, str]  # parameters that are fixed
    symbols: tuple[str, ...]
    market: Market
    timeline: Timeline
    schedule: Schedule
    confidence_min: float | None
    seed: int | None  # of a made-up market
    digest: str  # of the strategy with its fixed parameters
    parameters: tuple[str, ...]  # every name that can be set
    data: Path | None  # where the market was read from
    beside: Beside = NOTHING

    def load(self, parameters: Mapping[str, str]) -> LoadedStrategy:
        """The strategy with these parameters on top of the fixed ones. Raises as `load_strategy`."""
        return load_strategy(self.path, {**self.texts, **parameters}, source=self.source)

    def between(self, span_ns: tuple[int, int] | None) -> Market:
        """The market cut to a span; the whole of it for None."""
        if span_ns is None:
            return self.market
        tables = {symbol: table.between(*span_ns) for symbol, table in self.market.tables.items()}
        kept = tuple(day for day in self.market.sessions if span_ns[0] <= day.open_ns and day.close_ns <= span_ns[1])
        return replace(self.market, tables=tables, sessions=kept)


def job_of(
    settings: Settings,
    path: Path,
    texts: Mapping[str, str],
    *,
    session_count: int | None = None,
    pad: bool = False,
    beside: Beside = NOTHING,
) -> Job:
    """Load strategy and market once.

    Raises:
        ConfigurationFault: the strategy or the terms do not load.
        RequestFault: a parameter, symbol or number of sessions that is not accepted, or a strategy of events.
        DataFault: the data is missing or wrong.
    """
    loaded = load_strategy(path, texts)
    require_bars(loaded.strategy)  # before any market is read: what is wrong with the file is said first
    require_trades(settings, loaded.strategy, beside)
    symbols = tuple(loaded.strategy.symbols)
    cut = timeline_of(settings, symbols, beside, session_count=session_count, pad=pad)
    market = only_market(markets_of(settings, cut, beside), symbols)
    return Job(
        path=path,
        source=loaded.path.read_bytes(),
        texts=dict(texts),
        symbols=symbols,
        market=market,
        beside=beside,
        timeline=cut,
        schedule=effective_schedule(settings, loaded.strategy.schedule),
        confidence_min=settings.values["signals.min_confidence"],
        seed=settings.seed if settings.data is None and beside.trades is None else None,
        digest=loaded.digest,
        parameters=tuple(loaded.parameters),
        data=settings.data,
    )


def require_trades(settings: Settings, strategy: Strategy, beside: Beside) -> None:
    """Raises `RequestFault`: it hears trades, and the run is over recorded bars alone."""
    if hears_trades(strategy) and beside.trades is None and settings.data is not None:
        raise RequestFault("on_trade", WITH_TRADES, "recorded bars alone")


def runner_of(job: Job, loaded: LoadedStrategy, market: Market, make: MakeRunner = StrategyRunner) -> StrategyRunner:
    """A fresh runner; see `runner_on`."""
    return runner_on(
        market,
        loaded,
        loaded.path.stem,
        job.schedule,
        confidence_min=job.confidence_min,
        trades=trades_of(job.beside, market) if hears_trades(loaded.strategy) else None,
        make=make,
    )


def run_once(
    job: Job,
    parameters: Mapping[str, str],
    span_ns: tuple[int, int] | None = None,
    on_progress: OnProgress | None = None,
) -> RunResult:
    """One backtest of one set of parameters. Raises as the strategy and `backtest` do."""
    loaded, market = job.load(parameters), job.between(span_ns)
    runner = runner_of(job, loaded, market)
    run: BacktestRun = _ground(job, span_ns, market).run([runner], on_progress)
    note = note_of(loaded, runner)
    return backtest_result(run, [market], job.timeline, [note], participation_ppm=PARTICIPATION_PPM, seed=job.seed)


def _ground(job: Job, span_ns: tuple[int, int] | None, market: Market) -> Ground:
    """What the runs over one span share, kept for the next run: a search stays on one for long."""
    global _last_ground
    if _last_ground is None or _last_ground[0] is not job or _last_ground[1] != span_ns:
        _last_ground = job, span_ns, Ground([market])
    return _last_ground[2]


_last_ground: tuple[Job, tuple[int, int] | None, Ground] | None = None


def try_once(job: Job, proposal: Proposal) -> Trial:
    """One trial. A strategy that does not run with these parameters is a trial with a fault, not the search's end."""
    try:
        result = run_once(job, proposal.parameters, proposal.span_ns)
    except (SeatrialFault, *USER_FAULTS) as fault:
        return Trial(proposal.number, dict(proposal.parameters), {}, {}, (), 0, 0, "0", "", _sentence(fault))
    return trial_of(proposal, result, statistics_of(result)[0])


def trial_of(proposal: Proposal, result: RunResult, stats: AccountStatistics) -> Trial:
    """What a search keeps of one run."""
    figures = figures_of(stats)
    risk = tail_risk(stats.returns, figures["cagr"], stats.drawdown)
    figures |= {"sortino": risk.sortino, "calmar": risk.calmar, "downside_deviation": risk.downside_deviation}
    values = {name: figure.value for name, figure in figures.items()}
    values["max_drawdown"] = 0.0 if stats.drawdown is None else stats.drawdown.ratio
    reasons = {name: figure.reason for name, figure in figures.items() if figure.value is None}
    if not result.fills:
        why = ". ".join(why_nothing_traded(result.orders, result.refused)).rstrip(".")
        reasons = dict.fromkeys(reasons, why)
    return Trial(
        number=proposal.number,
        parameters=dict(proposal.parameters),
        figures=values,
        reasons=reasons,
        returns=stats.returns.values,
        trades=len(stats.results),
        fills=len(result.fills),
        result=units_text(stats.closing_units - stats.opening_units, CASH_SCALE),
        fingerprint=result.outcome_fingerprint,
        refused=sum(each.count for each in result.refused),
    )


def _sentence(fault: BaseException) -> str:
    cause = fault.__cause__ or fault
    return f"{type(cause).__name__}: {cause}"
