"""`seatrial fault kinds | list | add | remove | clear | history | check`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared
from seatrial.cli.emulation_options import FILE
from seatrial.cli.fault_check import check

if TYPE_CHECKING:
    from seatrial.bootstrap.fault_door import Answers

WHERE = "where"


def door_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which control doors to ask."""
    for option in (
        click.option("--venue", type=click.Choice(["alpaca", "binance"]), help="Only this one.  [both]"),
        click.option("--url", "urls", multiple=True, metavar="URL", help="Control doors that are elsewhere."),
    ):
        command = option(command)
    return command


@click.group()
def fault() -> None:
    """Let things go wrong at running local venues, on purpose, and check afterwards what came of it."""


@fault.command(epilog="\b\nExamples:\n  seatrial fault kinds\n  seatrial fault kinds --json")
@shared.json_option
def kinds(as_json: bool) -> int:
    """Every kind of fault, where it strikes and which parameters it takes."""
    from seatrial.emulators.faults.catalogue import CATALOGUE, COMMON

    if as_json:
        cards = {
            kind: {WHERE: card.where, "takes": [*COMMON, *card.takes], "meets": card.meets}
            for kind, card in CATALOGUE.items()
        }
        click.echo(json.dumps(cards))
        return exits.OK
    for kind, card in CATALOGUE.items():
        click.echo(f"{kind}  ({card.where}{'; ' + ', '.join(card.takes) if card.takes else ''})")
        click.echo(f"    {card.meets}")
    click.echo(f"\nall take: {', '.join(COMMON)}")
    return exits.OK


@fault.command("list", epilog="\b\nExamples:\n  seatrial fault list\n  seatrial fault list --venue binance --json")
@door_options
@shared.json_option
@shared.settings_options
def list_all(venue: str | None, urls: tuple[str, ...], as_json: bool, **options: Any) -> int:
    """Which faults are set, and how often each has struck."""
    from seatrial.bootstrap.fault_door import addresses, ask

    _show(ask(addresses(shared.load(options), urls, venue or ""), "GET", "/control/faults"), as_json=as_json)
    return exits.OK


@fault.command(
    epilog="""\b
Examples:
  seatrial fault add lost_ack method=POST count_max=1
  seatrial fault add latency latency_ms=800 jitter_ms=400 for_ms=60000 --venue alpaca
  seatrial fault add stream_drop name=deaf stream=userData what=TRADE probability=0.3
  seatrial fault add clock_skew skew_ms=-5000
  seatrial fault add --file bad_day.toml

A name that is set already is set anew. Without a name the kind is the name.
"""
)
@click.argument("kind", required=False)
@click.argument("parameters", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--file", type=FILE, help="A script of faults, TOML or JSON, added as a whole.")
@door_options
@shared.json_option
@shared.settings_options
def add(
    kind: str | None,
    parameters: tuple[str, ...],
    file: Path | None,
    venue: str | None,
    urls: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> int:
    """Set a fault of KIND at running venues; `seatrial fault kinds` lists them."""
    if (kind is None) == (file is None):
        raise click.UsageError("accepted is a kind with its parameters, or --file: one of the two")
    rows = _rows_of(file) if file else [_row_of(str(kind), parameters)]
    _refuse_early(rows)
    from seatrial.bootstrap.fault_door import RefusedByDoor, addresses, ask

    doors = addresses(shared.load(options), urls, venue or "")
    try:
        _show(ask(doors, "POST", "/control/faults", body={"faults": rows}), as_json=as_json)
    except RefusedByDoor as refused:
        raise click.UsageError(str(refused)) from refused
    return exits.OK


@fault.command(epilog="\b\nExample:\n  seatrial fault remove deaf")
@click.argument("name")
@door_options
@shared.json_option
@shared.settings_options
def remove(name: str, venue: str | None, urls: tuple[str, ...], as_json: bool, **options: Any) -> int:
    """Take one fault out, at every venue that knows it."""
    from seatrial.bootstrap.fault_door import RefusedByDoor, addresses, ask

    doors = addresses(shared.load(options), urls, venue or "")
    try:
        _show(ask(doors, "DELETE", f"/control/faults/{name}", tolerant=True), as_json=as_json)
    except RefusedByDoor as refused:
        raise click.UsageError(str(refused)) from refused
    return exits.OK


@fault.command(epilog="\b\nExample:\n  seatrial fault clear --venue alpaca")
@door_options
@shared.json_option
@shared.settings_options
def clear(venue: str | None, urls: tuple[str, ...], as_json: bool, **options: Any) -> int:
    """Nothing goes wrong on purpose any more."""
    from seatrial.bootstrap.fault_door import addresses, ask

    _show(ask(addresses(shared.load(options), urls, venue or ""), "DELETE", "/control/faults"), as_json=as_json)
    return exits.OK


@fault.command(
    epilog="""\b
Examples:
  seatrial fault history --venue alpaca
  seatrial fault history --venue binance --from 1200 > binance.jsonl
"""
)
@click.option("--venue", type=click.Choice(["alpaca", "binance"]), required=True, help="Whose.")
@click.option("--url", "urls", multiple=True, metavar="URL", help="A control door that is elsewhere.")
@click.option("--from", "start", type=click.IntRange(min=0), default=0, help="Only what came after this number.")
@shared.settings_options
def history(venue: str, urls: tuple[str, ...], start: int, **options: Any) -> int:
    """What a venue was asked, answered, told and suffered: a JSON line each, as `check` reads them."""
    from seatrial.bootstrap.fault_door import addresses, ask

    answers = ask(addresses(shared.load(options), urls, venue), "GET", f"/control/history?from={start}")
    for answer in answers.values():
        for operation in answer["operations"]:
            click.echo(json.dumps(operation, separators=(",", ":")))
    return exits.OK


def _rows_of(file: Path) -> list[dict[str, object]]:
    import msgspec

    from seatrial.domain.faults import BadSetting
    from seatrial.emulators.faults import read_faults

    try:
        faults = read_faults(file)
    except BadSetting as refused:
        raise click.UsageError(str(refused)) from refused
    defaults = msgspec.to_builtins(type(faults[0])("", "")) if faults else {}
    return [
        {name: value for name, value in msgspec.to_builtins(one).items() if value != defaults[name]} for one in faults
    ]


def _refuse_early(rows: Sequence[Mapping[str, object]]) -> None:
    """What no door would take is refused here, before one is asked."""
    from seatrial.domain.faults import BadSetting
    from seatrial.emulators.faults import parse_faults

    try:
        parse_faults(json.dumps({"faults": rows}).encode())
    except BadSetting as refused:
        raise click.UsageError(str(refused)) from refused


def _row_of(kind: str, parameters: Sequence[str]) -> dict[str, object]:
    row: dict[str, object] = {"kind": kind}
    for pair in parameters:
        name, equals, raw = pair.partition("=")
        if not equals:
            raise click.UsageError(f"{pair!r} is not NAME=VALUE, such as count_max=1")
        row[name] = _value_of(raw)
    return row


def _value_of(raw: str) -> object:
    """A number where it is one."""
    for number in (int, float):
        try:
            return number(raw)
        except ValueError:
            continue
    return raw


def _show(answers: Answers, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(answers))
        return
    for name, answer in answers.items():
        if not answer["faults"]:
            click.echo(f"{name}: nothing is set")
        for one in answer["faults"]:
            click.echo(f"{name}: {one['name']} ({one['kind']}) has struck {answer['struck'][one['name']]} times")


fault.add_command(check)
