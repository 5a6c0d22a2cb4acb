"""`seatrial backtest`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared
from seatrial.cli.beside_options import beside_options, take_beside
from seatrial.cli.event_options import event_options, take_events
from seatrial.cli.progress import progress_bar
from seatrial.cli.tables import print_all

if TYPE_CHECKING:
    from seatrial.bootstrap.backtests import Backtested


@click.command(
    epilog="""\b
Examples:
  seatrial backtest strategies/trend.py
  seatrial backtest strategies/trend.py --data ../shared/data --symbols AAPL,SPY
  seatrial backtest strategies/trend.py --param fast=5 --param slow=50 --json
  seatrial backtest strategies/trend.py --data catalog --actions catalog --terms terms.toml
  seatrial backtest strategies/prints.py --trades trades.parquet
  seatrial backtest strategies/maker.py --depth depth.parquet --trades trades.parquet --holding 1
"""
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--symbols", metavar="A,B", help="What it trades.  [what the strategy names]")
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="Set a parameter of the strategy.")
@click.option("--sessions", type=click.IntRange(1), help="How many trading days.  [all recorded, or ten made up]")
@click.option("--benchmark", metavar="SYMBOL", help="What to compare with.  [its own symbols, bought and held]")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder.  [reports/<strategy>]")
@beside_options
@event_options
@shared.pad_option
@shared.json_option
@shared.market_options
@shared.settings_options
def backtest(
    path: Path,
    symbols: str | None,
    params: tuple[str, ...],
    sessions: int | None,
    benchmark: str | None,
    out: Path | None,
    pad: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Run the strategy in PATH over past bars or events; write report.html, metrics.json and the tables as Parquet."""
    beside = take_beside(options)
    events = take_events(options, beside)
    settings = shared.load(options)
    from seatrial.bootstrap.compiling import compile_core
    from seatrial.bootstrap.compiling_depth import compile_depth
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    compile_core(lambda line: click.echo(line, err=True), runs=True)
    prepare_compiled_core()
    from seatrial.bootstrap.account_markets import Beside
    from seatrial.bootstrap.backtests import run_backtest
    from seatrial.bootstrap.depth_backtests import run_depth_backtest
    from seatrial.strategy.load import parse_assignments

    texts = parse_assignments(params)
    if symbols:
        texts["symbols"] = symbols.upper()
    if events is not None:
        compile_depth(lambda line: click.echo(line, err=True))
    with progress_bar("bars" if events is None else "events", shown=not as_json) as on_progress:
        if events is not None:
            done = run_depth_backtest(settings, path, texts, events, folder=out, on_progress=on_progress)
        else:
            kept: dict[str, Any] = {"session_count": sessions, "pad": pad, "benchmark": benchmark}
            kept |= {"folder": out, "beside": Beside(**beside)}
            done = run_backtest(settings, path, texts, **kept, on_progress=on_progress)
    click.echo(json.dumps(done.as_json())) if as_json else _print(done)
    return exits.OK


def _print(done: Backtested) -> None:
    for line in done.result.data_lines:
        click.echo(line)
    print_all(done.tables())
    for line in done.doubt_lines():
        click.echo(line)
    click.echo(f"outcome fingerprint {done.result.outcome_fingerprint}")
    click.echo(f"{done.folder / 'report.html'}, metrics.json and the tables beside it are written")
