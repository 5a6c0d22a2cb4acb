"""`seatrial evidence verify | export | list | show | checkpoint`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared

LISTED = 20
INCOMPLETE = 2


@click.group()
def evidence() -> None:
    """Read, check and hand over the evidence of releases."""


@evidence.command(
    epilog="""\b
Examples:
  seatrial evidence verify                          every chain of this installation
  seatrial evidence verify bundle-3f2a9c01d4e5f607.tar
  seatrial evidence verify /mnt/copy/staging --note kept-elsewhere/1042.note

\b
Needs no network, no settings and no running system. Exit codes: 0 it holds, 1 something was altered (the
first altered record is named), 2 something is missing to say so. A chain on its own cannot show that its end
was cut off: checkpoints kept elsewhere (--note) can.
"""
)
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--note", "notes", multiple=True, type=click.Path(path_type=Path), help="A checkpoint kept elsewhere.")
@shared.json_option
@shared.settings_options
def verify(path: Path | None, notes: tuple[Path, ...], as_json: bool, **options: Any) -> int:
    """Check that evidence is whole and that its promotions follow from it."""
    from seatrial.bootstrap.evidence_files import chains_below, known_policies
    from seatrial.release.verify import verify as check

    folder = shared.load(options).evidence if path is None else path
    found = chains_below(folder)
    code, told = exits.OK, []
    for each in found:
        outcome = check(each, policies=known_policies(folder), notes=notes)
        code = 1 if 1 in {code, outcome.exit_code} else max(code, outcome.exit_code)
        findings = [str(finding) for finding in outcome.findings]
        body = {"path": str(each), "records": outcome.records, "steps": outcome.steps, "signed": outcome.signed_size}
        told.append(
            {
                **body,
                "phases": {release: case.phase for release, case in outcome.cases.items()},
                "exit_code": outcome.exit_code,
                "findings": findings,
            }
        )
        if not as_json:
            _print_outcome(told[-1])
    if as_json:
        click.echo(json.dumps({"holds": code == exits.OK, "chains": told}))
    elif not found:
        click.echo(f"there is no evidence in {folder} yet")
    return code


@evidence.command(epilog="\b\nExample:\n  seatrial evidence export --release 3f2a --output bundle.tar --stage staging")
@click.option("--release", "release_id", metavar="ID", help="By default the release this folder is.")
@click.option("--output", type=click.Path(path_type=Path), help="By default bundle-<release>.tar here.")
@shared.json_option
@shared.settings_options
def export(release_id: str | None, output: Path | None, as_json: bool, **options: Any) -> int:
    """Write everything about a release into one signed file that anybody can verify."""
    from seatrial.bootstrap.evidence_files import export_bundle
    from seatrial.bootstrap.releases.journey import which_release

    settings = shared.load(options)
    path, digest = export_bundle(settings, which_release(settings, release_id), output)
    if as_json:
        click.echo(json.dumps({"path": str(path), "sha256": digest}))
    else:
        click.echo(f"{path}\nsha256 {digest}\nanybody may check it: seatrial evidence verify {path.name}")
    return exits.OK


@evidence.command("list", epilog="\b\nExample:\n  seatrial evidence list --stage staging --last 50")
@click.option("--last", type=click.IntRange(1, 10_000), default=LISTED, show_default=True, help="How many records.")
@shared.json_option
@shared.settings_options
def list_all(last: int, as_json: bool, **options: Any) -> int:
    """The newest records of a stage's chain."""
    from seatrial.bootstrap.evidence_files import newest
    from seatrial.bootstrap.releases.telling import gist

    records = newest(shared.load(options), last)
    if as_json:
        click.echo(json.dumps([json.loads(record.line()) for record in records]))
        return exits.OK
    for record in records:
        release = (record.draft.release or "")[7:23]
        click.echo(
            f"{record.seq:>6}  {json.loads(record.line())['ts'][:19]}  {record.type:<16} {release:<16}  {gist(record)}"
        )
    if not records:
        click.echo("no record yet: `seatrial release seal` writes the first")
    return exits.OK


@evidence.command(epilog="\b\nExample:\n  seatrial evidence show 12 --stage dev")
@click.argument("seq", type=click.IntRange(1))
@shared.settings_options
def show(seq: int, **options: Any) -> int:
    """One record, whole."""
    from seatrial.bootstrap.evidence_files import record_at

    click.echo(json.dumps(json.loads(record_at(shared.load(options), seq).line()), indent=2))
    return exits.OK


@evidence.command(epilog="\b\nExample:\n  seatrial evidence checkpoint --stage staging")
@shared.json_option
@shared.settings_options
def checkpoint(as_json: bool, **options: Any) -> int:
    """Sign the chain as it stands. A copy of the note belongs on another machine: only there does it protect."""
    from seatrial.bootstrap.evidence_files import sign_checkpoint

    path, size = sign_checkpoint(shared.load(options))
    if as_json:
        click.echo(json.dumps({"note": str(path), "size": size}))
    else:
        click.echo(f"{size} records signed: {path}\nkeep a copy of that file on another machine")
    return exits.OK


def _print_outcome(told: dict[str, Any]) -> None:
    for finding in told["findings"]:
        click.secho(finding, fg="red" if told["exit_code"] == 1 else "yellow")
    counted = f"{told['records']} records, {told['steps']} steps run again, {told['signed']} under a signature"
    word, colour = {0: ("holds", "green"), 1: ("ALTERED", "red")}.get(told["exit_code"], ("incomplete", "yellow"))
    click.echo(f"{told['path']}: {click.style(word, fg=colour)} ({counted})")
