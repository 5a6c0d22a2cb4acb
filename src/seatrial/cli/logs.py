"""`seatrial logs`."""

from __future__ import annotations

import json
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared

ROLES = ["venues", "platform", "watch"]
LEVELS = ["debug", "info", "warning", "error", "critical"]


def _since(ctx: click.Context, parameter: click.Parameter, raw: str | None) -> str:
    """`2h` ago, or a time, as an RFC 3339 UTC time."""
    if raw is None:
        return ""
    from seatrial.bootstrap.moments import moment_of

    try:
        return moment_of(raw)
    except ValueError:
        raise click.BadParameter(
            f"{raw!r}: accepted is an age such as 30m, 2h or 7d, or 2026-11-21T12:00:00Z"
        ) from None


@click.command(
    epilog="""\b
Examples:
  seatrial logs
  seatrial logs platform --follow
  seatrial logs --level error --since 1h
  seatrial logs --id alpaca-trend-1704207600000000000       one run, from decision to fill
  seatrial logs --json -n 1000 | grep websocket

With a filter the rotated files are read too. --reopen tells every role to open its files anew, for logrotate.
"""
)
@click.argument("roles", nargs=-1, type=click.Choice(ROLES))
@click.option("--role", "role", type=click.Choice(ROLES), help="The same as naming it.")
@click.option("--level", type=click.Choice(LEVELS, case_sensitive=False), help="The least severe shown.")
@click.option("--since", callback=_since, metavar="AGE|TIME", help="Not older than this: 30m, 2h, 7d or a time.")
@click.option("--id", "id_", metavar="ID", help="Of one workflow (run), request or order.")
@click.option("-n", "--lines", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many.")
@click.option("-f", "--follow", is_flag=True, help="Go on as they are written, until Ctrl-C.")
@click.option("--reopen", is_flag=True, help="Make every role open its files anew, and show nothing.")
@shared.json_option
@shared.settings_options
def logs(
    roles: tuple[str, ...],
    role: str | None,
    level: str | None,
    since: str,
    id_: str | None,
    lines: int,
    follow: bool,
    reopen: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Show the newest log records of all roles, or of the ROLES named."""
    from seatrial.bootstrap import log_reader, operations

    settings = shared.load(options)
    if reopen:
        told = operations.reopen_logs(settings)
        click.echo(json.dumps(told) if as_json else f"opened anew: {', '.join(told) or 'nothing runs'}")
        return exits.OK
    named = (*roles, role) if role else roles
    wanted = log_reader.Wanted((level or "debug").lower(), since, id_ or "")
    text = json.dumps if as_json else log_reader.short_line
    for record in log_reader.last_records(settings, named, lines, wanted):
        click.echo(text(record))
    if follow:
        for record in log_reader.follow(settings, named, wanted):
            click.echo(text(record))
    return exits.OK
