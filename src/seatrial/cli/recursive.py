"""`seatrial recursive`."""

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
  seatrial recursive strategies/trend.py
  seatrial recursive strategies/trend.py --data ../shared/data --tolerance 0.001 --json

\b
Exit code 0 when every late start agrees after the declared warm-up, 1 when one does not (BIASED; the warm-up that
would do is told) or when it cannot be told (INCONCLUSIVE).
"""
)
@research.strategy_argument
@research.market_options
@click.option("--starts", type=click.IntRange(1, 100), default=4, show_default=True, help="How many late starts.")
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 1),
    default=1e-4,
    show_default=True,
    help="Share of a value that is no change.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of a made-up market.")
@shared.json_option
@research.settings_options
def recursive(path: Path, starts: int, tolerance: float, seed: int, as_json: bool, **options: Any) -> int:
    """Start STRATEGY later: after its warm-up, indicators and targets must be those of an earlier start."""
    job = research.job_for(path, options, seed)
    from seatrial.bootstrap.research.bias import recursive as check

    with progress_bar("runs", shown=not as_json) as bar:
        report = check(job, tolerance=tolerance, starts=starts, on_run=bar)
    return print_report(report, as_json)
