"""`seatrial emulate`."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared
from seatrial.cli.emulation_options import asked_of, emulation_options


@click.command(
    epilog="""\b
Examples:
  seatrial emulate
  seatrial emulate --clock now --always-open --json
  seatrial emulate --alpaca-port 7001 --binance-port 7002 --speed 60 --seed 7
  seatrial emulate --data ../shared/data --symbols AAPL,SPY,BTCUSDT --faults faults.toml --history drill
  seatrial emulate --data ../shared/data --symbols BTCUSDT --replay depth

When both venues are ready one JSON line with addresses and keys is printed on stdout; what people want to know
goes to stderr (with --json, nothing does). SIGTERM or Ctrl-C stops.
"""
)
@emulation_options
@shared.json_option
def emulate(as_json: bool, **options: Any) -> int:
    """Serve a local Alpaca and a local Binance that your own bot can trade on."""
    settings, asked = asked_of(options)
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    from seatrial.bootstrap.emulation.serving import emulate as serve

    say = (lambda line: None) if as_json else partial(click.echo, err=True)
    serve(settings, asked, say=say, tell=click.echo)
    return exits.OK
