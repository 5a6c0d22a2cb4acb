"""`seatrial serve ROLE`: one role in this process. `up` runs these; people rarely do."""

from __future__ import annotations

from typing import Any

import click

from seatrial.cli import options as shared


@click.command(hidden=True)
@click.argument("role", type=click.Choice(["venues", "platform", "watch"]))
@shared.market_options
@shared.settings_options
def serve(role: str, **options: Any) -> int:
    """Run one role in this process until SIGTERM."""
    from seatrial.bootstrap.roles import serve_role

    return serve_role(role, shared.load(options), click.echo)
