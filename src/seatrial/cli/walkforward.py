"""`seatrial walkforward`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared
from seatrial.cli import research_options as research
from seatrial.cli.progress import progress_bar
from seatrial.cli.tables import print_pairs, print_table

if TYPE_CHECKING:
    from seatrial.bootstrap.research.walking import Walked


@click.command(
    epilog="""\b
Examples:
  seatrial walkforward strategies/trend.py --set fast=4:20:4 --set slow=20:60:10 --where "fast<slow" --train 5 --test 2
  seatrial walkforward strategies/trend.py --set fast=2:40 --search random --trials 50 --train 20 --test 5 --anchored
  seatrial walkforward strategies/trend.py --set fast=4:20:4 --train 10 --test 5 --purge 1 --embargo 1 --json

\b
Lengths are trading days. Every finished trial is kept: kill it and --resume the folder. Exit code 1 when no window had
a choice, because training spans are too short for the objective, for example.
"""
)
@research.strategy_argument
@click.option("--train", type=click.IntRange(1), required=True, help="Trading days to choose on.")
@click.option("--test", type=click.IntRange(1), required=True, help="Trading days to trade the choice.")
@click.option("--anchored", is_flag=True, help="Choose on everything so far, not on the last days only.")
@click.option("--purge", type=click.IntRange(0), default=0, show_default=True, help="Days left out before a test.")
@click.option("--embargo", type=click.IntRange(0), default=0, show_default=True, help="Days left out on top of those.")
@research.market_options
@research.search_options
@research.resume_option
@research.out_option
@shared.json_option
@research.settings_options
def walkforward(path: Path, resume: Path | None, out: Path | None, as_json: bool, **options: Any) -> int:
    """Choose parameters of STRATEGY on the past, trade what follows, and join what was traded."""
    from seatrial.runs.search.windows import Steps

    folder, resuming = research.folder_of(out, resume, Path("walkforwards") / path.stem)
    steps = Steps(**{name: options.pop(name) for name in ("train", "test", "anchored", "purge", "embargo")})
    search = research.search_of(options)
    job = research.job_for(path, options, search.seed)
    from seatrial.bootstrap.research.walking import run_walkforward

    with progress_bar("trials", shown=not as_json) as bar:
        done = run_walkforward(job, search, steps, folder, resume=resuming, on_trial=bar)
    if as_json:
        click.echo(json.dumps({**done.document, "folder": str(folder)}))
    else:
        _print(done)
    return exits.OK


def _print(done: Walked) -> None:
    from seatrial.runs.search.table import figure_cell
    from seatrial.runs.walk_page import HEADS, window_cells

    print_table(HEADS, [window_cells(row) for row in done.rows])
    told = [
        (name.replace("_", " "), figure_cell(figure.value) + (f" ({figure.reason})" if figure.reason else ""))
        for name, figure in done.appraisal.figures.items()
    ]
    print_pairs("out of sample", told)
    click.echo(f"{done.folder}: report.html, walkforward.json, windows.csv and equity.parquet are written")
