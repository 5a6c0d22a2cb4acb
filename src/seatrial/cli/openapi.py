"""`seatrial openapi`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from seatrial.cli import exits

ROLES = ("execution", "market-data", "signals", "orchestrator", "observability", "watch", "dashboard")


@click.command(
    epilog="""\b
Examples:
  seatrial openapi --output openapi.json
  seatrial openapi --role execution
  seatrial openapi --postman --output seatrial.postman_collection.json

Needs no running system. A running one serves the same at /openapi.json, and for people at /docs.
"""
)
@click.option("--role", type=click.Choice(ROLES), help="Of one role only, with its paths as that role has them.")
@click.option("--postman", is_flag=True, help="A Postman collection instead.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write there instead of printing.")
def openapi(role: str | None, postman: bool, output: Path | None) -> int:
    """Describe every door: paths, parameters, bodies, answers, and the scopes each one needs."""
    from seatrial.bootstrap.descriptions import described

    text = json.dumps(described(role, postman=postman), indent=2) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        click.echo(f"{output} is written", err=True)
    return exits.OK
