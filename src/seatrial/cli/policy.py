"""`seatrial policy`: what a release has to prove, looked at and checked."""

from __future__ import annotations

import json
from pathlib import Path

import click

from seatrial.bootstrap.clock import WallClock
from seatrial.cli import exits
from seatrial.cli import options as shared
from seatrial.domain.faults import EvidenceFault
from seatrial.release.canonical import parse
from seatrial.release.keys import Keyring, PublicKey
from seatrial.release.policy import Policy
from seatrial.release.policy_file import BUILT_IN, load_policy
from seatrial.release.policy_floor import lint as lint_policy


@click.group(
    epilog=f"""\b
Policies that come with Seatrial: {", ".join(BUILT_IN)}
Examples:
  seatrial policy show                     the default policy, as it is written
  seatrial policy show solo --json         what it comes to, references resolved
  seatrial policy lint config/policy.yaml  whether it asks for less than it must"""
)
def policy() -> None:
    """Look at a promotion policy, or check one."""


@policy.command(epilog="\b\nExample:\n  seatrial policy show rehearsed-promotion")
@click.argument("name_or_file", default="default")
@shared.json_option
def show(name_or_file: str, as_json: bool) -> None:
    """Show a policy: NAME_OR_FILE is a built-in name or a path, `default` unless told."""
    found, text = load_policy(name_or_file)
    if as_json:
        told = {"name": found.name, "digest": found.digest, "arms_live": found.arms_live, "policy": found.document}
        click.echo(json.dumps(told, indent=2))
        return
    click.echo(f"# {_sentence(found)}\n{text}", nl=False)


@policy.command(epilog="\b\nExample:\n  seatrial policy lint config/policy.yaml --keys keys.json")
@click.argument("name_or_file", default="default")
@click.option(
    "--keys", "keys_file", type=click.Path(path_type=Path), help="keys.json of a bundle, for a signed override"
)
@shared.json_option
def lint(name_or_file: str, keys_file: Path | None, as_json: bool) -> int:
    """Check a policy: unknown keys, wrong values, and whether it is weaker than the floor, which ends with 1."""
    found, _ = load_policy(name_or_file)
    against = lint_policy(found, _keys(keys_file), WallClock().now_ns())
    if as_json:
        click.echo(json.dumps({"name": found.name, "digest": found.digest, "weaker": against}, indent=2))
    elif against:
        click.echo("\n".join([f"{found.name} asks for less than the floor:", *(f"  {each}" for each in against)]))
    else:
        click.echo(_sentence(found))
    return exits.FAILED if against else exits.OK


def _sentence(found: Policy) -> str:
    need = found.approvals.need
    people = (
        f"{need} approval{'' if need == 1 else 's'}, {found.cooling_off_ns // 3_600_000_000_000} h to think it over"
    )
    reach = f"arms live, at most {found.capital_max} of the account" if found.arms_live else "can never arm live"
    return f"{found.name} {found.digest}: {people}; {reach}"


def _keys(path: Path | None) -> Keyring:
    """The register a bundle carries; empty without one."""
    keys = Keyring()
    if path is None:
        return keys
    try:
        told = parse(path.read_bytes())
    except OSError as fault:
        raise EvidenceFault(f"{path} cannot be read: {fault.strerror}") from fault
    for each in told if isinstance(told, list) else []:
        if isinstance(each, dict):
            keys.add(PublicKey.parse(each))
    return keys
