"""Every role is healthy within two minutes of its start, and all of them run this release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from seatrial.release.gates.asked import Asked, several
from seatrial.release.verdict import GateResult

HEALTH_SECONDS_MAX = 120


@dataclass(frozen=True, slots=True)
class Deployed:
    """What the doors say. `statuses` by door, `releases` by role (None: it runs no sealed release)."""

    statuses: Mapping[str, str]
    releases: Mapping[str, str | None]
    up_s: int | None  # since the newest role was started; None: nothing runs


def evaluate(seen: Deployed, release_id: str, asked: Asked, *, seconds_max: int = HEALTH_SECONDS_MAX) -> GateResult:
    """PENDING while it may still come up; FAIL for what is unhealthy later, or runs something else."""
    if seen.up_s is None:
        return asked.lacks("nothing runs")
    strangers = sorted(role for role, running in seen.releases.items() if running != release_id)
    if strangers:
        named = several([f"{role} runs {seen.releases[role] or 'no sealed release'}" for role in strangers])
        return asked.lacks(f"{named}, not {release_id}")
    sick = sorted(door for door, status in seen.statuses.items() if status != "healthy")
    if not sick:
        return asked.passes(f"{len(seen.statuses)} doors healthy, {len(seen.releases)} roles run {release_id}")
    named = several([f"{door}: {seen.statuses[door]}" for door in sick])
    if seen.up_s < seconds_max:
        return asked.waits(f"{named}; {seen.up_s} s after the start")
    return asked.fails(f"{named}; {seen.up_s} s after the start, {seconds_max} s are allowed")
