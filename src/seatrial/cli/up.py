"""`seatrial up`."""

from __future__ import annotations

from typing import Any

import click

from seatrial.cli import options as shared


@click.command(
    epilog="""\b
Examples:
  seatrial up
  seatrial up --data ../shared/data --speed 60
  seatrial up --trades trades.parquet --set trading.venues=binance --set strategies.binance=strategies/flow.py
  seatrial up --set ports.alpaca=7001 --set logs.level=debug
"""
)
@shared.trades_option
@shared.market_options
@shared.settings_options
def up(**options: Any) -> int:
    """Start venues, platform and watch, and trade until Ctrl-C."""
    from seatrial.bootstrap.supervisor import Supervisor

    return Supervisor(shared.load(options), click.echo).run()
