"""`seatrial release seal | show | diff | list`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared

if TYPE_CHECKING:
    from seatrial.release.differences import Difference
    from seatrial.release.manifest import Manifest

CLASSES = ("config-minor", "platform", "strategy-material", "emergency-fix")
CHANGES_SHOWN_MAX = 40


@click.group()
def release() -> None:
    """Seal what would run as a release, and compare releases."""


@release.command(
    epilog="""\b
Examples:
  seatrial release seal
  seatrial release seal --strategy strategies/trend.py --policy solo
  seatrial release seal --json

A release is named by its content: the same tree is the same release, also in another clone. Sealing the
same tree again changes nothing.
"""
)
@click.option("--strategy", "strategies", multiple=True, type=Path, help="Instead of the strategies of the settings.")
@click.option("--policy", metavar="NAME", help="What it has to prove: default, solo or a file.  [release.policy]")
@click.option("--class", "change_class", type=click.Choice(CLASSES), help="Ask for more proof than the change does.")
@shared.json_option
@shared.settings_options
def seal(
    strategies: tuple[Path, ...], policy: str | None, change_class: str | None, as_json: bool, **options: Any
) -> int:
    """Seal code, configuration, strategies and limits as they are in this folder."""
    from seatrial.bootstrap.releases.sealing import seal as seal_here

    sealed = seal_here(shared.load(options), strategies=strategies, policy=policy, change_class=change_class)
    if as_json:
        told = {"release": sealed.manifest.id, "digest": sealed.manifest.digest, "fresh": sealed.fresh}
        change = {"change_class": sealed.change_class, "why": sealed.difference.why, "compared_with": sealed.compared}
        click.echo(json.dumps({**told, **change, "dirty": _dirty(sealed.manifest)}))
        return exits.OK
    done = "sealed" if sealed.fresh else "was sealed before, unchanged:"
    click.echo(f"{done} release {click.style(sealed.manifest.id, bold=True)}")
    if _dirty(sealed.manifest):
        click.secho("  the tree has changes that no commit holds: nobody can check it out again", fg="yellow")
    click.echo(f"  a {sealed.change_class} change: {sealed.difference.why}")
    _print_warnings(sealed.difference)
    click.echo(f"  under policy {sealed.manifest.sections['policy']['name']}; next: seatrial promote staging")
    return exits.OK


@release.command(epilog="\b\nExamples:\n  seatrial release show\n  seatrial release show 3f2a --json")
@click.argument("release_id", metavar="[ID]", required=False)
@shared.json_option
@shared.settings_options
def show(release_id: str | None, as_json: bool, **options: Any) -> int:
    """What a release is made of; by default the one this folder is."""
    from seatrial.bootstrap.releases.journey import which_release
    from seatrial.release.manifest import overlay

    manifest = which_release(shared.load(options), release_id)
    rows = overlay(manifest, "staging", "prod")
    if as_json:
        between = [{"name": name, "staging": below, "prod": above} for name, below, above in rows]
        told = {"release": manifest.id, "digest": manifest.digest, "manifest": manifest.body()}
        click.echo(json.dumps({**told, "staging_vs_prod": between}))
        return exits.OK
    click.echo(f"release {manifest.id}  ({manifest.digest})")
    for path, leaf in manifest.leaves().items():
        click.echo(f"  {'.'.join(path):<58} {_short(leaf)}")
    click.echo("staging and prod differ in " + (f"{len(rows)} settings:" if rows else "nothing"))
    for name, below, above in rows:
        click.echo(f"  {name:<58} {_short(below)} | {_short(above)}")
    return exits.OK


@release.command(epilog="\b\nExample:\n  seatrial release diff 3f2a 91bc")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@shared.json_option
@shared.settings_options
def diff(before: str, after: str, as_json: bool, **options: Any) -> int:
    """What changed from release A to release B, and how much proof that asks for."""
    from seatrial.bootstrap.releases.sealing import compare
    from seatrial.bootstrap.releases.store import ReleaseStore

    settings = shared.load(options)
    store = ReleaseStore(settings.evidence)
    first, second = store.find(before), store.find(after)
    found = compare(settings, first, second)
    if as_json:
        rows = [{"name": change.name, "before": change.before, "after": change.after} for change in found.changes]
        warned = [{"name": each.name, "what": each.what} for each in found.warnings]
        told = {"before": first, "after": second, "change_class": found.change_class, "why": found.why}
        click.echo(json.dumps({**told, "changes": rows, "warnings": warned}))
        return exits.OK
    for change in found.changes[:CHANGES_SHOWN_MAX]:
        click.echo(f"  {change.name:<58} {_short(change.before)} -> {_short(change.after)}")
    if len(found.changes) > CHANGES_SHOWN_MAX:
        click.echo(f"  and {len(found.changes) - CHANGES_SHOWN_MAX} more: --json lists them all")
    _print_warnings(found)
    click.echo(f"{first} -> {second}: a {found.change_class} change, as {found.why}")
    return exits.OK


@release.command("list", epilog="\b\nExample:\n  seatrial release list --json")
@shared.json_option
@shared.settings_options
def list_all(as_json: bool, **options: Any) -> int:
    """Every sealed release, where it stands and what kind of change it was."""
    from seatrial.bootstrap.releases.listing import releases

    rows = releases(shared.load(options))
    if as_json:
        click.echo(json.dumps([row.body() for row in rows]))
        return exits.OK
    if not rows:
        click.echo("nothing is sealed; `seatrial release seal` seals this folder")
        return exits.OK
    from seatrial.cli.tables import print_table

    cells = [(row.release, row.stage, row.phase, row.change_class, row.policy, row.sealed_at[:19]) for row in rows]
    print_table(["release", "stage", "phase", "change", "policy", "sealed"], cells)
    return exits.OK


def _dirty(manifest: Manifest) -> bool:
    return manifest.sections["source"].get("dirty") is True


def _short(leaf: object) -> str:
    text = "-" if leaf is None else str(leaf)
    return text[:16] if len(text) == 64 else text


def _print_warnings(found: Difference) -> None:
    meaning = {
        "removed": "is gone: is nothing reading it any more?",
        "retyped": "means something else than before",
        "revived": "existed in an older release: does old code still wait for it?",
    }
    for each in found.warnings:
        click.secho(f"  {each.name} {meaning[each.what]}", fg="yellow")
