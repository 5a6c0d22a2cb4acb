"""`seatrial approve`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared


@click.command(
    epilog="""\b
Examples:
  seatrial approve 3f2a --key anna --comment "read the evidence, limits are right"

\b
The signature is bound to this release, its policy and the evidence up to the last checkpoint: it is worth
nothing for any other. `seatrial key new NAME` makes a key.
"""
)
@click.argument("release_id", metavar="RELEASE")
@click.option("--key", "owner", metavar="NAME", help="Whose key signs; by default the only one on this machine.")
@click.option("--comment", default="", metavar="TEXT", help="Why; it stands in the evidence.")
@shared.json_option
@shared.settings_options
def approve(release_id: str, owner: str | None, comment: str, as_json: bool, **options: Any) -> int:
    """Sign for a release that waits for people."""
    from seatrial.bootstrap.releases.approving import approve as sign
    from seatrial.bootstrap.releases.journey import which_release

    settings = shared.load({**options, "stage": options.get("stage") or "staging"})
    manifest = which_release(settings, release_id)
    done = sign(settings, manifest, owner=owner, comment=comment)
    if as_json:
        click.echo(json.dumps({"release": manifest.id, **asdict(done)}))
    else:
        click.echo(f"{done.owner} approves {manifest.id}, over the first {done.size} records of evidence ({done.key})")
        click.echo("next: seatrial promote prod")
    return exits.OK
