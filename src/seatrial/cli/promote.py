"""`seatrial promote`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared

if TYPE_CHECKING:
    from seatrial.bootstrap.releases.journey import Promotion

BELOW = {"staging": "dev", "prod": "staging"}


@click.command(
    epilog="""\b
Examples:
  seatrial promote staging
  seatrial promote prod --release 3f2a --json

\b
Exit code 0 when the release is in the stage now (or was), 1 when it is held: then every gate that holds it
is listed with the command that would supply it. Nothing is ever promoted for lack of news.
"""
)
@click.argument("target", metavar="STAGE", type=click.Choice(list(BELOW)))
@click.option("--release", "release_id", metavar="ID", help="A sealed release; by default the one this folder is.")
@click.option("--policy", metavar="NAME", help="Refuse unless the release was sealed under this policy.")
@shared.token_option
@shared.json_option
@shared.settings_options
def promote(
    target: str, release_id: str | None, policy: str | None, token: str | None, as_json: bool, **options: Any
) -> int:
    """Take a release to STAGE, or list exactly what is missing."""
    from seatrial.bootstrap.releases.journey import promote as go
    from seatrial.bootstrap.releases.journey import require_policy, which_release

    settings = shared.load({**options, "stage": BELOW[target]})
    manifest = which_release(settings, release_id)
    if policy is not None:
        require_policy(manifest, policy)
    done = go(settings, manifest, target, token)
    if as_json:
        click.echo(json.dumps(_as_json(done, target)))
    else:
        _print(done, target)
    return exits.OK if done.promoted else exits.FAILED


def _as_json(done: Promotion, target: str) -> dict[str, Any]:
    from seatrial.cli.gate_table import gate_body

    return {
        "release": done.release,
        "stage": target,
        "promoted": done.promoted,
        "phase": done.phase,
        "policy": done.policy.name,
        "steps": [step.body() for step in done.steps],
        "missing": [gate_body(each) for each in done.lacking],
        "also_missing": list(done.also),
        "bundle": done.bundle,
    }


def _print(done: Promotion, target: str) -> None:
    from seatrial.cli.gate_table import print_gates

    for step in done.steps:
        click.echo(f"{step.start} -> {step.end}: {step.reason.replace('_', ' ')}")
    if done.promoted:
        click.secho(f"release {done.release} is in {target} (policy {done.policy.name})", fg="green")
        if done.bundle:
            click.echo(f"its evidence so far, signed: {done.bundle}")
        return
    print_gates(done.lacking)
    for each in done.also:
        click.echo(f"{'':<12} {each}")
    count = len(done.lacking)
    what = f"{count} gate{'s' * (count != 1)}" if count else "people or time"
    click.secho(
        f"release {done.release} is held before {target}: {what} missing (policy {done.policy.name})", fg="yellow"
    )
