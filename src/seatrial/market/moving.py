"""Recorded sessions moved in time: onto the sessions around now, or one after the other without a close.

Nothing is resampled or invented. A table says in its note where it has been put.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from seatrial.domain.bars import Session
from seatrial.domain.ids import Symbol
from seatrial.domain.time import MINUTE_NS
from seatrial.market.bars import END, START, BarTable, Int64Array
from seatrial.market.sessions import sessions, utc_date
from seatrial.market.shift import Timeline

CALENDAR_DAYS_PER_SESSION = 2  # how far to look for as many sessions, with holidays to spare
LOOK_DAYS = 14
AROUND_THE_CLOCK = "24x7"


def current_session(calendar: str, now_ns: int) -> Session:
    """The session that is open now, else the next one."""
    today = utc_date(now_ns)
    found = sessions(calendar, today - timedelta(days=1), today + timedelta(days=LOOK_DAYS))
    return next(session for session in found if session.close_ns > now_ns)


def sessions_up_to(last: Session, calendar: str, count: int) -> list[Session]:
    """`count` sessions that end with `last`."""
    day = utc_date(last.open_ns)
    first = day - timedelta(days=CALENDAR_DAYS_PER_SESSION * count + LOOK_DAYS)
    return sessions(calendar, first, day)[-count:]


def moved_to_now(timeline: Timeline, now_ns: int) -> Timeline:
    """The last session is the one that is open now, or the next one; each before it lies on the session before.

    A bar keeps its distance from its session's open; one beyond an early close is dropped.
    """
    calendar = next(iter(timeline.tables.values())).instrument.calendar
    targets = sessions_up_to(current_session(calendar, now_ns), calendar, len(timeline.sessions))
    note = f"moved onto the sessions {targets[0].day} to {targets[-1].day}"
    moved = {
        symbol: _noted(table, _onto(table, timeline.sessions, targets), note)
        for symbol, table in timeline.tables.items()
    }
    return Timeline(moved, tuple(targets))


def around_the_clock(timeline: Timeline, last_open_ns: int | None) -> Timeline:
    """One session after the other without a close between them, on a calendar that never closes.

    `last_open_ns` is where the last session is to open; None leaves the first one where it is.
    """
    spans = [session.close_ns - session.open_ns for session in timeline.sessions]
    first_ns = timeline.sessions[0].open_ns if last_open_ns is None else last_open_ns - sum(spans[:-1])
    first_ns -= first_ns % MINUTE_NS
    opens = [first_ns + sum(spans[:place]) for place in range(len(spans))]
    targets = [
        Session(f"{place}", at_ns, at_ns + span) for place, (at_ns, span) in enumerate(zip(opens, spans, strict=True))
    ]
    days = sessions(AROUND_THE_CLOCK, utc_date(first_ns), utc_date(targets[-1].close_ns - 1))
    moved: dict[Symbol, BarTable] = {}
    for symbol, table in timeline.tables.items():
        put = _noted(table, _onto(table, timeline.sessions, targets), "its sessions follow each other without a close")
        moved[symbol] = replace(put, instrument=replace(put.instrument, calendar=AROUND_THE_CLOCK))
    return Timeline(moved, tuple(days))


def _onto(table: BarTable, recorded: Sequence[Session], targets: Sequence[Session]) -> Int64Array:
    parts = []
    for session, target in zip(recorded, targets, strict=True):
        rows = table.between(session.open_ns, session.close_ns).rows.copy()
        rows[:, START : END + 1] += target.open_ns - session.open_ns
        parts.append(rows[rows[:, END] <= target.close_ns])
    return np.concatenate(parts)


def _noted(table: BarTable, rows: Int64Array, note: str) -> BarTable:
    rows.flags.writeable = False
    told = f"{table.source.note}; {note}" if table.source.note else note
    return replace(table, rows=rows, source=replace(table.source, note=told))
