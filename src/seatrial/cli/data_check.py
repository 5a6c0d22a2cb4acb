"""`seatrial data check`."""

from __future__ import annotations

import json
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared
from seatrial.cli.data_options import catalog_option, load
from seatrial.cli.progress import progress_bar


@click.command(
    epilog="""\b
Examples:
  seatrial data check
  seatrial data check bars_1m/binance --json
  seatrial data check bars_1d/alpaca/AAPL corporate_actions/alpaca/AAPL

Exit code 1 when something is wrong: an altered part, a broken rule, a hole in the calendar, a marked gap, a flash
value, a run of bars without volume, a gap in a depth sequence, a split nobody tells of. Notes do not count.
"""
)
@click.argument("names", nargs=-1)
@click.option("--notes/--no-notes", default=True, show_default=True, help="Show what is worth knowing but not wrong.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Count what breaks this rule as a note, such as flash.")
@catalog_option
@shared.json_option
@shared.settings_options
def check(
    names: tuple[str, ...], notes: bool, ignore: tuple[str, ...], as_json: bool, catalog: str | None, **options: Any
) -> int:
    """Look for what is wrong with the data; NAMES are beginnings of KIND/VENUE/SYMBOL."""
    from seatrial.bootstrap.catalog.checking import check_catalog

    settings = load(options, catalog)
    with progress_bar("datasets", shown=not as_json) as on_progress:
        checked = check_catalog(settings, names, ignore, on_progress)
    if as_json:
        click.echo(json.dumps(checked.as_json()))
        return exits.OK if checked.ok else exits.FAILED
    for finding in checked.findings:
        if finding.wrong or notes:
            mark = "WRONG" if finding.wrong else "note"
            click.echo(f"{mark:<6} {finding.dataset:<32} {finding.rule:<12} {finding.first:<22} {finding.told}")
    wrong = sum(finding.wrong for finding in checked.findings)
    noted = len(checked.findings) - wrong
    click.echo(f"{checked.datasets} datasets, {checked.rows:,} rows: {wrong} wrong, {noted} notes")
    return exits.OK if checked.ok else exits.FAILED
