"""The page of a walk-forward: the joined curve, and what every window chose and made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from string import Template
from typing import Any

from seatrial.domain.money import CASH_SCALE
from seatrial.domain.time import rfc3339
from seatrial.runs.plots import Curve, line_plot
from seatrial.runs.search.table import figure_cell
from seatrial.runs.walk_appraisal import WalkAppraisal


def walk_page(name: str, rows: Sequence[Mapping[str, Any]], appraisal: WalkAppraisal) -> str:
    """The page as text; it needs nothing from elsewhere."""
    page = resources.files("seatrial.runs").joinpath("report.html").read_text(encoding="utf-8")
    curve = Curve(appraisal.at_ns, [units / CASH_SCALE for units in appraisal.equity_units])
    opening = appraisal.opening_units / CASH_SCALE
    beside = [opening * level for level in appraisal.benchmark.curve]
    cards = "".join(
        f'<div class="card"><span>{escape(key.replace("_", " "))}</span><b>{figure_cell(figure.value)}</b>'
        f"<em>{escape(figure.reason)}</em></div>"
        for key, figure in appraisal.figures.items()
    )
    title = f"Out of sample, and dashed {escape(appraisal.benchmark.name)}"
    body = (
        f'<div class="cards">{cards}</div><h3>{title}</h3>'
        f'<div class="panel">{line_plot("equity", curve, filled=True, beside=beside)}</div>'
        f'<h3>Windows</h3><div class="panel">{_table(rows)}</div>'
    )
    origin = (
        "<dt>what counts</dt><dd>Only test spans: each was traded with what its own past chose. "
        "Commission is taken off where the next choice holds something else.</dd>"
    )
    return Template(page).substitute(
        title=escape(f"{name}: walk-forward"),
        subtitle=escape(f"{rfc3339(appraisal.at_ns[0])} to {rfc3339(appraisal.at_ns[-1])}, {len(rows)} windows"),
        body=body,
        origin=origin,
    )


def window_cells(row: Mapping[str, Any]) -> list[str]:
    """One window as people read it."""
    chosen = row["parameters"]
    objective = next(name for name in row if name.startswith("train_") and name not in _TRAIN)
    return [
        str(row["window"]),
        f"{row['train_from'][:10]} to {row['train_to'][:10]}",
        f"{row['test_from'][:10]} to {row['test_to'][:10]}",
        row["reason"] if chosen is None else ", ".join(f"{name}={text}" for name, text in chosen.items()),
        figure_cell(row[objective]),
        "–" if row["test_return"] is None else f"{row['test_return'] * 100:+.3f} %",
        str(row["test_fills"]),
    ]


_TRAIN = ("train_from", "train_to", "train_return")
HEADS = ("window", "chosen on", "traded", "parameters", "in sample", "out of sample", "fills")


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    cells = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in window_cells(row)) + "</tr>" for row in rows
    )
    return f"<table><tr>{''.join(f'<th>{head}</th>' for head in HEADS)}</tr>{cells}</table>"
