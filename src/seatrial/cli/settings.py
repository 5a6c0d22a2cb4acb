"""`seatrial settings`."""

from __future__ import annotations

import json
from typing import Any

import click

from seatrial.cli import options as shared


@click.command(
    epilog="""\b
Examples:
  seatrial settings
  DRY_RUN=1 ALPACA_PAPER=true seatrial settings --json
"""
)
@shared.json_option
@shared.market_options
@shared.settings_options
def settings(as_json: bool, **options: Any) -> None:
    """Show every effective setting and limit, and where each came from."""
    from seatrial.bootstrap.effective import effective

    rows = effective(shared.load(options))
    if as_json:
        click.echo(json.dumps([{"name": row.name, "value": row.value, "source": row.source} for row in rows]))
        return
    for row in rows:
        click.echo(f"{row.name:<36} {row.value!s:<28} {row.source}")
