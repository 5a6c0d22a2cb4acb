"""Options that the commands of research share. There `--set` is an axis of the search, and `--setting` a setting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from seatrial.cli.options import pairs_of

if TYPE_CHECKING:
    from seatrial.bootstrap.research.job import Job
    from seatrial.runs.search.plan import Search

Command = TypeVar("Command", bound=Callable[..., Any])


def settings_options(command: Command) -> Command:
    """Stage files and any setting by name; what was called `--set` elsewhere is `--setting` here."""
    for option in (
        click.option(
            "--setting", "others", multiple=True, callback=pairs_of, metavar="NAME=VALUE", help="Any other setting."
        ),
        click.option("--config", metavar="DIR", help="Folder of stage files and limits.  [config]"),
        click.option("--stage", metavar="STAGE", help="dev, staging or prod.  [dev]"),
    ):
        command = option(command)
    return command


def market_options(command: Command) -> Command:
    """What it trades and on which bars."""
    for option in (
        click.option(
            "--sessions", type=click.IntRange(1), help="How many trading days.  [all recorded, or ten made up]"
        ),
        click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="Fix a parameter."),
        click.option("--symbols", metavar="A,B", help="What it trades.  [what the strategy names]"),
        click.option("--data", metavar="DIR", help="Folder of recorded markets; without it, the synthetic one."),
    ):
        command = option(command)
    return command


def search_options(command: Command) -> Command:
    """What is tried, how, and where."""
    for option in (
        click.option("--ray", metavar="ADDRESS", help="Run on this Ray cluster instead of processes of this machine."),
        click.option("--workers", type=click.IntRange(1, 1024), help="Processes.  [one per core]"),
        click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="What chance is drawn from."),
        click.option("--objective", default="sharpe", show_default=True, help="The figure to search by."),
        click.option("--trials", type=click.IntRange(1), help="How many sets to try.  [all of a grid]"),
        click.option("--search", type=click.Choice(["grid", "random", "optuna"]), default="grid", show_default=True),
        click.option("--where", multiple=True, metavar="A<B", help="Try only sets that meet it, such as fast<slow."),
        click.option(
            "--set", "axes", multiple=True, required=True, metavar="NAME=RANGE", help="5:50:5, 20:200 or a,b,c."
        ),
    ):
        command = option(command)
    return command


def search_of(options: dict[str, Any]) -> Search:
    """The search that was asked for; takes its options out of `options`.

    Raises:
        RequestFault: an axis or condition is not understood.
    """
    from seatrial.runs.search.plan import Search
    from seatrial.runs.search.space import space_of

    space = space_of(options.pop("axes"), options.pop("where"))
    names = ("search", "trials", "objective", "seed", "workers", "ray")
    return Search(space, **{name: options.pop(name) for name in names})


def job_for(path: Path, options: dict[str, Any], seed: int) -> Job:
    """Strategy and market of a command; takes its options out of `options`. Compiles the core where that is due.

    Raises:
        SeatrialFault: settings, strategy or data are refused.
    """
    from seatrial.cli.options import load

    params, symbols, sessions = (options.pop(name) for name in ("params", "symbols", "sessions"))
    settings = load({**options, "seed": str(seed)})
    from seatrial.bootstrap.compiling import compile_core
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    compile_core(lambda line: click.echo(line, err=True))
    prepare_compiled_core()
    from seatrial.bootstrap.research.job import job_of
    from seatrial.strategy.load import parse_assignments

    texts = parse_assignments(params)
    if symbols:
        texts["symbols"] = symbols.upper()
    return job_of(settings, path, texts, session_count=sessions)


def folder_of(out: Path | None, resume: Path | None, fallback: Path) -> tuple[Path, bool]:
    """Where to write, and whether a search there goes on.

    Raises:
        UsageError: both were given.
    """
    if out is not None and resume is not None:
        raise click.UsageError("give --out or --resume, not both")
    if resume is not None:
        return resume, True
    return out or fallback, False


strategy_argument = click.argument("path", metavar="STRATEGY", type=click.Path(path_type=Path))
out_option = click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for results.")
resume_option = click.option(
    "--resume", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER", help="Go on where it was stopped."
)
