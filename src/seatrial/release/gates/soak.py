"""The release ran long enough, in real time: hours of wall time *and* whole sessions of every calendar it trades.

Written from what the platform's own recorder measured, never from what anybody says. Running another release in
between starts the count again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from seatrial.domain.time import HOUR_NS, MINUTE_NS
from seatrial.release.gates.asked import Asked
from seatrial.release.verdict import GateResult, JsonValue

WALL_HOURS = 48
SESSIONS = 10
UPTIME_MIN_PERCENT = 95


@dataclass(frozen=True, slots=True)
class SessionSeen:
    """A trading session as far as it was measured. Times are wall time; `up_ns` lies inside the session."""

    calendar: str
    label: str  # its day
    start_ns: int
    end_ns: int
    up_ns: int


@dataclass(frozen=True, slots=True)
class SoakWindow:
    """One span the recorder measured. `release` is None where what ran was not sealed."""

    release: str | None
    start_ns: int
    end_ns: int
    up_ns: int
    sessions: tuple[SessionSeen, ...] = ()
    unknown_orders: int = 0
    breaks: int = 0


@dataclass(frozen=True, slots=True)
class SoakNeeds:
    """What a policy asks for."""

    wall_hours: int = WALL_HOURS
    sessions: int = SESSIONS
    uptime_min_percent: int = UPTIME_MIN_PERCENT


@dataclass(slots=True)
class Soaked:
    """What counts of the windows: since the last time another release ran here."""

    up_ns: int = 0
    first_ns: int = 0
    last_ns: int = 0
    resets: int = 0
    sessions: dict[tuple[str, str], SessionSeen] = field(default_factory=dict)


def soaked(windows: Sequence[SoakWindow], release_id: str) -> Soaked:
    """Add up the windows, oldest first."""
    found = Soaked()
    for window in windows:
        if window.release != release_id:
            if found.up_ns:
                found = Soaked(resets=found.resets + 1)
            continue
        found.first_ns = found.first_ns or window.start_ns
        found.last_ns = window.end_ns
        found.up_ns += window.up_ns
        for session in window.sessions:
            key = session.calendar, session.label
            known = found.sessions.get(key)
            up_ns = session.up_ns + (known.up_ns if known else 0)
            found.sessions[key] = SessionSeen(session.calendar, session.label, session.start_ns, session.end_ns, up_ns)
    return found


def complete(session: SessionSeen, last_ns: int, uptime_min_percent: int) -> bool:
    """Whether a session is over and was measured for nearly all of it."""
    whole_ns = session.end_ns - session.start_ns
    return session.end_ns <= last_ns + MINUTE_NS and session.up_ns * 100 >= whole_ns * uptime_min_percent


def evaluate(
    windows: Sequence[SoakWindow], release_id: str, calendars: Sequence[str], needs: SoakNeeds, asked: Asked
) -> GateResult:
    """PENDING until every part is there."""
    found = soaked(windows, release_id)
    if not found.up_ns:
        return asked.lacks(f"the recorder has not seen {release_id} run" + _reset_note(found))
    counts = {
        calendar: sum(
            complete(session, found.last_ns, needs.uptime_min_percent)
            for (own, _), session in found.sessions.items()
            if own == calendar
        )
        for calendar in calendars
    }
    hours = found.up_ns // HOUR_NS
    result: Mapping[str, JsonValue] = {"wall_hours": hours, "sessions": dict(counts), "resets": found.resets}
    told = f"{hours} of {needs.wall_hours} h" + "".join(
        f", {count} of {needs.sessions} {calendar} sessions" for calendar, count in counts.items()
    )
    if hours < needs.wall_hours or any(count < needs.sessions for count in counts.values()):
        return asked.waits(told + _reset_note(found), **result)
    return asked.passes(told, **result)


def _reset_note(found: Soaked) -> str:
    if not found.resets:
        return ""
    return f"; started again {found.resets} time{'s' * (found.resets > 1)}, as something else ran in between"
