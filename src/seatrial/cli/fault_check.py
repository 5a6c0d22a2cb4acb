"""`seatrial fault check`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared
from seatrial.cli.emulation_options import FILE


@click.command(
    epilog="""\b
Examples:
  seatrial fault check drill/alpaca.jsonl drill/binance.jsonl
  seatrial fault check drill/alpaca.jsonl --client view.json --json

\b
VIEW is what your bot believes at the end; each part may be left out:
  {"account": "local", "open_orders": ["id-3"], "executed": {"id-1": "10"},
   "intents": [{"name": "buy AAPL", "quantity": "10", "client_order_ids": ["id-1", "id-9"]}]}

Ends with 1 when something does not hold.
"""
)
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--client", type=FILE, metavar="VIEW", help="What the client believes, held against the histories.")
@shared.json_option
def check(files: tuple[Path, ...], client: Path | None, as_json: bool) -> int:
    """Read histories of venues and say what does not hold: states, fills, ids, answers, and what a client believes."""
    from seatrial.emulators.checking.records import read_history
    from seatrial.emulators.checking.rules import check_history
    from seatrial.emulators.checking.views import check_view, parse_view

    view = parse_view(client.read_bytes()) if client else None
    told = {}
    for file in files:
        report = check_history(read_history(file))
        broken = report.broken + (check_view(report, view) if view else [])
        told[str(file)] = {
            "operations": report.operations,
            "faults": report.faults,
            "orders": len(report.orders),
            "executions": report.executions,
            "open": [story.first.client_order_id for story in report.open_orders],
            "broken": [one._asdict() for one in broken],
        }
    if as_json:
        click.echo(json.dumps(told))
    else:
        _tell_checked(told)
    return exits.FAILED if any(one["broken"] for one in told.values()) else exits.OK


def _tell_checked(told: Mapping[str, Mapping[str, Any]]) -> None:
    for name, one in told.items():
        click.echo(
            f"{name}: {one['operations']} operations, {one['faults']} faults struck, {one['orders']} orders, "
            f"{one['executions']} executions, {len(one['open'])} open, {len(one['broken'])} broken"
        )
        for broken in one["broken"]:
            where = f" at operation {broken['seq']}" if broken["seq"] else ""
            click.echo(f"  {broken['rule']}: {broken['account']} {broken['client_order_id']}{where}: {broken['what']}")
