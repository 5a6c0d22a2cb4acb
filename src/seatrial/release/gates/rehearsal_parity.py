"""A rehearsal of this release ended exactly as its backtest, to the unit, and its journal replays."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.release.gates.asked import Asked
from seatrial.release.verdict import GateResult

SESSIONS_MIN = 1


@dataclass(frozen=True, slots=True)
class RehearsalSeen:
    """One rehearsal. Fingerprints are those of promise 1: equal where the outcome is equal to the unit."""

    sessions: int
    backtest: str
    rehearsal: str
    replays: bool
    difference: str
    fills: int


def evaluate(seen: RehearsalSeen | None, asked: Asked, *, sessions_min: int = SESSIONS_MIN) -> GateResult:
    """FAIL on one unit of difference; INCONCLUSIVE where nothing was traded, so nothing was compared."""
    if seen is None:
        return asked.lacks("this release was not rehearsed")
    if seen.backtest != seen.rehearsal:
        return asked.fails(f"rehearsal and backtest differ: {seen.difference or 'no trade of either explains it'}")
    if not seen.replays:
        return asked.fails("the journal of the rehearsal does not replay to the same state")
    if seen.fills == 0:
        return asked.doubts(f"nothing was filled in {seen.sessions} sessions: there is nothing to compare")
    if seen.sessions < sessions_min:
        return asked.waits(f"{seen.sessions} of {sessions_min} sessions were rehearsed")
    return asked.passes(f"{seen.sessions} sessions, {seen.fills:,} fills: equal to the unit, and the journal replays")
