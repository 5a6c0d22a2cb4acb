"""What a bias detector found, printed; and the exit code it leads to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from seatrial.cli import exits

if TYPE_CHECKING:
    from seatrial.runs.bias.said import BiasReport

_TONES = {"CLEAN": "green", "BIASED": "red", "INCONCLUSIVE": "yellow"}


def print_report(report: BiasReport, as_json: bool) -> int:
    """Only CLEAN ends with 0: silence is not evidence."""
    if as_json:
        click.echo(json.dumps(report.body()))
    else:
        click.secho(f"{report.verdict.value}  {report.strategy}: {report.reason}", fg=_TONES[report.verdict.value])
        if report.remedy:
            click.echo(report.remedy)
    return exits.OK if report.verdict.value == "CLEAN" else exits.FAILED
