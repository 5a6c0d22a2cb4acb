"""`seatrial seal`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from seatrial.cli import options as shared
from seatrial.cli.emulation_options import FILE, asked_of, emulation_options

CANNOT_SEAL = 125


@click.command(
    context_settings={"allow_interspersed_args": False},
    epilog="""\b
Examples:
  seatrial seal -- python my_bot.py
  seatrial seal --symbols BTCUSDT --speed 60 -- freqtrade trade --config config.json
  seatrial seal --faults bad_day.toml --history drill -- ./bot
  seatrial seal -- curl https://api.binance.com/api/v3/time

Inside, api.binance.com, paper-api.alpaca.markets and the venues' other names lead to local venues, with
certificates the command trusts; every other address is unreachable and every other name unknown. The usual
variables (APCA_API_KEY_ID, BINANCE_API_KEY, ...) carry the local keys; --key and --secret choose them where
a bot reads its own from a file. From another terminal, `seatrial fault` reaches the venues: --alpaca-port and
--binance-port are the ports of their control doors outside.

\b
Exit codes:
  the command's own; 128 and the signal that ended it
  125  this machine does not let this user seal (no Linux, no privileges), or a setting is refused
  126  the command cannot be executed
  127  there is no such command
""",
)
@click.option("--trust", type=FILE, multiple=True, help="A further bundle of authorities the command opens by itself.")
@emulation_options
@shared.json_option
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def seal(command: tuple[str, ...], trust: tuple[Path, ...], as_json: bool, **options: Any) -> int:
    """Run COMMAND where the venues' real names lead to local venues, and nothing else can be reached.

    Linux only; nothing outside the command is changed. With --json one JSON line says on stderr where the
    control doors are; stdout is the command's.
    """
    from seatrial.bootstrap.seal.namespace import stay_single
    from seatrial.domain.faults import SeatrialFault

    environment = stay_single()
    from seatrial.bootstrap.seal.sealing import Sealed, seal

    say = partial(click.echo, err=True)
    try:
        settings, asked = asked_of(options)
        return seal(Sealed(command, environment, settings, asked, trust, as_json), say=say)
    except SeatrialFault as fault:
        say(f"{type(fault).__name__}: {fault}")
        return CANNOT_SEAL
