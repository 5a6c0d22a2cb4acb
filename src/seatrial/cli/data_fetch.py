"""`seatrial data fetch`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared
from seatrial.cli.data_options import catalog_option, load
from seatrial.cli.moments import moment_ns, span_of
from seatrial.cli.progress import progress_bar


@click.command(
    epilog="""\b
Examples:
  seatrial data fetch binance --symbols BTCUSDT,ETHUSDT --from 2025-01-01 --to 2025-02-01
  seatrial data fetch binance --symbols BTCUSDT --kind trades --from 2025-01-01T00:00Z --to 2025-01-01T06:00Z
  seatrial data fetch alpaca --symbols AAPL --span 1d --from 2019-01-01
  seatrial data fetch alpaca --symbols AAPL --kind corporate_actions --from 2019-01-01
  seatrial data fetch binance --url http://127.0.0.1:6002 --symbols BTCUSDT --from 2024-01-02

Binance tells bars and trades to everybody; Alpaca tells bars, trades, quotes and corporate_actions to accounts, whose
keys come from ALPACA_API_KEY and ALPACA_SECRET_KEY. Stopped or failed, the same command goes on where it ended.
"""
)
@click.argument("venue", type=click.Choice(["alpaca", "binance"]))
@click.option("--symbols", required=True, metavar="A,B", help="What to fetch.")
@click.option(
    "--kind", default="bars", show_default=True, metavar="KIND", help="bars, trades, quotes, corporate_actions."
)
@click.option("--span", default="1m", show_default=True, metavar="SPAN", help="The length of bars: 1m, 5m, 1h, 1d ...")
@click.option("--from", "start", required=True, metavar="TIME", help="First time, such as 2025-01-01.")
@click.option("--to", "end", metavar="TIME", help="Time before which to stop.  [what has happened by now]")
@click.option("--feed", type=click.Choice(["sip", "iex"]), default="iex", show_default=True, help="Of Alpaca.")
@click.option("--url", default="", metavar="URL", help="Another address with the same doors, such as an emulator's.")
@catalog_option
@shared.json_option
@shared.settings_options
def fetch(
    venue: str,
    symbols: str,
    kind: str,
    span: str,
    start: str,
    end: str | None,
    feed: str,
    url: str,
    as_json: bool,
    catalog: str | None,
    **options: Any,
) -> int:
    """Fetch the past of SYMBOLS from VENUE into the catalog."""
    start_ns, end_ns = span_of(start, end)
    settings = load(options, catalog)
    from seatrial.bootstrap.catalog.pasts import run_fetch
    from seatrial.market.shapes import kind_of

    with progress_bar("seconds of market time", shown=not as_json) as on_progress:
        done = run_fetch(
            settings,
            venue,
            kind_of(kind, span),
            [symbol.strip().upper() for symbol in symbols.split(",") if symbol.strip()],
            start_ns=start_ns or 0,
            end_ns=moment_ns("2200-01-01", "--to") if end_ns is None else end_ns,
            url=url,
            feed=feed,
            on_progress=on_progress,
        )
    if as_json:
        click.echo(json.dumps([asdict(each) for each in done]))
        return exits.OK
    for each in done:
        told = "was complete already" if each.complete_before else f"{each.rows:,} rows in {each.pages} pages"
        click.echo(f"{each.dataset}: {told}")
    return exits.OK
