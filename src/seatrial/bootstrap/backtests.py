"""`seatrial backtest`: a strategy's file over recorded or made-up bars, and a report of what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from seatrial import __version__
from seatrial.bootstrap.account_markets import NOTHING, Beside
from seatrial.bootstrap.parquet_files import write_parquet
from seatrial.bootstrap.research.job import job_of, run_once
from seatrial.bootstrap.settings import Settings
from seatrial.domain.ids import Symbol
from seatrial.runs.appraisal import Appraisal, appraise_all
from seatrial.runs.appraisal_document import doubt_lines
from seatrial.runs.backtest import OnProgress
from seatrial.runs.metrics import metrics_document
from seatrial.runs.report import report_page
from seatrial.runs.result import RunResult
from seatrial.runs.result_tables import equity_columns, fill_columns, trade_columns
from seatrial.runs.sharpe_tests import Trials
from seatrial.runs.statistics import AccountStatistics, statistics_of
from seatrial.runs.terminal import result_tables

REPORT, METRICS = "report.html", "metrics.json"


@dataclass(frozen=True, slots=True)
class Backtested:
    """A run, its figures, and where they were written."""

    result: RunResult
    accounts: list[AccountStatistics]
    appraisals: list[Appraisal]
    folder: Path

    def tables(self) -> list[Table]:
        """Per account its figures and its symbols, for a terminal."""
        return result_tables(self.accounts)

    def doubt_lines(self) -> list[str]:
        """What speaks against each account's result, a line each; serious ones begin with an exclamation mark."""
        return [line for each in self.appraisals for line in doubt_lines(each.doubts)]

    def as_json(self) -> dict[str, Any]:
        """The content of `metrics.json`; see `runs.metrics`."""
        document = metrics_document(self.result, self.accounts, self.appraisals)
        return {"version": __version__, **document, "report": str(self.folder / REPORT)}


def run_backtest(
    settings: Settings,
    path: Path,
    texts: dict[str, str],
    *,
    session_count: int | None,
    pad: bool = False,
    folder: Path | None,
    benchmark: str | None = None,
    beside: Beside = NOTHING,
    on_progress: OnProgress | None = None,
) -> Backtested:
    """Run one strategy. What it trades decides the venues and accounts.

    Raises:
        ConfigurationFault: the strategy or the terms do not load.
        RequestFault: a parameter, symbol or number of sessions that is not accepted.
        DataFault: the data is missing or wrong.
    """
    job = job_of(settings, path, texts, session_count=session_count, pad=pad, beside=beside)
    result = run_once(job, {}, on_progress=on_progress)
    return write_result(result, folder or Path("reports") / path.stem, benchmark=benchmark)


def write_result(
    result: RunResult, folder: Path, *, trials: Trials | None = None, benchmark: str | None = None
) -> Backtested:
    """Appraise a run and write page, JSON and tables into a folder.

    Raises:
        RequestFault: the benchmark is no symbol of the run.
    """
    accounts = statistics_of(result)
    symbol = None if benchmark is None else Symbol(benchmark.upper())
    done = Backtested(result, accounts, appraise_all(result, accounts, trials=trials, benchmark=symbol), folder)
    _write(done)
    return done


def _write(done: Backtested) -> None:
    done.folder.mkdir(parents=True, exist_ok=True)
    (done.folder / REPORT).write_text(report_page(done.result, done.accounts, done.appraisals), encoding="utf-8")
    (done.folder / METRICS).write_text(json.dumps(done.as_json(), indent=1, allow_nan=False) + "\n", encoding="utf-8")
    write_parquet(done.folder / "equity.parquet", equity_columns(done.appraisals))
    write_parquet(done.folder / "fills.parquet", fill_columns(done.result))
    write_parquet(done.folder / "trades.parquet", trade_columns(done.appraisals))
