"""Options that several commands share, and what they become: settings chosen on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from seatrial.bootstrap.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])

NAMED = ("stage", "mode", "config", "data", "state", "speed", "seed")


def pairs_of(ctx: click.Context, parameter: click.Parameter, pairs: tuple[str, ...]) -> dict[str, str]:
    """`NAME=VALUE` texts as a mapping; a `BadParameter` for any other."""
    chosen = {}
    for pair in pairs:
        name, equals, raw = pair.partition("=")
        if not equals:
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE, such as ports.alpaca=7001")
        chosen[name.strip()] = raw.strip()
    return chosen


def settings_options(command: Command) -> Command:
    """`--stage`, `--set` and the rest: every setting can be given."""
    for option in (
        click.option(
            "--set", "others", multiple=True, callback=pairs_of, metavar="NAME=VALUE", help="Any other setting."
        ),
        click.option("--config", metavar="DIR", help="Folder of stage files and limits.  [config]"),
        click.option("--state", metavar="DIR", help="Folder of journals and venue stores.  [data]"),
        click.option("--mode", metavar="MODE", help="dry_run, sim, paper or live.  [sim]"),
        click.option("--stage", metavar="STAGE", help="dev, staging or prod.  [dev]"),
    ):
        command = option(command)
    return command


def market_options(command: Command) -> Command:
    """Which market, how fast, from which seed."""
    for option in (
        click.option("--seed", metavar="N", help="What synthetic markets and faults are drawn from.  [1]"),
        click.option("--speed", metavar="X", help="Seconds of market time in one second.  [60]"),
        click.option("--data", metavar="DIR", help="Folder of recorded markets; without it, the synthetic one."),
    ):
        command = option(command)
    return command


trades_option = click.option(
    "--trades", "trades_setting", metavar="FILE", help="Recorded trades; the local venues build their bars from them."
)
pad_option = click.option(
    "--pad",
    type=click.Choice(["synthetic"]),
    callback=lambda ctx, parameter, chosen: chosen is not None,
    help="Make up the sessions that the data does not hold; they are labelled.",
)
token_option = click.option(
    "--token", envvar="SEATRIAL_TOKEN", metavar="TOKEN", help="Your token; not needed on loopback in dev."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def load(options: dict[str, Any]) -> Settings:
    """The effective settings, with what the command line said on top.

    Takes the shared options out of `options`; what is left belongs to the command.
    """
    from seatrial.bootstrap.settings import load_settings

    chosen = dict(options.pop("others", {}))
    for name in NAMED:
        raw = options.pop(name, None)
        if raw is not None:
            chosen[name] = raw
    trades = options.pop("trades_setting", None)
    if trades is not None:
        chosen["trades"] = trades
    return load_settings(chosen)
