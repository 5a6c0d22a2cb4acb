"""`seatrial key new | list | revoke`."""

from __future__ import annotations

import json
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared

ROLES = ("risk", "engineer", "operator")


@click.group()
def key() -> None:
    """Keys with which people sign approvals."""


@key.command(
    epilog="""\b
Examples:
  seatrial key new anna@example.org --role risk
  seatrial key new ben --role engineer --json

\b
The private half is evidence/keys/NAME.key, readable by you alone; keep it off shared machines. Whoever wrote
a change may not approve it: name the key like the e-mail address of your commits.
"""
)
@click.argument("name")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), default=("engineer",), show_default=True)
@shared.json_option
@shared.settings_options
def new(name: str, roles: tuple[str, ...], as_json: bool, **options: Any) -> int:
    """Make a key for NAME and tell every chain of it."""
    from seatrial.bootstrap.releases.keys import key_path, new_key

    settings = shared.load(options)
    made = new_key(settings, name, roles)
    if as_json:
        click.echo(json.dumps(made.body()))
    else:
        click.echo(f"{made.id} signs for {name} ({', '.join(roles)}); the private half is {key_path(settings, name)}")
    return exits.OK


@key.command("list", epilog="\b\nExample:\n  seatrial key list --stage staging")
@shared.json_option
@shared.settings_options
def list_all(as_json: bool, **options: Any) -> int:
    """Every key the stage's chain was told of."""
    from seatrial.bootstrap.evidence import chain_of
    from seatrial.release.drive import Follower

    keys = Follower(chain_of(shared.load(options))).catch_up().keys.all()
    if as_json:
        click.echo(json.dumps([each.body() for each in keys]))
        return exits.OK
    for each in keys:
        ended = "revoked" if each.valid_to_ns else "valid"
        click.echo(f"{each.id}  {each.owner:<28} {', '.join(each.roles):<20} {ended}")
    if not keys:
        click.echo("no key yet; `seatrial key new NAME --role risk` makes one")
    return exits.OK


@key.command(epilog="\b\nExample:\n  seatrial key revoke ben")
@click.argument("name")
@shared.json_option
@shared.settings_options
def revoke(name: str, as_json: bool, **options: Any) -> int:
    """End the key of NAME on this machine: it signs nothing from now on; what it signed before still counts."""
    from seatrial.bootstrap.releases.keys import revoke_key

    ended = revoke_key(shared.load(options), name)
    click.echo(json.dumps({"key": ended}) if as_json else f"{ended} of {name} is revoked")
    return exits.OK
