"""`seatrial down`."""

from __future__ import annotations

import json
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared


@click.command(
    epilog="""\b
Examples:
  seatrial down

Stops watch, then the platform, then the venues. Working orders stay at the venues; nothing is lost.
"""
)
@shared.json_option
@shared.settings_options
def down(as_json: bool, **options: Any) -> int:
    """Stop everything in order, from any terminal."""
    from seatrial.bootstrap import operations

    steps = []
    for role, what in operations.down(shared.load(options)):
        steps.append({"role": role, "result": what})
        if not as_json:
            click.echo(f"{role:<10} {what}")
    if as_json:
        click.echo(json.dumps(steps))
    elif not steps:
        click.echo("nothing runs")
    return exits.OK
