"""`seatrial data resample` and `adjusted`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared
from seatrial.cli.data_options import catalog_option, load
from seatrial.cli.moments import span_of
from seatrial.cli.tables import print_columns

if TYPE_CHECKING:
    from seatrial.bootstrap.catalog.deriving import Derived

_limit = click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True, help="Rows to show.")
_out = click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write all rows as Parquet.")


@click.command(
    epilog="""\b
Examples:
  seatrial data resample bars_1m/alpaca/AAPL --to 1h
  seatrial data resample trades/binance/BTCUSDT --bars dollar:1000000 --out bars.parquet
  seatrial data resample trades/binance/BTCUSDT --bars tick:500 --json
  seatrial data resample quotes/alpaca/AAPL --to 5m

Only whole bars are made: what the data holds a part of is left out and told. Spans begin with the session.
"""
)
@click.argument("dataset")
@click.option("--to", "span", metavar="SPAN", help="The length: 3m, 5m, 15m, 30m, 1h, 2h, 4h, 1d; of trades also 1m.")
@click.option("--bars", "by", metavar="KIND:SIZE", help="Of trades: tick:100, volume:10 or dollar:100000.")
@_limit
@_out
@catalog_option
@shared.json_option
@shared.settings_options
def resample(
    dataset: str, span: str | None, by: str | None, limit: int, out: Path | None, as_json: bool, catalog: str | None,
    **options: Any,
) -> int:  # fmt: skip
    """Make longer bars of DATASET, or bars out of its trades or quotes."""
    from seatrial.bootstrap.catalog.deriving import resampled

    return _show(resampled(load(options, catalog), dataset, span=span, by=by), limit, out, as_json)


@click.command(
    epilog="""\b
Examples:
  seatrial data adjusted bars_1d/alpaca/AAPL
  seatrial data adjusted bars_1d/alpaca/AAPL --view back --as-of 2020-01-01
  seatrial data adjusted bars_1d/alpaca/AAPL --view factors --json

forward keeps the first price and never changes what it told; back is on the scale of one moment; factors are what
earlier prices are multiplied by. For signals only: money is counted in the prices that were paid.
"""
)
@click.argument("dataset")
@click.option("--view", type=click.Choice(["forward", "back", "factors"]), default="forward", show_default=True)
@click.option("--as-of", metavar="TIME", help="The moment of --view back.  [the last bar]")
@_limit
@_out
@catalog_option
@shared.json_option
@shared.settings_options
def adjusted(
    dataset: str, view: str, as_of: str | None, limit: int, out: Path | None, as_json: bool, catalog: str | None,
    **options: Any,
) -> int:  # fmt: skip
    """Show the bars of DATASET across splits and dividends of the same catalog."""
    from seatrial.bootstrap.catalog.deriving import adjusted as made

    return _show(made(load(options, catalog), dataset, view, as_of_ns=span_of(as_of, None)[0]), limit, out, as_json)


def _show(done: Derived, limit: int, out: Path | None, as_json: bool) -> int:
    if out is not None:
        done.write(out)
    names, rows = list(done.columns), done.rows(limit)
    if as_json:
        told = {"count": done.count, "rows": [dict(zip(names, row, strict=True)) for row in rows], "notes": done.notes}
        click.echo(json.dumps({**told, "out": None if out is None else str(out)}))
        return exits.OK
    print_columns(names, rows)
    for note in done.notes:
        click.echo(note)
    click.echo(f"{len(rows)} of {done.count:,} rows" + (f"; all of them are in {out}" if out is not None else ""))
    return exits.OK
