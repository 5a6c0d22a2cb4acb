"""`seatrial data import | ls | show`; its other commands are in files of their own."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared
from seatrial.cli.data_check import check
from seatrial.cli.data_derive import adjusted, resample
from seatrial.cli.data_fetch import fetch
from seatrial.cli.data_options import catalog_option, load
from seatrial.cli.data_record import record
from seatrial.cli.moments import span_of
from seatrial.cli.progress import progress_bar
from seatrial.cli.tables import print_columns

if TYPE_CHECKING:
    from seatrial.market.importing import Imported


@click.group(
    epilog="""\b
Examples:
  seatrial data import bars.csv --symbol AAPL --zone America/New_York
  seatrial data fetch binance --symbols BTCUSDT --from 2025-01-01 --to 2025-02-01
  seatrial data check && seatrial backtest strategies/trend.py --data catalog
"""
)
def data() -> None:
    """Market data of your own: import, fetch, record, check, ls, show, resample, adjusted."""


def _pairs(ctx: click.Context, parameter: click.Parameter, raw: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """`open=Open,close=Last` as pairs."""
    found = []
    for pair in [each for text in raw for each in text.split(",")]:
        ours, equals, theirs = pair.partition("=")
        if not equals:
            raise click.BadParameter(f"{pair!r} is not OURS=THEIRS, such as open=Open")
        found.append((ours.strip(), theirs.strip()))
    return tuple(found)


def _names(ctx: click.Context, parameter: click.Parameter, raw: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in raw.split(",")) if raw else ()


@data.command(
    "import",
    epilog="""\b
Examples:
  seatrial data import AAPL.csv --symbol AAPL --zone America/New_York
  seatrial data import BTCUSDT-1m-2025-01.csv --symbol BTCUSDT --columns ts,open,high,low,close,volume,x1,x2,x3,x4,x5,x6
  seatrial data import quotes.parquet --kind quotes --quarantine
  seatrial data import ticks.feather --kind trades --map size=Quantity,ts=Date --price-unit 0.01

Kinds are bars, quote_bars, quotes, trades, depth, corporate_actions and halts. A row that breaks a rule refuses the
file, and nothing of it is kept; --quarantine keeps the rest and writes the broken rows beside the catalog.
Rows that are held already are left out, rows that differ from held ones are kept as revisions.
""",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--kind", default="bars", show_default=True, metavar="KIND", help="What the rows are.")
@click.option("--span", default="1m", show_default=True, metavar="SPAN", help="The length of bars: 1m, 5m, 1h, 1d ...")
@click.option("--venue", default="", metavar="NAME", help="Whose prices.  [where the symbol is traded]")
@click.option(
    "--symbol", default="", metavar="SYMBOL", help="Of a file without a symbol column; else the only one taken."
)
@click.option(
    "--map", "columns", multiple=True, callback=_pairs, metavar="OURS=THEIRS", help="Names of the file's columns."
)
@click.option("--columns", "names", callback=_names, metavar="A,B,...", help="The columns of a CSV without a header.")
@click.option("--zone", default="", metavar="ZONE", help="Of times without one, such as America/New_York.")
@click.option("--time-unit", default="", metavar="UNIT", help="Of times that are numbers: s, ms, us or ns.  [by size]")
@click.option("--time-format", default="", metavar="FORMAT", help="Of times as text, as strptime knows it.  [ISO 8601]")
@click.option("--price-unit", default="1", metavar="X", help="What a price of 1 means, such as 0.01 for cents.")
@click.option("--size-unit", default="1", metavar="X", help="What a size of 1 means, such as 100 for round lots.")
@click.option("--ends", is_flag=True, help="Bars are stamped with their end.")
@click.option("--sort", is_flag=True, help="Sort rows by time first.")
@click.option("--source", default="", metavar="TEXT", help="Where it comes from.  [the file's name]")
@click.option("--licence", default="not stated", metavar="TEXT", help="Under which terms.")
@click.option("--quarantine", is_flag=True, help="Set broken rows aside instead of refusing the file.")
@catalog_option
@shared.json_option
@shared.settings_options
def import_(files: tuple[Path, ...], as_json: bool, catalog: str | None, **options: Any) -> int:
    """Take files of bars, quotes, trades, depth or corporate actions into the catalog."""
    from seatrial.bootstrap.catalog import importing

    names = importing.ImportOrder.__dataclass_fields__
    order = importing.ImportOrder(**{name: options.pop(name) for name in names})
    settings = load(options, catalog)
    with progress_bar("tables", shown=not as_json) as on_progress:
        done = importing.import_files(settings, files, order, on_progress)
    if as_json:
        click.echo(json.dumps(importing.as_json(done)))
        return exits.OK
    for each in done:
        _tell(each)
    return exits.OK


def _tell(done: Imported) -> None:
    for landed in done.landed:
        counts = {"new": landed.new, "late": landed.late, "revised": landed.revised, "already there": landed.same}
        told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        click.echo(f"{done.file} -> {landed.dataset}: {told}")
    for rule, count in done.set_aside.items():
        click.echo(f"set aside {count} rows: {rule}")
    if done.quarantine is not None:
        click.echo(f"they are in {done.quarantine}")


@data.command(
    epilog="""\b
