"""`seatrial walkforward`: choose on the past, trade what follows, and show only what was traded."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from seatrial import __version__
from seatrial.bootstrap.parquet_files import write_parquet
from seatrial.bootstrap.research.job import Job, run_once
from seatrial.bootstrap.research.sweeping import check_axes, header_of, pool_of
from seatrial.domain.faults import SeatrialFault
from seatrial.domain.time import rfc3339
from seatrial.runs.result import PriceLine
from seatrial.runs.result_tables import Columns
from seatrial.runs.search.plan import Search
from seatrial.runs.search.searchers import searcher_of
from seatrial.runs.search.stitching import Piece, idle, piece_of, stitched
from seatrial.runs.search.sweep import OnTrial, sweep
from seatrial.runs.search.trial import Proposal, Trial, better_first
from seatrial.runs.search.trial_log import TrialLog
from seatrial.runs.search.windows import Steps, Window, windows_of
from seatrial.runs.walk_appraisal import WalkAppraisal, appraise_walk
from seatrial.runs.walk_page import walk_page

Execute = Callable[[Sequence[Proposal]], Iterator[Trial]]


@dataclass(frozen=True, slots=True)
class Walked:
    """A finished walk-forward; `rows` has one entry per window."""

    rows: list[dict[str, Any]]
    appraisal: WalkAppraisal
    document: dict[str, Any]
    folder: Path


def run_walkforward(job: Job, search: Search, steps: Steps, folder: Path, *, resume: bool, on_trial: OnTrial) -> Walked:
    """Search every window's training span, run its choice on, and join the tests.

    Raises:
        RequestFault: the search cannot be asked for, no window fits, or the folder holds another one.
        SeatrialFault: no window had a choice, or a worker died.
    """
    check_axes(job, search)
    windows = windows_of(job.timeline.sessions, steps)
    header = header_of(job, search, steps=asdict(steps), chosen_by=search.objective)
    rows: list[dict[str, Any]] = []
    pieces: list[Piece] = []
    tried = 0
    with TrialLog(folder, header, resume=resume) as log, pool_of(job, search, set()) as execute:
        for window in windows:
            trials = _search(job, search, window, execute, log, on_trial, len(windows))
            tried += len(trials)
            best = better_first(trials, search.objective)[0]
            chosen = best if best.value(search.objective) is not None else None
            pieces.append(_traded(job, chosen, window))
            rows.append(_row(window, chosen, pieces[-1], search, best))
    if all(row["parameters"] is None for row in rows):
        raise SeatrialFault(f"no window had a choice: {rows[0]['reason']}")
    return _written(job, search, rows, pieces, tried, folder)


def _search(
    job: Job, search: Search, window: Window, execute: Execute, log: TrialLog, on_trial: OnTrial, windows: int
) -> list[Trial]:
    searcher = searcher_of(
        search.search, search.space, trials=search.trials, objective=search.objective, seed=search.seed
    )
    return sweep(
        searcher,
        execute,
        log,
        lambda done, of: on_trial(window.number * of + done, windows * of),
        name=f"window {window.number} trial ",
        span_ns=window.train_ns,
    )


def _traded(job: Job, chosen: Trial | None, window: Window) -> Piece:
    if chosen is None:
        ends = [table.rows[:, 1] for table in job.between(window.test_ns).tables.values()]
        return idle(np.unique(np.concatenate(ends)).tolist())
    result = run_once(job, chosen.parameters, (window.train_ns[0], window.test_ns[1]))
    return piece_of(result, window.test_ns)


def _row(window: Window, chosen: Trial | None, piece: Piece, search: Search, best: Trial) -> dict[str, Any]:
    return {
        "window": window.number,
        "train_from": rfc3339(window.train_ns[0]),
        "train_to": rfc3339(window.train_ns[1]),
        "test_from": rfc3339(window.test_ns[0]),
        "test_to": rfc3339(window.test_ns[1]),
        "parameters": None if chosen is None else dict(chosen.parameters),
        "reason": "" if chosen is not None else best.fault or best.reasons.get(search.objective, "no figure"),
        f"train_{search.objective}": None if chosen is None else chosen.value(search.objective),
        "train_return": None if chosen is None else chosen.value("total_return"),
        "test_return": piece.growth[-1] - 1.0 if piece.growth else None,
        "test_fills": piece.trades,
    }


def _written(
    job: Job, search: Search, rows: list[dict[str, Any]], pieces: list[Piece], tried: int, folder: Path
) -> Walked:
    account = job.market.account
    fees = {symbol: table.instrument.fee_ppm for symbol, table in job.market.tables.items()}
    at_ns, equity, paid = stitched(pieces, job.market.cash_units, fees)
    prices = {(account.id, symbol): PriceLine(table.rows) for symbol, table in job.market.tables.items()}
    appraisal = appraise_walk(account, prices, at_ns, equity, job.market.cash_units, paid, seed=search.seed)
    document = {
        "schema": "seatrial.walkforward/1",
        "version": __version__,
        "trials": tried,
        "windows": rows,
        **appraisal.body(),
    }
    columns: Columns = {
        "at_ns": at_ns,
        "account": [str(account.id)] * len(at_ns),
        "calendar": [account.calendar] * len(at_ns),
        "equity": [units / 10**8 for units in equity],
        "benchmark": list(appraisal.benchmark.curve),
    }
    write_parquet(folder / "equity.parquet", columns)
    (folder / "walkforward.json").write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    (folder / "windows.csv").write_text(_csv(rows), encoding="utf-8")
    (folder / "report.html").write_text(walk_page(job.path.stem, rows, appraisal), encoding="utf-8")
    return Walked(rows, appraisal, document, folder)


def _csv(rows: list[dict[str, Any]]) -> str:
    written = StringIO()
    table = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
    table.writeheader()
    for row in rows:
        parameters = row["parameters"]
        told = "" if parameters is None else " ".join(f"{name}={text}" for name, text in parameters.items())
        table.writerow({**row, "parameters": told})
    return written.getvalue()
