"""`seatrial compare`: results in folders and strategies in files, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seatrial.bootstrap.research.job import Job, run_once
from seatrial.domain.faults import DataFault, RequestFault
from seatrial.domain.money import CASH_SCALE
from seatrial.runs import ratios
from seatrial.runs.comparison import Paired, Side, compare
from seatrial.runs.drawdowns import deepest_first, drawdowns_of
from seatrial.runs.ratios import Figure
from seatrial.runs.statistics import statistics_of
from seatrial.runs.tail_risk import sortino

EQUITY = "equity.parquet"


@dataclass(frozen=True, slots=True)
class Standing:
    """One of the compared: its curve and its figures."""

    side: Side
    figures: dict[str, Figure]

    def body(self) -> dict[str, Any]:
        """For JSON."""
        values = {name: figure.value for name, figure in self.figures.items()}
        return {"name": self.side.name, "samples": len(self.side.at_ns), **values}


def compare_all(
    places: Sequence[Path], job_for: Callable[[Path], Job], *, seed: int, margin_bp: float | None
) -> tuple[list[Standing], list[Paired]]:
    """Each against the first; the more there are, the wider every interval.

    Raises:
        RequestFault: fewer than two, or one holds several accounts.
        DataFault: a folder holds no result.
    """
    if len(places) < 2:
        raise RequestFault("compare", "at least two results or strategies", len(places))
    names = [str(place) for place in places]
    sides = [_side(place, name, job_for) for place, name in zip(places, names, strict=True)]
    first, *others = sides
    pairs = [compare(first, other, seed=seed, comparisons=len(others), margin_bp=margin_bp) for other in others]
    return [Standing(side, _figures(side)) for side in sides], pairs


def _side(place: Path, name: str, job_for: Callable[[Path], Job]) -> Side:
    if place.is_dir():
        return _read(place, name)
    job = job_for(place)
    stats = statistics_of(run_once(job, {}))[0]
    equity = (stats.opening_units, *stats.equity_units)
    at_ns = (int(min(table.first_ns for table in job.market.tables.values() if len(table))), *stats.at_ns)
    return Side(name, at_ns, tuple(units / CASH_SCALE for units in equity), stats.account.calendar)


def _read(folder: Path, name: str) -> Side:
    import duckdb

    path = folder / EQUITY
    if not path.is_file():
        raise DataFault(f"{folder} holds no result: a backtest or walk-forward writes {EQUITY} there")
    try:
        with duckdb.connect(":memory:") as database:
            rows = database.execute(
                "SELECT at_ns, account, calendar, equity FROM read_parquet(?) ORDER BY at_ns", [str(path)]
            ).fetchall()
    except duckdb.Error as fault:
        raise DataFault(f"{path}: not a table of equity as this version writes it: {fault}") from fault
    if len({row[1] for row in rows}) != 1:
        raise RequestFault("compare", "a result of one account", f"{name} with {len({row[1] for row in rows})}")
    return Side(name, tuple(row[0] for row in rows), tuple(row[3] for row in rows), str(rows[0][2]))


def _figures(side: Side) -> dict[str, Figure]:
    at_ns, equity = side.at_ns[1:], side.equity[1:]
    returns = ratios.returns_of(at_ns, equity, side.equity[0], side.calendar)
    units = [round(each * CASH_SCALE) for each in equity]
    deepest = deepest_first(drawdowns_of(at_ns, units, round(side.equity[0] * CASH_SCALE)), 1)
    return {
        "total_return": ratios.ratio(side.equity[-1] - side.equity[0], side.equity[0], "there was no opening equity"),
        "volatility": ratios.volatility(returns),
        "sharpe": ratios.sharpe(returns),
        "sortino": sortino(returns),
        "max_drawdown": Figure(deepest[0].ratio if deepest else 0.0),
    }
