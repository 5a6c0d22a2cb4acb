"""The options of `seatrial emulate` and `seatrial seal`: which market the local venues live through, and for whom."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seatrial.cli import options as shared

if TYPE_CHECKING:
    from seatrial.bootstrap.emulation.asked import Asked
    from seatrial.bootstrap.settings import Settings

ASKED = ("symbols", "clock", "always_open", "fills", "replay", "accounts", "faults", "history")
SETTINGS = {
    "alpaca_port": ("ports.alpaca",),
    "binance_port": ("ports.binance",),
    "key": ("emulators.key",),
    "secret": ("emulators.secret",),
    "cash": ("emulators.cash_alpaca", "emulators.cash_binance"),
    "speed": ("speed",),
    "seed": ("seed",),
    "data": ("data",),
}
SPEED_MAX = 1_000_000
PORT = click.IntRange(0, 65_535)
FILE = click.Path(dir_okay=False, exists=True, path_type=Path)


def amount_above_zero(ctx: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
    """The text of a number above zero; a `BadParameter` for any other."""
    try:
        good = text is None or 0 < Decimal(text) < Decimal(10**12)
    except InvalidOperation:
        good = False
    if not good:
        raise click.BadParameter(f"accepted is a number above 0, was {text!r}")
    return text


def symbols_of(ctx: click.Context, parameter: click.Parameter, text: str | None) -> tuple[str, ...]:
    """`A,B` in capitals, each once."""
    listed = tuple(dict.fromkeys(part.strip().upper() for part in (text or "").split(",") if part.strip()))
    if text is not None and not listed:
        raise click.BadParameter(f"accepted are symbols such as AAPL,BTCUSDT, was {text!r}")
    return listed


OPTIONS = (
    click.option("--alpaca-port", type=PORT, metavar="PORT", help="0 lets the machine choose.  [6001]"),
    click.option("--binance-port", type=PORT, metavar="PORT", help="0 lets the machine choose.  [6002]"),
    click.option(
        "--data",
        type=click.Path(exists=True),
        metavar="DIR",
        help="Folder or file of recorded markets; without it, the synthetic one.",
    ),
    click.option("--symbols", callback=symbols_of, metavar="A,B", help="What is listed.  [the well-known ones]"),
    click.option(
        "--clock",
        type=click.Choice(["recorded", "now"]),
        default="recorded",
        show_default=True,
        help="now: the last session is happening now, with history before it. recorded: dates stay.",
    ),
    click.option("--speed", callback=amount_above_zero, metavar="N", help="Seconds of market time in one second.  [1]"),
    click.option("--always-open", is_flag=True, help="No exchange ever closes."),
    click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Of all that is made up.  [1]"),
    click.option("--key", metavar="TEXT", help="API key of both.  [derived from the seed]"),
    click.option("--secret", metavar="TEXT", help="API secret of both.  [derived from the seed]"),
    click.option(
        "--cash", callback=amount_above_zero, metavar="AMOUNT", help="Opening cash, in USD and in USDT.  [100000]"
    ),
    click.option("--accounts", type=FILE, help="A TOML file of further accounts, each with keys of its own."),
    click.option(
        "--fills",
        type=click.Choice(["book", "prints"]),
        default="book",
        show_default=True,
        help="book: orders meet in one book per symbol. prints: as a backtest fills them.",
    ),
    click.option(
        "--replay",
        type=click.Choice(["auto", "bars", "depth", "quotes", "trades"]),
        default="auto",
        show_default=True,
        help="What of --data is replayed; auto is bars where there are any, else the finest there is.",
    ),
    click.option("--faults", type=FILE, help="A script of faults."),
    click.option(
        "--history",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder for what happened, a file a venue.",
    ),
)


def emulation_options(command: shared.Command) -> shared.Command:
    """Everything that `asked_of` reads."""
    for option in reversed(OPTIONS):
        command = option(command)
    return shared.settings_options(command)


def asked_of(options: dict[str, Any]) -> tuple[Settings, Asked]:
    """The settings, and what is to be emulated. numba must not have been imported."""
    others = options.setdefault("others", {})
    options["speed"] = options["speed"] or others.get("speed") or "1"
    if Decimal(options["speed"]) > SPEED_MAX:
        raise click.BadParameter(f"--speed: accepted is above 0 up to {SPEED_MAX}, was {options['speed']}")
    for option, names in SETTINGS.items():
        raw = options.pop(option)
        if raw is not None:
            others |= dict.fromkeys(names, str(raw))
    wanted = {name: options.pop(name) for name in ASKED}
    settings = shared.load(options)
    from seatrial.bootstrap.emulation.asked import Asked

    return settings, Asked(**wanted)
