"""Holes in a series of bars, measured against the calendar: spans in which a bar was due and none is there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.time import DAY_NS
from seatrial.market.sessions import sessions, utc_date

Int64Array = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Hole:
    """`bars` in a row that are not there, `[start_ns, end_ns)`, inside one session or over several."""

    start_ns: int
    end_ns: int
    bars: int


def due_starts(calendar: str, span_ns: int, first_ns: int, last_ns: int) -> Int64Array:
    """Where every bar of the calendar between two starts (both included) begins.

    Days are stamped with midnight UTC where the market never closes, else with their session's open.

    Raises:
        NoData: outside of the years the calendar covers.
    """
    if calendar == "24x7":
        return np.arange(-(-first_ns // span_ns) * span_ns, last_ns + 1, span_ns, dtype=np.int64)
    found = sessions(calendar, utc_date(first_ns), utc_date(last_ns))
    if span_ns == DAY_NS:
        starts = np.array([session.open_ns for session in found], dtype=np.int64)
    else:
        parts = [np.arange(day.open_ns, day.close_ns, span_ns, dtype=np.int64) for day in found]
        starts = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
    return starts[(starts >= first_ns) & (starts <= last_ns)]


def holes_in(starts: Int64Array, calendar: str, span_ns: int) -> list[Hole]:
    """The holes between the first and the last of these sorted starts of bars."""
    if len(starts) < 2:
        return []
    due = due_starts(calendar, span_ns, int(starts[0]), int(starts[-1]))
    absent = np.flatnonzero(~np.isin(due, starts))
    if not len(absent):
        return []
    begins = np.flatnonzero(np.concatenate([[True], np.diff(absent) != 1]))
    ends = np.append(begins[1:], len(absent)) - 1
    return [
        Hole(int(due[absent[first]]), int(due[absent[last]]) + span_ns, int(last - first + 1))
        for first, last in zip(begins, ends, strict=True)
    ]
