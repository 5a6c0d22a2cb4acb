"""`seatrial metrics export | import | prune`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared

SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
AGE = re.compile(r"([1-9]\d{0,5})([smhdw])")

database_option = click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file.  [metrics.duckdb in the state folder]",
)


def _age(ctx: click.Context, parameter: click.Parameter, raw: str) -> int:
    """`7d` as seconds."""
    matched = AGE.fullmatch(raw.strip())
    if matched is None:
        raise click.BadParameter(f"{raw!r} is no age: accepted is a number and s, m, h, d or w, such as 7d")
    return int(matched[1]) * SECONDS[matched[2]]


@click.group(
    epilog="""\b
Examples:
  seatrial metrics export --output metrics.csv
  seatrial metrics import --input metrics.csv
  seatrial metrics prune --older-than 7d
"""
)
def metrics() -> None:
    """The metrics history in data/metrics.duckdb: export, import, prune."""


@metrics.command(
    epilog="""\b
Examples:
  seatrial metrics export --output metrics.csv

Works while the platform writes. An import of the file gives the same rows, and an export of them the same bytes.
"""
)
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The CSV to write.")
@database_option
@shared.json_option
@shared.settings_options
def export(output: Path, database: Path | None, as_json: bool, **options: Any) -> int:
    """Write every row as CSV, oldest first."""
    from seatrial.bootstrap.databases.metrics_file import export_metrics, metrics_path

    count = export_metrics(database or metrics_path(shared.load(options)), output)
    click.echo(json.dumps({"rows": count, "file": str(output)}) if as_json else f"Exported {count} rows to {output}")
    return exits.OK


@metrics.command(
    "import",
    epilog="""\b
Examples:
  seatrial metrics import --input metrics.csv

Rows that are there already are not added twice. Where something cannot be read, nothing is added.
""",
)
@click.option("--input", "source", required=True, type=click.Path(path_type=Path), help="A CSV of `metrics export`.")
@database_option
@shared.json_option
@shared.settings_options
def import_(source: Path, database: Path | None, as_json: bool, **options: Any) -> int:
    """Add the rows of a CSV that are not there yet."""
    from seatrial.bootstrap.databases.metrics_file import import_metrics, metrics_path

    read, added = import_metrics(database or metrics_path(shared.load(options)), source)
    told = f"Imported {read} rows from {source}, {added} of them new"
    click.echo(json.dumps({"rows": read, "added": added}) if as_json else told)
    return exits.OK


@metrics.command(
    epilog="""\b
Examples:
  seatrial metrics prune --older-than 7d
  seatrial metrics prune --older-than 12h --json
"""
)
@click.option("--older-than", "age_s", required=True, callback=_age, metavar="AGE", help="Such as 7d, 12h or 30m.")
@database_option
@shared.json_option
@shared.settings_options
def prune(age_s: int, database: Path | None, as_json: bool, **options: Any) -> int:
    """Remove rows older than an age. Trades are not in this file and are never pruned."""
    from seatrial.bootstrap.databases.metrics_file import metrics_path, prune_metrics

    removed = prune_metrics(database or metrics_path(shared.load(options)), age_s)
    click.echo(json.dumps({"removed": removed}) if as_json else f"Removed {removed} rows")
    return exits.OK
