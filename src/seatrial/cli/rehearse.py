"""`seatrial rehearse`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared
from seatrial.cli.progress import progress_bar
from seatrial.cli.tables import print_table

if TYPE_CHECKING:
    from seatrial.bootstrap.rehearsing import Rehearsed

MINUTE_NS = 60 * 10**9
SESSIONS = 3


@click.command(
    epilog="""\b
Examples:
  seatrial rehearse --sessions 3 --data ../shared/data
  seatrial rehearse --sessions 1 --data ../shared/data --sockets
  seatrial rehearse --trades trades.parquet --set trading.venues=binance --set strategies.binance=strategies/flow.py

Exit code 0 when both fingerprints are equal and the journal replays, 1 otherwise.
"""
)
@click.option("--sessions", type=click.IntRange(1), help="How many trading days.  [3; all of --trades]")
@click.option("--sockets", is_flag=True, help="Over real sockets, counting the bytes of both protocols.")
@shared.trades_option
@shared.pad_option
@shared.json_option
@shared.market_options
@shared.settings_options
def rehearse(sessions: int | None, sockets: bool, pad: bool, as_json: bool, **options: Any) -> int:
    """Trade past days through the real services and both wire protocols; compare with the backtest."""
    settings = shared.load(options)
    from seatrial.bootstrap.compiling import compile_core, load_core

    compile_core(lambda line: click.echo(line, err=True))
    load_core()
    from seatrial.bootstrap.logs import quiet_logs

    quiet_logs()
    from seatrial.bootstrap.rehearsal_evidence import about_to_rehearse, record_rehearsal
    from seatrial.bootstrap.rehearsing import rehearse as run

    sealed = about_to_rehearse(settings)
    with progress_bar("market minutes", shown=not as_json) as bar:
        done = run(
            settings,
            session_count=sessions or (None if settings.values["trades"] else SESSIONS),
            pad=pad,
            sockets=sockets,
            on_progress=lambda lived_ns, all_ns: bar(lived_ns // MINUTE_NS, all_ns // MINUTE_NS),
        )
    recorded = record_rehearsal(settings, sealed, done)
    if as_json:
        click.echo(json.dumps(_as_json(done) | {"evidence_of": recorded.release}))
    else:
        _print(done)
        click.echo(recorded.line())
    return exits.OK if done.equal and done.rehearsal.replays else exits.FAILED


def _as_json(done: Rehearsed) -> dict[str, Any]:
    tallies = {
        str(account): {
            "bars": tally.bars,
            "orders": tally.orders,
            "limit_orders": tally.limit_orders,
            "fills": tally.fills,
            "partial_fills": tally.partial_fills,
            "cancels": tally.cancels,
        }
        for account, tally in done.rehearsal.tallies.items()
    }
    return {
        "market": done.notes,
        "sessions": done.sessions,
        "equal": done.equal,
        "difference": done.difference,
        "backtest_fingerprint": done.backtest.outcome_fingerprint,
        "rehearsal_fingerprint": done.rehearsal.outcome_fingerprint,
        "journal_replays": done.rehearsal.replays,
        "accounts": tallies,
        "bytes": {venue: {"sent": up, "received": down} for venue, (up, down) in done.bytes_by_venue.items()},
    }


def _print(done: Rehearsed) -> None:
    for note in done.notes:
        click.echo(note)
    heads = ["account", "bars", "orders", "of them limits", "fills", "of them partial", "cancels"]
    rows = [
        [str(account), *map(str, (t.bars, t.orders, t.limit_orders, t.fills, t.partial_fills, t.cancels))]
        for account, t in done.rehearsal.tallies.items()
    ]
    print_table(heads, rows)
    for venue, (up, down) in done.bytes_by_venue.items():
        click.echo(f"{venue}: {up:,} bytes sent, {down:,} received over sockets")
    click.echo(f"backtest   {done.backtest.outcome_fingerprint}")
    click.echo(f"rehearsal  {done.rehearsal.outcome_fingerprint}")
    if done.equal:
        click.secho(f"equal to the unit over {done.sessions} session{'s' * (done.sessions > 1)}", fg="green")
    else:
        click.secho(f"they differ: {done.difference}", fg="red")
    click.echo("the journal replays to the same state" if done.rehearsal.replays else "the journal does NOT replay")
