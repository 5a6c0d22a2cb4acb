"""Evidence as commands write it: which release was measured, and the record that says so.

A measurement counts for the release that ran, and for no other. Where what ran is not sealed nothing is recorded,
and the answer says why.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.running_file import Running, running_of, running_of_file
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.stages import Mode
from seatrial.release.chain import Chain
from seatrial.release.record import Actor, Draft, Record
from seatrial.release.verdict import ClockKind, JsonValue, VenueKind

ANSWER_SECONDS_MAX = 2.0
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Recorded:
    """Which release a measurement became evidence of; None, and why, where of none."""

    release: str | None
    note: str

    def line(self) -> str:
        """For the terminal."""
        if self.release is None:
            return f"not recorded as evidence: {self.note}"
        return f"recorded as evidence of release {self.release}"


def chain_of(settings: Settings, stage: str | None = None) -> Chain:
    """The evidence of a stage, by default of this one."""
    return Chain(settings.evidence, stage or str(settings.stage), WallClock())


def venue_kind(mode: Mode) -> VenueKind:
    """What stands at the other end of an order in this mode."""
    return {Mode.LIVE: VenueKind.LIVE, Mode.PAPER: VenueKind.PAPER}.get(mode, VenueKind.EMULATED)


def running_release(settings: Settings, token: str | None = None) -> Running:
    """Ask the platform of these settings which release it runs."""
    url = f"http://{settings.host}:{settings.ports.execution}/api/v1/config"
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {token}"} if token else {})
    try:
        with _NO_PROXY.open(request, timeout=ANSWER_SECONDS_MAX) as response:
            told = json.loads(response.read())
    except (OSError, ValueError):
        return running_of_file(settings)
    return running_of(told.get("release"), told.get("release_note"), told)


def record_measurement(settings: Settings, gate: str, body: Mapping[str, Any], token: str | None = None) -> Recorded:
    """Record what was measured on the running platform, such as a smoke check, as evidence of what it runs.

    `body` holds text, whole numbers, booleans and lists of them; `gate` names the gate it speaks to.

    Raises:
        EvidenceFault: the chain cannot be written.
    """
    from seatrial.bootstrap.releases.store import ReleaseStore

    running = running_release(settings, token)
    if running.release is None:
        return Recorded(None, running.note)
    if (running.stage, running.mode) != (str(settings.stage), str(settings.mode)):
        asked = f"stage {settings.stage}, mode {settings.mode}"
        return Recorded(None, f"the platform is in stage {running.stage}, mode {running.mode}, not {asked}")
    digest = ReleaseStore(settings.evidence).get(running.release).digest
    append(settings, "measurement", digest, {"gate": gate, **body})
    return Recorded(running.release, "")


def append(
    settings: Settings,
    type: str,
    release: str | None,
    body: Mapping[str, JsonValue],
    *,
    clock: ClockKind = ClockKind.WALL,
    policy: str | None = None,
    stage: str | None = None,
    actor: str = "seatrial",
    venue: VenueKind | None = None,
) -> Record:
    """One record of this stage, written by the program itself. `release` and `policy` are full digests.

    Raises:
        EvidenceFault: it cannot be written.
    """
    env = stage or str(settings.stage)
    draft = Draft(type, release, policy, env, Actor("service", actor), body, clock, venue or venue_kind(settings.mode))
    return chain_of(settings, env).append(draft)
