"""A rehearsal as evidence: of the sealed release this folder was before it began and still is when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.bootstrap.evidence import Recorded, append
from seatrial.bootstrap.releases.collect import collect
from seatrial.bootstrap.releases.tree import sealed_here, unsealed
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import SeatrialFault
from seatrial.release.manifest import Manifest
from seatrial.release.verdict import ClockKind, JsonObject, VenueKind

if TYPE_CHECKING:
    from seatrial.bootstrap.rehearsing import Rehearsed


def about_to_rehearse(settings: Settings) -> Manifest | None:
    """The sealed release a rehearsal with these settings would run; None where it would run something else."""
    try:
        sealed = sealed_here(settings)
        if sealed is None or not collect(settings, source=False).same_running(sealed):
            return None
    except SeatrialFault:
        return None
    return sealed


def record_rehearsal(settings: Settings, before: Manifest | None, done: Rehearsed) -> Recorded:
    """Append the outcome to the chain of the settings' stage, in virtual time against emulated venues.

    Raises:
        EvidenceFault: the chain cannot be written.
    """
    after = about_to_rehearse(settings)
    if before is None or after is None or after.id != before.id:
        return Recorded(None, unsealed(settings))
    body: JsonObject = {
        "gate": "rehearsal_parity",
        "sessions": done.sessions,
        "backtest": done.backtest.outcome_fingerprint,
        "rehearsal": done.rehearsal.outcome_fingerprint,
        "replays": done.rehearsal.replays,
        "difference": done.difference or "",
        "fills": sum(tally.fills for tally in done.rehearsal.tallies.values()),
        "market": [str(note) for note in done.notes],
    }
    append(
        settings,
        "measurement",
        before.digest,
        body,
        clock=ClockKind.VIRTUAL,
        venue=VenueKind.EMULATED,
        actor="rehearse",
    )
    return Recorded(before.id, "")
