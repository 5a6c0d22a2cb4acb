"""What `seatrial backtest` is given beside bars: corporate actions, terms, halts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def beside_options(command: Command) -> Command:
    """Add them to a command."""
    for option in reversed(
        (
            click.option(
                "--actions",
                type=click.Path(path_type=Path),
                metavar="PATH",
                help="Live through the splits and dividends of a catalog, folder or Parquet file.",
            ),
            click.option(
                "--terms",
                type=click.Path(dir_okay=False, path_type=Path),
                metavar="FILE",
                help="Fees, interest, borrow and settlement: docs/concepts/money.md.",
            ),
            click.option("--halts", is_flag=True, help="Nothing fills while the catalog says that trading was halted."),
        )
    ):
        command = option(command)
    return command


def take_beside(options: dict[str, Any]) -> dict[str, Any]:
    """Take these options out of the others."""
    return {name: options.pop(name) for name in ("actions", "terms", "halts")}
