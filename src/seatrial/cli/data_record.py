"""`seatrial data record`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared
from seatrial.cli.data_options import catalog_option, load
from seatrial.cli.moments import age_ns
from seatrial.domain.time import SECOND_NS


@click.command(
    epilog="""\b
Examples:
  seatrial data record --symbols BTCUSDT,ETHUSDT --for 10m          from the local venues of `seatrial up`
  seatrial data record --mode paper --symbols AAPL,BTCUSDT          from the venues' own endpoints, until Ctrl-C
  seatrial data record --symbols BTCUSDT --kinds quotes,depth       its book as well: best prices and every change

Minute bars and trades are always kept, of Binance also quotes and depth; a segment every ten seconds: a killed
recorder loses at most the last one. What was not heard is marked as a gap, which `seatrial data check` tells. The
accounts are those of `seatrial up`; quotes are stamped with their receipt, as the venue tells no time of them.
"""
)
@click.option("--symbols", required=True, metavar="A,B", help="What to record; each at its venue.")
@click.option("--for", "length", metavar="SPAN", help="How long, such as 10m or 8h.  [until Ctrl-C]")
@click.option("--kinds", default="bars,trades", show_default=True, metavar="A,B", help="Also quotes, depth: Binance.")
@click.option("--segment", default="10s", show_default=True, metavar="SPAN", help="How often what was heard is kept.")
@catalog_option
@shared.json_option
@shared.settings_options
def record(
    symbols: str,
    length: str | None,
    kinds: str,
    segment: str,
    as_json: bool,
    catalog: str | None,
    **options: Any,
) -> int:
    """Record live bars, trades, quotes and depth of SYMBOLS into the catalog."""
    for_ns = None if length is None else age_ns(length, "--for")
    segment_ns = age_ns(segment, "--segment")
    settings = load(options, catalog)
    from seatrial.bootstrap.catalog.recording import run_record
    from seatrial.bootstrap.logs import quiet_logs

    quiet_logs()  # what happens to a stream is said, and standard output belongs to what was recorded

    done = run_record(
        settings,
        [symbol.strip().upper() for symbol in symbols.split(",") if symbol.strip()],
        for_ns=for_ns,
        segment_seconds=segment_ns / SECOND_NS,
        say=lambda line: click.echo(line, err=True),
        kinds=[kind.strip().lower() for kind in kinds.split(",") if kind.strip()],
    )
    if as_json:
        click.echo(json.dumps([asdict(each) for each in done]))
        return exits.OK
    for each in done:
        click.echo(f"{each.dataset}: {each.rows:,} rows")
    return exits.OK