Examples:
  seatrial data ls
  seatrial data ls --json --catalog ../catalog
"""
)
@catalog_option
@shared.json_option
@shared.settings_options
def ls(as_json: bool, catalog: str | None, **options: Any) -> int:
    """List what the catalog holds, and where it came from."""
    from seatrial.bootstrap.catalog.listing import held

    settings = load(options, catalog)
    found = held(settings)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found]))
        return exits.OK
    width = max((len(each.dataset) for each in found), default=0)
    for each in found:
        notes = [f"{count} {what}" for what in ("revised", "late", "gaps") if (count := getattr(each, what))]
        where = f"{each.first}  {each.last}"
        click.echo(f"{each.dataset:<{width}}  {each.rows:>12,}  {where}  {'; '.join([*each.sources, *notes])}")
    click.echo(f"{len(found)} datasets, {sum(each.rows for each in found):,} rows in {settings.values['catalog']}")
    return exits.OK


@data.command(
    epilog="""\b
Examples:
  seatrial data show bars_1m/binance/BTCUSDT
  seatrial data show bars_1m/alpaca/AAPL --from 2019-02-11T14:30Z --limit 5
  seatrial data show bars_1d/alpaca/AAPL --as-of 2024-01-31 --json
  seatrial data show bars_1d/alpaca/AAPL --versions

--as-of shows what was known at that time; --versions shows every version of revised rows with its known_at.
"""
)
@click.argument("dataset")
@click.option("--from", "start", metavar="TIME", help="First time; without it the last rows are shown.")
@click.option("--to", "end", metavar="TIME", help="Time before which to stop.")
@click.option("--as-of", metavar="TIME", help="What was known then.  [the newest versions]")
@click.option("--versions", is_flag=True, help="All versions of revised rows.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True, help="How many rows.")
@catalog_option
@shared.json_option
@shared.settings_options
def show(
    dataset: str,
    start: str | None,
    end: str | None,
    as_of: str | None,
    versions: bool,
    limit: int,
    as_json: bool,
    catalog: str | None,
    **options: Any,
) -> int:
    """Print rows of DATASET, written KIND/VENUE/SYMBOL."""
    from seatrial.bootstrap.catalog.listing import shown

    start_ns, end_ns = span_of(start, end)
    as_of_ns = span_of(as_of, None)[0]
    told = shown(
        load(options, catalog),
        dataset,
        limit=limit,
        start_ns=start_ns,
        end_ns=end_ns,
        as_of_ns=as_of_ns,
        every_version=versions,
    )
    if as_json:
        rows = [dict(zip(told.heads, row, strict=True)) for row in told.rows]
        click.echo(json.dumps({"dataset": told.dataset, "count": told.count, "rows": rows, "manifest": told.manifest}))
        return exits.OK
    print_columns(told.heads, told.rows)
    click.echo(f"{len(told.rows)} of {told.count:,} rows")
    return exits.OK


data.add_command(check)
data.add_command(fetch)
data.add_command(resample)
data.add_command(adjusted)
data.add_command(record)
