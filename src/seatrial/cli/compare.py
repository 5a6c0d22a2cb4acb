"""`seatrial compare`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared
from seatrial.cli import research_options as research
from seatrial.cli.tables import print_table


@click.command(
    epilog="""\b
Examples:
  seatrial compare strategies/trend.py strategies/my_idea.py --data ../shared/data
  seatrial compare reports/trend walkforwards/trend
  seatrial compare reports/old reports/new --margin 0.5 --json

\b
Each is compared with the first, period by period. Exit code 0 when every pair is told apart, equal, or equivalent
within --margin; 1 when one is INCONCLUSIVE: the difference is smaller than what so few periods can show.
"""
)
@click.argument("places", metavar="A B...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--margin", type=click.FloatRange(0, min_open=True), metavar="BP", help="A difference of no matter.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="What intervals are drawn from.")
@research.market_options
@shared.json_option
@research.settings_options
def compare(places: tuple[Path, ...], margin: float | None, seed: int, as_json: bool, **options: Any) -> int:
    """Put results (folders) or strategies (files) side by side, with the uncertainty of every difference."""
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    from seatrial.bootstrap.research.comparing import compare_all

    standings, pairs = compare_all(
        places, lambda path: research.job_for(path, dict(options), seed), seed=seed, margin_bp=margin
    )
    told = all(pair.verdict.value != "INCONCLUSIVE" for pair in pairs)
    if as_json:
        body = {"results": [each.body() for each in standings], "pairs": [pair.body() for pair in pairs]}
        click.echo(json.dumps(body))
        return exits.OK if told else exits.FAILED
    from seatrial.runs.search.table import figure_cell

    heads = ["", *(each.side.name for each in standings)]
    rows = [[name, *(figure_cell(each.figures[name].value) for each in standings)] for name in standings[0].figures]
    print_table(heads, rows)
    for pair in pairs:
        tone = {"BETTER": "green", "WORSE": "red", "INCONCLUSIVE": "yellow"}.get(pair.verdict.value)
        click.secho(f"{pair.other}: {pair.verdict.value} against {pair.baseline}, {pair.periods} periods", fg=tone)
        click.echo(f"  {pair.reason}")
    return exits.OK if told else exits.FAILED
