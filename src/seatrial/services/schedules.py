"""When a strategy acts: on every bar close, every so many seconds, or at a time of the day on trading days.

    on bar close               its decisions go out as they are made (the default)
    every 60 s                 what it decided last goes out every 60 seconds; also `5 min`, `2 h`
    15:30 America/New_York     once a trading day of the account's market, at that time of that zone

A time of the day is exact over clock changes: one that a spring change skips is taken as if the clocks had not
changed yet (02:30 becomes 03:30), one that an autumn change repeats is its first. On a day that closes early a run
that would come less than half an hour before the close, or between it and the usual close, moves to half an hour
before the early one. Everything here is pure: text and sessions in, instants out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from seatrial.domain.bars import Session
from seatrial.domain.faults import RequestFault
from seatrial.domain.time import HOUR_NS, MINUTE_NS, SECOND_NS, rfc3339

EVERY_SECONDS_MAX = 86_400
EARLY_LEAD_NS = 30 * MINUTE_NS  # how long before an early close a run happens at the latest
REGULAR_NS = 6 * HOUR_NS + 30 * MINUTE_NS  # of a session that does not close early; only XNYS has such days
ACCEPTED = "`on bar close`, `every 60 s` (up to a day) or `15:30 America/New_York`"

_EVERY = re.compile(r"every (\d{1,6}) ?(s|sec|second|seconds|m|min|minute|minutes|h|hour|hours)")
_DAILY = re.compile(r"(\d{1,2}):(\d{2}) ([A-Za-z][A-Za-z0-9_+\-/]{0,62})")
_SECONDS = {"s": 1, "m": 60, "h": 3_600}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OnBarClose:
    """Decisions go out as they are made."""

    def __str__(self) -> str:
        return "on bar close"


@dataclass(frozen=True, slots=True)
class Every:
    """A run every so many seconds: of the platform's clock, or of the market's where time is virtual."""

    seconds: int

    def __str__(self) -> str:
        return f"every {self.seconds} s"


@dataclass(frozen=True, slots=True)
class Daily:
    """A run on every trading day, at a time of the day in a zone. Follows market time."""

    hour: int
    minute: int
    zone: str

    def __str__(self) -> str:
        return f"{self.hour:02d}:{self.minute:02d} {self.zone}"


Schedule = OnBarClose | Every | Daily


@dataclass(frozen=True, slots=True)
class Planned:
    """One run. `moved` says why it is not at the time that was asked for."""

    at_ns: int
    moved: str | None = None


@lru_cache(maxsize=64)
def parse_schedule(text: str) -> Schedule:
    """A schedule in words.

    Raises:
        RequestFault: not one of the three forms, a zone nobody knows, or an interval beyond a day.
    """
    words = " ".join(text.split()) if isinstance(text, str) else ""
    if words.lower() == str(OnBarClose()):
        return OnBarClose()
    if found := _EVERY.fullmatch(words.lower()):
        seconds = int(found[1]) * _SECONDS[found[2][0]]
        if 0 < seconds <= EVERY_SECONDS_MAX:
            return Every(seconds)
    if found := _DAILY.fullmatch(words):
        hour, minute = int(found[1]), int(found[2])
        if hour < 24 and minute < 60 and _is_zone(found[3]):
            return Daily(hour, minute, found[3])
    raise RequestFault("schedule", ACCEPTED, text)


def next_run(schedule: Schedule, after_ns: int, sessions: Sequence[Session]) -> Planned | None:
    """The first run after an instant; for `every` the instant is that of the run before.

    `sessions` are the days that count, and none but those within them is found. None where bars decide, or
    where the sessions end.
    """
    match schedule:
        case OnBarClose():
            return None
        case Every(seconds):
            return Planned(after_ns + seconds * SECOND_NS)
        case Daily():
            runs = [run for session in sessions if (run := on_day(schedule, session)).at_ns > after_ns]
            return min(runs, key=lambda run: run.at_ns, default=None)


def last_run(schedule: Daily, at_ns: int, sessions: Sequence[Session]) -> Planned | None:
    """The newest run at or before an instant; None where the sessions hold none."""
    runs = [run for session in sessions if (run := on_day(schedule, session)).at_ns <= at_ns]
    return max(runs, key=lambda run: run.at_ns, default=None)


def on_day(schedule: Daily, session: Session) -> Planned:
    """The run of one trading day."""
    asked_ns = _instant_ns(date.fromisoformat(session.day), schedule)
    latest_ns = session.close_ns - EARLY_LEAD_NS
    if not session.early_close or not latest_ns < asked_ns < session.open_ns + REGULAR_NS:
        return Planned(asked_ns)
    why = f"{schedule} is moved to {rfc3339(latest_ns)}: {session.day} closes early, at {rfc3339(session.close_ns)}"
    return Planned(latest_ns, why)


def _instant_ns(day: date, schedule: Daily) -> int:
    """The instant of a wall time; `fold=0` is what the module's docstring says of clock changes."""
    local = datetime.combine(day, time(schedule.hour, schedule.minute), ZoneInfo(schedule.zone))
    span = local.astimezone(UTC) - _EPOCH
    return (span.days * 86_400 + span.seconds) * SECOND_NS


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
