"""Gates on the terminal: verdict in colour, why, and the command that would change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from seatrial.release.verdict import GateResult

COLOURS = {"PASS": "green", "WAIVED": "green", "FAIL": "red", "ERROR": "red", "PENDING": "cyan"}
WIDTH_MAX = 110


def print_gates(results: Sequence[GateResult]) -> None:
    """One line a gate; the command stands on a line of its own where there is one."""
    width = max((len(each.gate) for each in results), default=0)
    for each in results:
        verdict = click.style(f"{each.verdict.value:<12}", fg=COLOURS.get(each.verdict.value, "yellow"))
        click.echo(f"{verdict} {each.gate:<{width}}  {each.reason}")
        if each.supply and each.verdict.value != "PASS" and not each.supply.startswith("nothing yet"):
            click.secho(f"{'':<12} {'':<{width}}  -> {each.supply}", dim=True)


def gate_body(result: GateResult) -> dict[str, Any]:
    """One gate for programs."""
    return {**result.body(), "clock": result.clock.value, "venue": result.venue.value}
