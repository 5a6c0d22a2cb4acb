"""`seatrial status`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared

if TYPE_CHECKING:
    from seatrial.bootstrap.operations import RoleStatus


@click.command(
    epilog="""\b
Examples:
  seatrial status
  seatrial status --json | python -m json.tool

Exit code 0 when every role is healthy, 1 otherwise.
"""
)
@shared.json_option
@shared.settings_options
def status(as_json: bool, **options: Any) -> int:
    """Show which roles run and how healthy their doors are."""
    from seatrial.bootstrap import operations
    from seatrial.bootstrap.running_file import running_of_file

    settings = shared.load(options)
    roles = operations.status(settings)
    running = running_of_file(settings)
    healthy = all(role.status == "healthy" for role in roles)
    if as_json:
        told = {"healthy": healthy, "release": running.release, "release_note": running.note}
        click.echo(json.dumps({**told, "roles": [_as_json(role) for role in roles]}))
    else:
        for role in roles:
            _print(role)
        if any(role.pid for role in roles):
            click.echo(f"release   {running.release or f'none: {running.note}'}")
    return exits.OK if healthy else exits.FAILED


def _as_json(role: RoleStatus) -> dict[str, Any]:
    doors = [
        {"name": health.door.name, "port": health.door.port, "status": health.status, "message": health.message}
        for health in role.health
    ]
    return {"role": role.role, "status": role.status, "pid": role.pid, "memory_mb": role.memory_mb, "doors": doors}


def _print(role: RoleStatus) -> None:
    colour = {"healthy": "green", "degraded": "yellow", "stopped": None}.get(role.status, "red")
    about = f"pid {role.pid}, {role.memory_mb} MB" if role.pid else ""
    click.echo(f"{role.role:<9} {click.style(f'{role.status:<11}', fg=colour)} {about}".rstrip())
    for health in role.health:
        click.echo(f"  {health.door.port:<6} {health.door.name:<18} {health.status:<11} {health.message}".rstrip())
