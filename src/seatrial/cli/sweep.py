"""`seatrial sweep`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared
from seatrial.cli import research_options as research
from seatrial.cli.progress import progress_bar
from seatrial.cli.tables import print_table

if TYPE_CHECKING:
    from seatrial.bootstrap.research.sweeping import Swept


@click.command(
    epilog="""\b
Examples:
  seatrial sweep strategies/trend.py --set fast=4:20:4 --set slow=20:60:10 --where "fast<slow"
  seatrial sweep strategies/trend.py --set fast=2:40 --set slow=20:200 --search optuna --trials 100
  seatrial sweep strategies/trend.py --set fast=4:20:4 --workers 8 --json
  seatrial sweep strategies/trend.py --set fast=4:20:4 --ray 10.0.0.1:6379
  seatrial sweep strategies/trend.py --set fast=4:20:4 --resume sweeps/trend

\b
Every finished trial is on disk before the next is counted: kill it and --resume the folder. The table does not depend
on the number of workers. Exit code 1 when no trial has a figure to rank by.
"""
)
@research.strategy_argument
@research.market_options
@research.search_options
@research.resume_option
@research.out_option
@shared.json_option
@research.settings_options
def sweep(path: Path, resume: Path | None, out: Path | None, as_json: bool, **options: Any) -> int:
    """Try many sets of parameters of STRATEGY; tell the best, and how much luck is in being the best."""
    folder, resuming = research.folder_of(out, resume, Path("sweeps") / path.stem)
    search = research.search_of(options)
    job = research.job_for(path, options, search.seed)
    from seatrial.bootstrap.research.sweeping import run_sweep

    with progress_bar("trials", shown=not as_json) as bar:
        done = run_sweep(job, search, folder, resume=resuming, on_trial=bar)
    if as_json:
        click.echo(json.dumps({**done.document, "folder": str(folder), "nodes": done.nodes}))
    else:
        _print(done)
    return exits.OK if done.best is not None else exits.FAILED


def _print(done: Swept) -> None:
    from seatrial.runs.search.table import best_rows, figure_cell

    print_table(*best_rows(done.trials, done.search.names, done.search.objective))
    told = done.document
    click.echo(f"{told['trials']} trials, {told['faults']} with a fault, {told['without_figure']} without a figure")
    if done.best is None:
        click.secho(f"no trial has a {done.search.objective}: {_why(done)}", fg="yellow")
        return
    deflated = told["sharpe_tests"]["deflated"]
    click.echo(f"chance that the best is better than luck (deflated Sharpe ratio): {figure_cell(deflated)}")
    because = told["overfitting_null_because"]
    click.echo(f"probability of overfitting: {because or figure_cell(told['overfitting'])}")
    if told["plateau"].get("neighbours"):
        plateau = told["plateau"]
        click.echo(f"{plateau['neighbours']} neighbours of the best have a median of {figure_cell(plateau['median'])}")
    for line in told["doubts"]:
        click.echo(line)
    click.echo(f"{done.folder}: table.csv, sweep.json, trials.jsonl and best/report.html are written")


def _why(done: Swept) -> str:
    reasons = [trial.reasons.get(done.search.objective) for trial in done.trials]
    return next((reason for reason in reasons if reason), "see table.csv")
