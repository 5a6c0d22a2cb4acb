"""`seatrial gate run | list`."""

from __future__ import annotations

import json
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared


@click.group()
def gate() -> None:
    """Ask gates about a release and write down what they say."""


@gate.command(
    epilog="""\b
Examples:
  seatrial gate run build_tests              run the tests, as evidence of the sealed release
  seatrial gate run --all
  seatrial gate run soak --stage staging --json

\b
Exit code 0 when every gate that was asked passes, 1 otherwise. `--all` asks every gate of the release's
next step; it runs no tests and no backup, but judges the last ones.
"""
)
@click.argument("gates", metavar="[GATE]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every gate of the next step.")
@click.option("--release", "release_id", metavar="ID", help="A sealed release; by default the one this folder is.")
@shared.token_option
@shared.json_option
@shared.settings_options
def run(
    gates: tuple[str, ...], every: bool, release_id: str | None, token: str | None, as_json: bool, **options: Any
) -> int:
    """Measure, judge and record."""
    from seatrial.bootstrap.gates.asking import ask

    if every == bool(gates):
        raise click.UsageError("name gates, or say --all")
    settings = shared.load(options)
    results = ask(settings, gates, release_id, token, _quiet if as_json else _print_line)
    passed = all(each.verdict.value in {"PASS", "WAIVED"} for each in results)
    from seatrial.cli.gate_table import gate_body, print_gates

    if as_json:
        click.echo(json.dumps({"passed": passed, "gates": [gate_body(each) for each in results]}))
    else:
        print_gates(results)
    return exits.OK if passed else exits.FAILED


@gate.command("list", epilog="\b\nExample:\n  seatrial gate list --json")
@shared.json_option
def list_all(as_json: bool) -> int:
    """Every gate there is, what it asks, and what would supply it."""
    from seatrial.release.catalogue import GATES
    from seatrial.release.gates.supply import supply_of

    rows = [{"gate": name, "asks": asks, "supply": supply_of(name)} for name, asks in GATES.items()]
    if as_json:
        click.echo(json.dumps(rows))
        return exits.OK
    for row in rows:
        click.echo(f"{row['gate']:<20} {row['asks']}")
        click.secho(f"{'':<20} -> {row['supply']}", dim=True)
    return exits.OK


def _quiet(_: str) -> None:
    """JSON is printed whole, at the end."""


def _print_line(line: str) -> None:
    """What a running test command says, so that nobody waits in the dark."""
    click.echo(f"  {line}", err=True)
