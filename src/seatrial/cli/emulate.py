"""`seatrial emulate`."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
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
  seatrial emulate --set host=0.0.0.0 --tls /seal       in a container, for bots beside it

When both venues are ready one JSON line with addresses and keys is printed on stdout; what people want to know
goes to stderr (with --json, nothing does). SIGTERM or Ctrl-C stops.
"""
)
@emulation_options
@click.option(
    "--tls",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Answer under the venues' real names, too, on 443 and 9443; the authority to trust is written to DIR.",
)
@shared.json_option
def emulate(tls: Path | None, as_json: bool, **options: Any) -> int:
    """Serve a local Alpaca and a local Binance that your own bot can trade on."""
    settings, asked = asked_of(options)
    asked = replace(asked, tls=tls)
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    from seatrial.bootstrap.emulation.serving import emulate as serve

    say = (lambda line: None) if as_json else partial(click.echo, err=True)
    serve(settings, asked, say=say, tell=click.echo)
    return exits.OK
