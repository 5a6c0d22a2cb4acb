"""Live credentials exist in prod only, and what a stage needs is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from seatrial.release.gates.asked import Asked, several
from seatrial.release.verdict import GateResult


@dataclass(frozen=True, slots=True)
class CredentialsSeen:
    """Names of what was found, never values.

    `live` are live credentials, `missing` are those the mode cannot do without, `live_hosts` are endpoint
    settings that name a live host, each with that host.
    """

    stage: str
    mode: str
    live: tuple[str, ...]
    missing: tuple[str, ...]
    live_hosts: Mapping[str, str]


def evaluate(seen: CredentialsSeen, asked: Asked) -> GateResult:
    """FAIL where a live key or host stands outside prod, or a needed key is absent."""
    if seen.stage != "prod" and seen.live:
        return asked.fails(
            f"{several(seen.live)} found in {seen.stage} environment: live credentials exist in prod only"
        )
    if seen.mode != "live" and seen.live_hosts:
        named = several([f"{setting} = {host}" for setting, host in sorted(seen.live_hosts.items())])
        return asked.fails(f"mode {seen.mode} with a live host: {named}")
    if seen.missing:
        return asked.fails(f"{several(seen.missing)} not found: mode {seen.mode} cannot do without")
    where = "local venues only" if seen.mode in {"sim", "dry_run"} else f"the venues' {seen.mode} accounts"
    kept = "no live credential" if seen.stage != "prod" else "the credentials of prod"
    return asked.passes(f"stage {seen.stage}, mode {seen.mode}: {where}, {kept} in this environment")
