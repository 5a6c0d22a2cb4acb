"""`seatrial reset`."""

from __future__ import annotations

import json
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared


@click.command(
    epilog="""\b
Examples:
  seatrial reset
  seatrial reset --yes --json
"""
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@shared.json_option
@shared.settings_options
def reset(yes: bool, as_json: bool, **options: Any) -> int:
    """Forget everything traded here: journals and local venues. Only in stage dev and mode sim."""
    from seatrial.bootstrap import operations

    settings = shared.load(options)
    operations.refuse_reset(settings)
    if not yes:
        click.confirm(f"Remove everything in {settings.state}/ ?", abort=True)
    removed = [str(path) for path in operations.reset(settings)]
    click.echo(json.dumps({"removed": removed}) if as_json else f"removed {len(removed)} from {settings.state}/")
    return exits.OK
