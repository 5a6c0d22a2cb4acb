"""What the commands of `seatrial data` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from seatrial.cli import options as shared

if TYPE_CHECKING:
    from seatrial.bootstrap.settings import Settings

catalog_option = click.option("--catalog", metavar="DIR", help="Folder of the catalog.  [catalog]")


def load(options: dict[str, Any], catalog: str | None) -> Settings:
    """The settings, with the catalog's folder on top."""
    options["others"] = {**options.get("others", {}), **({"catalog": catalog} if catalog else {})}
    return shared.load(options)
