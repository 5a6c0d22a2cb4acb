"""`seatrial token create | list | revoke`."""

from __future__ import annotations

import json
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared

SCOPES = ("viewer", "trader", "operator", "approver")


@click.group()
def token() -> None:
    """Give somebody access to the doors, see who has it, and end it."""


@token.command(
    epilog="""\b
Examples:
  seatrial token create "bot on host 7" --scope trader
  seatrial token create anna --scope operator --scope viewer --expires 30d
  curl -H "Authorization: Bearer $(seatrial token create ci --scope viewer --expires 1h --json | jq -r .token)" ...

\b
Scopes: viewer reads, trader places and cancels orders, operator halts, kills, resumes and cancels,
approver says yes or no to a release. Every token may read. The token is printed once and kept as a hash.
"""
)
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="What it may do.")
@click.option("--expires", default="90d", show_default=True, metavar="SPAN", help="Such as 90d, 12h or 30m.")
@shared.json_option
@shared.settings_options
def create(name: str, scopes: tuple[str, ...], expires: str, as_json: bool, **options: Any) -> int:
    """Make a token for NAME and print it. It is never shown again."""
    from seatrial.bootstrap.token_desk import create_token

    minted = create_token(shared.load(options), name, scopes, expires)
    record = minted.record
    if as_json:
        told = {"id": record.id, "name": record.name, "scopes": record.scopes, "expires_at": record.expires_at}
        click.echo(json.dumps({**told, "token": minted.text}))
        return exits.OK
    click.echo(minted.text)
    click.echo(f"{name}: {', '.join(record.scopes)}, until {record.expires_at}. It is not shown again.", err=True)
    click.echo(f"Use it as `Authorization: Bearer ...`; `seatrial token revoke {record.id}` ends it.", err=True)
    return exits.OK


@token.command("list", epilog="\b\nExample:\n  seatrial token list --json")
@shared.json_option
@shared.settings_options
def list_all(as_json: bool, **options: Any) -> int:
    """Show every token: its scopes, age, end and last use. Never its secret, which nobody has."""
    from dataclasses import asdict

    from seatrial.bootstrap.token_desk import list_tokens

    rows = list_tokens(shared.load(options))
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows]))
        return exits.OK
    if not rows:
        click.echo("there is no token; `seatrial token create NAME --scope viewer` makes one")
        return exits.OK
    from seatrial.cli.tables import print_table

    cells = [
        (
            row.id,
            row.name,
            ", ".join(row.scopes),
            f"{row.state}, due for rotation" if row.due else row.state,
            f"{row.age_days} d",
            row.expires_at[:16],
            (row.last_used_at or "never")[:16],
        )
        for row in rows
    ]
    print_table(["id", "name", "scopes", "state", "age", "expires", "last used"], cells)
    return exits.OK


@token.command(epilog="\b\nExample:\n  seatrial token revoke 1f0c9a3e")
@click.argument("token_id", metavar="ID")
@shared.json_option
@shared.settings_options
def revoke(token_id: str, as_json: bool, **options: Any) -> int:
    """End a token at once, also for whoever is connected with it. Takes the id, not the token."""
    from dataclasses import asdict

    from seatrial.bootstrap.token_desk import revoke_token

    row = revoke_token(shared.load(options), token_id)
    click.echo(json.dumps(asdict(row)) if as_json else f"{row.name} ({row.id}) is revoked since {row.revoked_at}")
    return exits.OK
