"""The table of a search: one row per trial in order of number, the same however and wherever the trials ran."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO

from seatrial.runs.search.trial import Trial, better_first

FIGURES = ("sharpe", "sortino", "total_return", "max_drawdown", "volatility", "win_rate", "profit_factor",
           "turnover_ratio", "exposure")  # fmt: skip
SHOWN_MAX = 10


def table_text(trials: Sequence[Trial], names: Sequence[str]) -> str:
    """All trials as CSV; an empty cell where a figure is missing."""
    written = StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(["trial", *names, *FIGURES, "trades", "fills", "refused", "result", "fingerprint", "fault"])
    for trial in trials:
        figures = [trial.figures.get(name) for name in FIGURES]
        rows.writerow(
            [
                trial.number,
                *(trial.parameters[name] for name in names),
                *("" if figure is None else repr(figure) for figure in figures),
                trial.trades,
                trial.fills,
                trial.refused,
                trial.result,
                trial.fingerprint,
                trial.fault,
            ]
        )
    return written.getvalue()


def best_rows(trials: Sequence[Trial], names: Sequence[str], objective: str) -> tuple[list[str], list[list[str]]]:
    """Heads and cells of the best trials, for a terminal."""
    shown = dict.fromkeys((objective, "sharpe", "total_return", "max_drawdown"))
    heads = ["trial", *names, *shown, "trades", "result"]
    rows = [
        [
            str(trial.number),
            *(trial.parameters[name] for name in names),
            *(figure_cell(trial.value(name)) for name in shown),
            str(trial.trades),
            trial.result if not trial.fault else trial.fault,
        ]
        for trial in better_first(list(trials), objective)[:SHOWN_MAX]
    ]
    return heads, rows


def figure_cell(value: float | None) -> str:
    """A figure to four digits, or a dash."""
    return "–" if value is None else f"{value:.4g}"
