"""`seatrial connect check`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared

if TYPE_CHECKING:
    from seatrial.bootstrap.connecting import Checked
    from seatrial.venues.examination import Reading

COLOURS = {"ok": "green", "held": "yellow", "failed": "red"}
NAME_WIDTH = 16


@click.group(
    epilog="""\b
Examples:
  seatrial connect check
  seatrial connect check alpaca --mode paper
"""
)
def connect() -> None:
    """Connections to venues: check."""


@connect.command(
    epilog="""\b
Examples:
  seatrial connect check                              the venues of this mode
  seatrial connect check alpaca --mode paper          your paper account
  seatrial connect check binance --mode paper --symbols BTCUSDT,ETHUSDT
  seatrial connect check ccxt:okx --mode paper        the sandbox of an exchange that ccxt speaks to
  seatrial connect check --json

Asks only: no order is placed, changed or cancelled, and no key is printed. A line that is held works within
the bounds it tells. Exit code 0 when no line failed, 1 when one did, 2 for an unknown venue or symbol, 3 when
credentials are missing.
"""
)
@click.argument("venues", nargs=-1, metavar="[VENUE]...")
@click.option("--symbols", metavar="A,B", help="What should be tradable.  [what the strategies trade]")
@shared.json_option
@shared.settings_options
def check(venues: tuple[str, ...], symbols: str | None, as_json: bool, **options: Any) -> int:
    """Try an account at a venue, by questions alone: alpaca, binance or ccxt:NAME."""
    from seatrial.bootstrap.connecting import check_connections

    named = [symbol.strip().upper() for symbol in (symbols or "").split(",") if symbol.strip()]
    heard: set[str] = set()

    def say(venue: str, line: Reading) -> None:
        if as_json:
            return
        if venue not in heard:
            heard.add(venue)
            click.echo(f"\n{click.style(venue, bold=True)}")
        _print(line)

    checked = check_connections(shared.load(options), venues, named, say)
    passed = all(each.passed for each in checked)
    if as_json:
        click.echo(json.dumps({"passed": passed, "connections": [_as_json(each) for each in checked]}))
    else:
        words = "every connection would carry orders" if passed else "something failed; the arrows say what to do"
        click.echo(f"\n{click.style(words, fg='green' if passed else 'red', bold=True)}")
    return exits.OK if passed else exits.FAILED


def _as_json(checked: Checked) -> dict[str, Any]:
    lines = [asdict(line) for line in checked.lines]
    return {"venue": checked.venue, "address": checked.address, "passed": checked.passed, "lines": lines}


def _print(line: Reading) -> None:
    word = click.style(f"{line.verdict:<7}", fg=COLOURS[line.verdict])
    click.echo(f"  {word} {line.name:<{NAME_WIDTH}} {line.told}")
    if line.next_step:
        click.echo(f"          {'':<{NAME_WIDTH}} -> {line.next_step}")
