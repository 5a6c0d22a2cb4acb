"""`seatrial version`."""

from __future__ import annotations

import json
import platform
from importlib import metadata

import click

from seatrial import __version__
from seatrial.cli import options as shared


@click.command()
@shared.json_option
def version(as_json: bool) -> None:
    """Show the versions that decide what a run computes."""
    parts = {"seatrial": __version__, "python": platform.python_version()}
    parts |= {name: metadata.version(name) for name in ("numba", "numpy", "duckdb")}
    click.echo(json.dumps(parts) if as_json else "\n".join(f"{name:<9} {text}" for name, text in parts.items()))
