"""New York time, for the clock and the calendar: UTC-5, or UTC-4 from March's second to November's first Sunday.

The rule holds since 2007. Written out so that a machine without a time zone database gives the same answers.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from seatrial.domain.time import HOUR_NS, SECOND_NS, parse_rfc3339

STANDARD = timezone(timedelta(hours=-5))
DAYLIGHT = timezone(timedelta(hours=-4))


def new_york(at_ns: int) -> datetime:
    """An instant as New York's clocks show it, to the microsecond."""
    seconds, nanos = divmod(at_ns, SECOND_NS)
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=nanos // 1_000)
    begins = _sunday(moment.year, 3, 2).replace(hour=7)
    ends = _sunday(moment.year, 11, 1).replace(hour=6)
    return moment.astimezone(DAYLIGHT if begins <= moment < ends else STANDARD)


def midnight_ns(day: str) -> int:
    """When a day `YYYY-MM-DD` begins in New York."""
    standard_ns = parse_rfc3339(f"{day}T05:00:00Z")
    return standard_ns - HOUR_NS if new_york(standard_ns).tzinfo is DAYLIGHT else standard_ns


def _sunday(year: int, month: int, which: int) -> datetime:
    first = datetime(year, month, 1, tzinfo=UTC)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (which - 1))
