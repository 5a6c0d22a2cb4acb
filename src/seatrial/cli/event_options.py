"""The options of a backtest over recorded depth, quotes and trades, in one place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from seatrial.bootstrap.depth_backtests import EventsAsked

Command = TypeVar("Command", bound=Callable[..., Any])

QUEUES = ("cautious", "front", "proportional", "log", "sqrt", "power")
WHOLE = ("never", "through", "always")
_FILE = click.Path(dir_okay=False, path_type=Path)


def event_options(command: Command) -> Command:
    """Add them to a command."""
    for option in reversed(
        (
            click.option("--depth", type=_FILE, metavar="FILE", help="Run over the depth recorded in this file."),
            click.option("--quotes", type=_FILE, metavar="FILE", help="Run over the best prices recorded here."),
            click.option("--trades", type=_FILE, metavar="FILE", help="The trades that belong to them, or to bars."),
            click.option("--holding", default="0", show_default=True, help="How much of the coin is there at first."),
            click.option(
                "--queue",
                type=click.Choice(QUEUES),
                default="cautious",
                show_default=True,
                help="Where a cancel was taken from: docs/concepts/fills_depth.md.",
            ),
            click.option("--power", default=3.0, show_default=True, help="The exponent of --queue power."),
            click.option(
                "--whole",
                type=click.Choice(WHOLE),
                default="never",
                show_default=True,
                help="When a resting order fills whole, whatever the size.",
            ),
            click.option("--latency-ms", default=10.0, show_default=True, help="Each way."),
            click.option("--latency-spread", default=0.0, show_default=True, help="Draw it log-normally, by seed."),
            click.option("--latency-file", type=_FILE, metavar="FILE", help="Measured latencies, interpolated."),
            click.option(
                "--feed-latency-ms",
                default=0.0,
                show_default=True,
                help="How late the book is seen; no more than the venue's fastest word takes.",
            ),
        )
    ):
        command = option(command)
    return command


def take_events(options: dict[str, Any], beside: dict[str, Any]) -> EventsAsked | None:
    """Take these options out of the others; None where the run is over bars, beside which trades may be told.

    Raises:
        UsageError: what goes with bars was given with events.
    """
    taken = {
        name: options.pop(name)
        for name in (
            "depth",
            "quotes",
            "trades",
            "holding",
            "queue",
            "power",
            "whole",
            "latency_ms",
            "latency_spread",
            "latency_file",
            "feed_latency_ms",
        )
    }
    if taken["depth"] is None and taken["quotes"] is None:
        _refuse_without_events(taken)
        beside["trades"] = taken["trades"]
        return None
    for name, value in beside.items():
        if value:
            raise click.UsageError(f"--{name} goes with bars, and not with --depth or --quotes")
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    from seatrial.bootstrap.depth_backtests import EventsAsked
    from seatrial.core.depth_orders import FillRules

    fills = FillRules(queue=taken.pop("queue"), power_milli=round(taken.pop("power") * 1_000), whole=taken.pop("whole"))
    return EventsAsked(fills=fills, **taken)


def _refuse_without_events(taken: dict[str, Any]) -> None:
    """An option that would do nothing is a mistake of whoever gave it."""
    context = click.get_current_context()
    for name in taken:
        if name != "trades" and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{name.replace('_', '-')} goes with --depth or --quotes, and not with bars")
