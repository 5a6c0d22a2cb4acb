"""`seatrial strategy new | check | examples`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared


@click.group()
def strategy() -> None:
    """Make a first strategy, or check one without running it on a market."""


@strategy.command(epilog="\b\nExamples:\n  seatrial strategy new my_idea\n  seatrial strategy new my_grid --like grid")
@click.argument("name")
@click.option(
    "--like", metavar="EXAMPLE", help="Start from a copy of an example; `seatrial strategy examples` lists them."
)
@click.option("--folder", default="strategies", show_default=True, type=click.Path(file_okay=False, path_type=Path))
def new(name: str, like: str | None, folder: Path) -> int:
    """Write FOLDER/NAME.py: a strategy that runs as it is. Never overwrites."""
    from seatrial.bootstrap.strategies import new_strategy

    path = new_strategy(folder, name, like=like)
    click.echo(f"{path} is written; try: seatrial backtest {path}")
    return exits.OK


@strategy.command(epilog="\b\nExample:\n  seatrial strategy examples")
@shared.json_option
def examples(as_json: bool) -> int:
    """List the strategies to read and to start from."""
    from seatrial.bootstrap.strategies import example_titles

    titles = example_titles()
    if as_json:
        click.echo(json.dumps(titles))
    else:
        for name, title in titles.items():
            click.echo(f"{name:<20} {title}")
    return exits.OK


@strategy.command(epilog="\b\nExample:\n  seatrial strategy check strategies/trend.py --param fast=10")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="Set a parameter of the strategy.")
@shared.json_option
def check(path: Path, params: tuple[str, ...], as_json: bool) -> int:
    """Load PATH and show its class, symbols, parameters and digest."""
    from seatrial.bootstrap.strategies import checked_strategy

    found = checked_strategy(path, params)
    if as_json:
        click.echo(json.dumps(found))
    else:
        for name, value in found.items():
            click.echo(f"{name:<12} {_text(value)}")
    return exits.OK


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={each}" for name, each in value.items())
    return ", ".join(value) if isinstance(value, list | tuple) else str(value)
