"""What a notebook gets back: figures, frames and a page, each made when asked for."""

from __future__ import annotations

import importlib
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from seatrial.domain.faults import ConfigurationFault, RequestFault
from seatrial.domain.money import CASH_SCALE
from seatrial.runs.appraisal import Appraisal, appraise_all
from seatrial.runs.backtest_run import BacktestRun
from seatrial.runs.metrics import metrics_document
from seatrial.runs.plots import Curve, line_plot
from seatrial.runs.report import report_page
from seatrial.runs.result import RunResult
from seatrial.runs.result_tables import equity_columns, fill_columns, trade_columns
from seatrial.runs.statistics import AccountStatistics, statistics_of

_PLOT_STYLE = "<style>svg .line{stroke:#2563eb;fill:none}svg text{font:11px sans-serif;fill:#666}</style>"


class Drawing:
    """A plot that a notebook shows and a file can hold."""

    def __init__(self, html: str) -> None:
        self.html = html

    def _repr_html_(self) -> str:
        return self.html

    def save(self, path: str | Path) -> Path:
        """Write it as a page of its own."""
        written = Path(path)
        written.write_text(f"<!doctype html><meta charset='utf-8'>{self.html}\n", encoding="utf-8")
        return written


class BacktestResult:
    """A finished backtest. `run` has the machine, every fill and the equity as columns."""

    def __init__(self, run: BacktestRun, result: RunResult) -> None:
        self.run = run
        self.result = result

    @cached_property
    def accounts(self) -> list[AccountStatistics]:
        """The figures of every account that had bars."""
        return statistics_of(self.result)

    @cached_property
    def appraisals(self) -> list[Appraisal]:
        """Risk, drawdowns, trades and doubts of every account."""
        return appraise_all(self.result, self.accounts)

    @cached_property
    def stats(self) -> dict[str, Any]:
        """What `metrics.json` holds; `docs/reference/backtest_metrics.md` says what each key means."""
        return metrics_document(self.result, self.accounts, self.appraisals)

    def to_frame(self, what: str = "equity") -> Any:
        """`equity`, `fills` or `trades` as a pandas DataFrame; equity and fills by time.

        Raises:
            RequestFault: another word.
            ConfigurationFault: pandas is not installed.
        """
        makers = {
            "equity": lambda: equity_columns(self.appraisals),
            "fills": lambda: fill_columns(self.result),
            "trades": lambda: trade_columns(self.appraisals),
        }
        if what not in makers:
            raise RequestFault("what", f"one of {', '.join(makers)}", what)
        try:
            pandas = importlib.import_module("pandas")
        except ImportError as fault:
            raise ConfigurationFault("pandas is not installed here: pip install pandas") from fault
        frame = pandas.DataFrame(makers[what]())
        if what == "trades":
            return frame
        frame["at"] = pandas.to_datetime(frame.pop("at_ns"), utc=True)
        return frame.set_index("at")

    def plot(self) -> Drawing:
        """The equity of each account over time."""
        parts = [_PLOT_STYLE]
        for each in self.accounts:
            curve = Curve(each.at_ns, [units / CASH_SCALE for units in each.equity_units])
            parts.append(line_plot(f"equity of {each.account.id}, {each.account.currency}", curve))
        return Drawing("".join(parts))

    def report(self, path: str | Path) -> Path:
        """Write the tear sheet."""
        written = Path(path)
        written.write_text(report_page(self.result, self.accounts, self.appraisals), encoding="utf-8")
        return written

    def __repr__(self) -> str:
        names = ", ".join(note.name for note in self.result.strategies)
        return f"<backtest of {names}: {self.run.bars:,} bars, {len(self.run.fills):,} fills>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self)[1:-1])}</p>{self.plot().html}"
