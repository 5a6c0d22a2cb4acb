"""`seatrial backtest`: a strategy's file over recorded or made-up bars, and a report of what came of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from seatrial import __version__
from seatrial.bootstrap.accounts import VENUES, account_at, venue_of
from seatrial.bootstrap.markets import load_timeline
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import StrategyId
from seatrial.market.shift import Timeline
from seatrial.runs.backtest import BacktestRun, Market, OnProgress, backtest
from seatrial.runs.report_page import figures, report_page
from seatrial.runs.results import AccountResult, results_of
from seatrial.strategy.load import LoadedStrategy, load_strategy
from seatrial.strategy.runner import StrategyRunner

REPORT, METRICS = "report.html", "metrics.json"


@dataclass(frozen=True, slots=True)
class Backtested:
    """A run, its figures, and where they were written."""

    strategy: LoadedStrategy
    notes: list[str]
    run: BacktestRun
    results: list[AccountResult]
    folder: Path

    def tables(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Per account, its figures as people read them."""
        return [(str(result.account), figures(result)) for result in self.results]

    def as_json(self) -> dict[str, Any]:
        """The content of `metrics.json`. Money is in units of 1e-8."""
        run = self.run
        return {
            "version": __version__,
            "strategy": self.strategy.name,
            "digest": self.strategy.digest,
            "market": self.notes,
            "bars": run.bars,
            "orders": run.orders,
            "cancels": run.cancels,
            "expired": run.expired,
            "fills": len(run.fills),
            "refusals": {code.name: count for code, count in run.refusals.items()},
            "accounts": [asdict(result) for result in self.results],
            "outcome_fingerprint": run.outcome_fingerprint,
            "report": str(self.folder / REPORT),
        }


def run_backtest(
    settings: Settings,
    path: Path,
    texts: dict[str, str],
    *,
    session_count: int | None,
    folder: Path | None,
    on_progress: OnProgress | None = None,
) -> Backtested:
    """Run one strategy. What it trades decides the venues and accounts.

    Raises:
        ConfigurationFault: the strategy does not load.
        RequestFault: a parameter, symbol or number of sessions that is not accepted.
        DataFault: the data is missing or wrong.
    """
    loaded = load_strategy(path, texts)
    symbols = tuple(loaded.strategy.symbols)
    timeline = load_timeline(settings.data, symbols, seed=settings.seed, session_count=session_count)
    cut = timeline.select_sessions(len(timeline.sessions))
    markets = markets_of(settings, cut)
    if len(markets) != 1:
        raise RequestFault("symbols", "symbols of one venue, as a strategy trades one account", symbols)
    runner = StrategyRunner(
        loaded.strategy,
        strategy_id=StrategyId(path.stem),
        account=markets[0].account.id,
        instruments=[table.instrument for table in markets[0].tables.values()],
        epoch="backtest",
        digest=loaded.digest,
    )
    run = backtest(markets, [runner], on_progress=on_progress)
    done = Backtested(loaded, cut.lines(), run, results_of(run), folder or Path("reports") / path.stem)
    _write(done)
    return done


def markets_of(settings: Settings, timeline: Timeline) -> list[Market]:
    """The timeline's tables by account."""
    found = []
    for venue in VENUES:
        tables = {symbol: table for symbol, table in timeline.tables.items() if venue_of(table.instrument) == venue}
        if tables:
            account = account_at(settings, venue)
            sessions = timeline.sessions if account.calendar != "24x7" else ()
            found.append(Market(account, settings.cash_units[venue], tables, sessions))
    return found


def _write(done: Backtested) -> None:
    done.folder.mkdir(parents=True, exist_ok=True)
    title = f"{done.strategy.name}: {', '.join(done.strategy.strategy.symbols)}"
    page = report_page(title, done.notes, done.run, done.results)
    (done.folder / REPORT).write_text(page, encoding="utf-8")
    (done.folder / METRICS).write_text(json.dumps(done.as_json(), indent=1) + "\n", encoding="utf-8")
