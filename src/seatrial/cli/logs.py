"""`seatrial logs`."""

from __future__ import annotations

import json
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared


@click.command(
    epilog="""\b
Examples:
  seatrial logs
  seatrial logs platform --follow
  seatrial logs --json -n 1000 | grep websocket
"""
)
@click.argument("roles", nargs=-1, type=click.Choice(["venues", "platform", "watch"]))
@click.option("-n", "--lines", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many.")
@click.option("-f", "--follow", is_flag=True, help="Go on as they are written, until Ctrl-C.")
@shared.json_option
@shared.settings_options
def logs(roles: tuple[str, ...], lines: int, follow: bool, as_json: bool, **options: Any) -> int:
    """Show the newest log records of all roles, or of the ROLES named."""
    from seatrial.bootstrap import log_reader

    settings = shared.load(options)
    text = json.dumps if as_json else log_reader.short_line
    for record in log_reader.last_records(settings, roles, lines):
        click.echo(text(record))
    if follow:
        for record in log_reader.follow(settings, roles):
            click.echo(text(record))
    return exits.OK
