"""`seatrial sweep`: many sets of parameters, a table of what came of each, and the best one with its doubts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seatrial import __version__
from seatrial.bootstrap.backtests import Backtested, write_result
from seatrial.bootstrap.research.job import Job, run_once
from seatrial.bootstrap.research.pools import process_pool, worker_count
from seatrial.bootstrap.research.ray_pool import ray_pool
from seatrial.domain.faults import RequestFault, SeatrialFault
from seatrial.runs.search.overfitting import plateau, probability_of_overfitting
from seatrial.runs.search.plan import Search
from seatrial.runs.search.searchers import searcher_of
from seatrial.runs.search.sweep import OnTrial, sweep
from seatrial.runs.search.table import table_text
from seatrial.runs.search.trial import Proposal, Trial, better_first, known_objective
from seatrial.runs.search.trial_log import TrialLog
from seatrial.runs.sharpe_tests import Trials

Pool = AbstractContextManager[Callable[[Sequence[Proposal]], Iterator[Trial]]]


@dataclass(frozen=True, slots=True)
class Swept:
    """A finished search. `best` is None where no trial has a figure."""

    search: Search
    trials: list[Trial]
    best: Trial | None
    backtested: Backtested | None
    nodes: int  # of a Ray cluster that ran trials
    document: dict[str, Any]
    folder: Path


def run_sweep(job: Job, search: Search, folder: Path, *, resume: bool, on_trial: OnTrial) -> Swept:
    """Search, then run the best set once more for its report in `folder/best`.

    Raises:
        RequestFault: an axis names no parameter, the search cannot be asked for, or the folder holds another one.
        SeatrialFault: not one trial ran, or a worker died.
    """
    check_axes(job, search)
    nodes: set[str] = set()
    with TrialLog(folder, header_of(job, search), resume=resume) as log, pool_of(job, search, nodes) as execute:
        searcher = searcher_of(
            search.search, search.space, trials=search.trials, objective=search.objective, seed=search.seed
        )
        trials = sweep(searcher, execute, log, on_trial)
    if all(trial.fault for trial in trials):
        raise SeatrialFault(f"none of {len(trials)} trials ran; the first says: {trials[0].fault}")
    ranked = better_first(trials, search.objective)
    best = ranked[0] if ranked[0].value(search.objective) is not None else None
    backtested = None
    if best is not None:
        backtested = write_result(run_once(job, best.parameters), folder / "best", trials=trials_told(trials))
    document = _document(search, trials, best, backtested)
    (folder / "table.csv").write_text(table_text(trials, search.names), encoding="utf-8")
    (folder / "sweep.json").write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return Swept(search, trials, best, backtested, len(nodes), document, folder)


def check_axes(job: Job, search: Search) -> None:
    """Refuse what no trial could run with, before the first.

    Raises:
        RequestFault: an axis or the objective is not known, or a parameter is both fixed and searched.
    """
    known_objective(search.objective)
    for axis in search.space.axes:
        if axis.name not in job.parameters:
            raise RequestFault("set", f"a parameter among {', '.join(job.parameters)}", axis.name)
        if axis.name in job.texts:
            raise RequestFault("set", "parameters that --param does not fix", axis.name)


def header_of(job: Job, search: Search, **more: Any) -> dict[str, Any]:
    """What a log searches: two runs may share it only if every word is equal."""
    return {
        "strategy": job.digest,
        "data": data_digest(job),
        "version": __version__,
        "search": search.search,
        "set": [f"{axis.name}={','.join(axis.values) or f'{axis.low}:{axis.high}'}" for axis in search.space.axes],
        "where": [str(condition) for condition in search.space.conditions],
        "trials": search.trials,
        "objective": search.objective if search.search == "optuna" else None,
        "seed": search.seed if search.search != "grid" else None,
        **more,
    }


def pool_of(job: Job, search: Search, nodes: set[str]) -> Pool:
    """Where its trials run; `nodes` gathers the nodes of a cluster that answered."""
    if search.ray is not None:
        return ray_pool(job, search.ray, nodes)
    return process_pool(job, worker_count(search.workers))


def trials_told(trials: Sequence[Trial]) -> Trials:
    """How many were tried, and how their Sharpe ratios a period scattered."""
    return Trials.of(len(trials), [sharpe for trial in trials if (sharpe := _period_sharpe(trial)) is not None])


def data_digest(job: Job) -> str:
    """A name for the bars of a job."""
    digest = hashlib.sha256()
    for symbol in sorted(job.market.tables):
        digest.update(f"{symbol} ".encode() + job.market.tables[symbol].rows.tobytes())
    return digest.hexdigest()


def _period_sharpe(trial: Trial) -> float | None:
    from seatrial.runs.ratios import Returns, period_sharpe

    return period_sharpe(Returns("day", trial.returns, 1.0)).value


def _document(search: Search, trials: list[Trial], best: Trial | None, done: Backtested | None) -> dict[str, Any]:
    overfitting = probability_of_overfitting(trials)
    told: Mapping[str, Any] = {} if best is None else plateau(trials, best, search.objective, search.space)
    tests = None if done is None else done.as_json()["accounts"][str(done.accounts[0].account.id)]["sharpe_tests"]
    return {
        "schema": "seatrial.sweep/1",
        "version": __version__,
        "search": search.search,
        "objective": search.objective,
        "seed": search.seed,
        "trials": len(trials),
        "faults": sum(bool(trial.fault) for trial in trials),
        "without_figure": sum(not trial.fault and trial.value(search.objective) is None for trial in trials),
        "best": None if best is None else {**best.body(), "returns": len(best.returns)},
        "sharpe_tests": tests,
        "overfitting": overfitting.value,
        "overfitting_null_because": overfitting.reason or None,
        "plateau": dict(told),
        "doubts": [] if done is None else [line for line in done.doubt_lines() if line.startswith("!")],
    }
