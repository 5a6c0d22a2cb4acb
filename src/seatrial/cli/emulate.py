"""`seatrial emulate`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared

SETTINGS = {
    "alpaca_port": ("ports.alpaca",),
    "binance_port": ("ports.binance",),
    "key": ("emulators.key",),
    "secret": ("emulators.secret",),
    "cash": ("emulators.cash_alpaca", "emulators.cash_binance"),
}


@click.command(
    epilog="""\b
Examples:
  seatrial emulate
  seatrial emulate --alpaca-port 7001 --binance-port 7002 --speed 60
  seatrial emulate --data ../shared/data --symbols AAPL,SPY,BTCUSDT --faults faults.toml

When both venues are ready one JSON line with addresses and keys is printed on stdout; what people want to know
goes to stderr (with --json, nothing does). Ctrl-C stops.
"""
)
@click.option("--alpaca-port", metavar="PORT", help="0 lets the machine choose.  [6001]")
@click.option("--binance-port", metavar="PORT", help="0 lets the machine choose.  [6002]")
@click.option("--symbols", metavar="A,B", help="What is listed.  [AAPL,SPY,BTCUSDT,ETHUSDT]")
@click.option("--key", metavar="TEXT", help="API key of both.  [derived from the seed]")
@click.option("--secret", metavar="TEXT", help="API secret of both.  [derived from the seed]")
@click.option("--cash", metavar="AMOUNT", help="Opening cash, in USD and in USDT.  [100000]")
@click.option("--faults", type=click.Path(dir_okay=False, exists=True, path_type=Path), help="A script of faults.")
@shared.json_option
@shared.market_options
@shared.settings_options
def emulate(symbols: str | None, faults: Path | None, as_json: bool, **options: Any) -> int:
    """Serve a local Alpaca and a local Binance that your own bot can trade on."""
    others = options.setdefault("others", {})
    for option, names in SETTINGS.items():
        raw = options.pop(option)
        if raw is not None:
            others |= dict.fromkeys(names, raw)
    settings = shared.load(options)
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    from seatrial.bootstrap.emulation import emulate as serve

    listed = tuple(part.strip().upper() for part in (symbols or "").split(",") if part.strip())
    say = (lambda line: None) if as_json else partial(click.echo, err=True)
    serve(settings, listed, faults, say=say, tell=click.echo)
    return exits.OK
