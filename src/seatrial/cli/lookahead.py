"""`seatrial lookahead`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from seatrial.cli import options as shared
from seatrial.cli import research_options as research
from seatrial.cli.bias_report import print_report
from seatrial.cli.progress import progress_bar


@click.command(
    epilog="""\b
Examples:
  seatrial lookahead strategies/trend.py
  seatrial lookahead strategies/trend.py --data ../shared/data --cuts 20 --json

\b
Exit code 0 when no decision changes, 1 when one does (BIASED) or when it cannot be told (INCONCLUSIVE: too few
decisions, or a file is read that may hold the future).
"""
)
@research.strategy_argument
@research.market_options
@click.option(
    "--cuts", type=click.IntRange(1, 1000), default=8, show_default=True, help="At how many decisions to cut."
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="What other futures are drawn from.")
@shared.json_option
@research.settings_options
def lookahead(path: Path, cuts: int, seed: int, as_json: bool, **options: Any) -> int:
    """Cut the future off STRATEGY, then alter it: nothing decided before may change."""
    job = research.job_for(path, options, seed)
    from seatrial.bootstrap.research.bias import lookahead as check

    with progress_bar("runs", shown=not as_json) as bar:
        report = check(job, job.data, seed=seed, cuts=cuts, on_run=bar)
    return print_report(report, as_json)
