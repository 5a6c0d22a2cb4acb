"""Local times to UTC, vectorised. An hour that happens twice or not at all is marked and never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.faults import RequestFault
from seatrial.domain.time import DAY_NS, MINUTE_NS, SECOND_NS
from seatrial.market.sessions import utc_date

_MARGIN_NS = 2 * DAY_NS


@dataclass(frozen=True, slots=True)
class Converted:
    """UTC times, and which of the local ones name no single instant."""

    utc_ns: NDArray[np.int64]
    twice: NDArray[np.bool_]
    never: NDArray[np.bool_]


def zone_of(name: str) -> ZoneInfo:
    """A zone by its name.

    Raises:
        RequestFault: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise RequestFault("zone", "a name such as UTC or America/New_York", name) from fault


def to_utc(local_ns: NDArray[np.int64], zone: ZoneInfo) -> Converted:
    """Wall-clock times of a zone, counted as if they were UTC, to UTC."""
    if not len(local_ns):
        none = np.zeros(0, dtype=np.bool_)
        return Converted(local_ns, none, none)
    low, high = int(local_ns.min()) - _MARGIN_NS, int(local_ns.max()) + _MARGIN_NS
    first_ns, changes = _changes(str(zone), low // DAY_NS, -(-high // DAY_NS))
    offsets = np.array([first_ns, *(after for _, _, after in changes)], dtype=np.int64)
    starts = np.array([at + max(before, after) for at, before, after in changes], dtype=np.int64)
    utc_ns = local_ns - offsets[np.searchsorted(starts, local_ns, side="right")]
    twice, never = np.zeros(len(local_ns), dtype=np.bool_), np.zeros(len(local_ns), dtype=np.bool_)
    for at_ns, before, after in changes:
        marked = (local_ns >= at_ns + min(before, after)) & (local_ns < at_ns + max(before, after))
        (twice if after < before else never)[marked] = True
    return Converted(utc_ns, twice, never)


@cache
def _changes(name: str, first_day: int, last_day: int) -> tuple[int, tuple[tuple[int, int, int], ...]]:
    """The offset at first, and each change of it: when (UTC), from and to, in nanoseconds."""
    zone = ZoneInfo(name)
    found = []
    first = before = _offset_ns(zone, first_day * DAY_NS)
    for day in range(first_day, last_day + 1):
        after = _offset_ns(zone, day * DAY_NS)
        if after != before:
            low, high = (day - 1) * DAY_NS, day * DAY_NS
            while high - low > MINUTE_NS:
                middle = (low + high) // 2 // MINUTE_NS * MINUTE_NS
                low, high = (middle, high) if _offset_ns(zone, middle) == before else (low, middle)
            found.append((high, before, after))
            before = after
    return first, tuple(found)


def _offset_ns(zone: ZoneInfo, at_ns: int) -> int:
    day = utc_date(at_ns)
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=at_ns % DAY_NS // SECOND_NS)
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds()) * SECOND_NS
