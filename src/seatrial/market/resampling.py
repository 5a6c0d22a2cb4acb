"""Longer bars out of shorter ones, inside sessions, without inventing any.

A span begins with its session (09:30 in New York, midnight UTC for a market that never closes) and never crosses the
close: the last one of a session may be shorter. Bars outside of sessions are left out and counted. A span of which the
table holds only a part, because the table begins or ends inside it, is no bar: it is `Incomplete`, and says why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.bars import Bar
from seatrial.domain.faults import DataFault, RequestFault
from seatrial.domain.time import DAY_NS
from seatrial.market.bars import BAR_WIDTH, CLOSE, END, HIGH, LOW, OPEN, START, VOLUME, BarTable, Int64Array
from seatrial.market.sessions import sessions, utc_date
from seatrial.market.shapes import SPANS


class Cut(StrEnum):
    """Why a span is no bar."""

    START = "the data begins inside it"
    END = "the data ends inside it"


@dataclass(frozen=True, slots=True)
class Incomplete:
    """What is known of a span that the table does not hold whole. Its numbers will change; nobody decides on them."""

    bar: Bar
    held: int  # bars in it
    of: int  # bars a whole one has room for
    why: Cut


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """Whole spans as a table, beside each how many of its shorter bars are missing, and what was left over."""

    table: BarTable
    missing: Int64Array  # per row; above 0 where nothing traded or the data has a hole
    incomplete: tuple[Incomplete, ...]
    outside: int  # bars before the open or after the close

    def without_holes(self) -> BarTable:
        """Only the rows of which every shorter bar was there."""
        return replace(self.table, rows=_frozen(self.table.rows[self.missing == 0]))


def resample(table: BarTable, span: str) -> Resampled:
    """`table` in bars of `span`, one of 3m 5m 15m 30m 1h 2h 4h 1d. A `1d` bar is its session.

    Raises:
        RequestFault: no such span, or one that the table's bars do not divide.
        DataFault: a volume beyond what an integer holds.
    """
    span_ns = SPANS.get(span, 0)
    own_ns = int((table.rows[:, END] - table.rows[:, START]).min()) if len(table) else 1
    if not span_ns or span_ns % own_ns or span_ns < own_ns:
        raise RequestFault("span", f"one of {', '.join(SPANS)} that bars of {own_ns} ns divide", span)
    if not len(table):
        return Resampled(table, np.empty(0, dtype=np.int64), (), 0)
    starts, ends, inside = _spans_of(table, span_ns)
    rows, starts, ends = table.rows[inside], starts[inside], ends[inside]
    outside = len(table) - len(rows)
    if not len(rows):
        return Resampled(replace(table, rows=_frozen(rows)), np.empty(0, dtype=np.int64), (), outside)
    first = np.flatnonzero(np.concatenate([[True], starts[1:] != starts[:-1]]))
    merged = merged_rows(rows, first)
    merged[:, START], merged[:, END] = starts[first], ends[first]
    counts = np.diff(np.append(first, len(rows)))
    room = -(-(merged[:, END] - merged[:, START]) // own_ns)
    cut = _cut(rows, merged)
    incomplete = tuple(
        Incomplete(Bar(table.symbol, *map(int, merged[at])), int(counts[at]), int(room[at]), why)
        for at, why in cut.items()
    )
    whole = np.ones(len(merged), dtype=np.bool_)
    whole[list(cut)] = False
    return Resampled(replace(table, rows=_frozen(merged[whole])), (room - counts)[whole], incomplete, outside)


def merged_rows(rows: Int64Array, first: NDArray[np.intp]) -> Int64Array:
    """One row for each run of rows that begins at `first`: first open, extremes, last close, all volume."""
    last = np.append(first[1:], len(rows)) - 1
    merged = np.empty((len(first), BAR_WIDTH), dtype=np.int64)
    merged[:, START], merged[:, END] = rows[first, START], rows[last, END]
    merged[:, OPEN], merged[:, CLOSE] = rows[first, OPEN], rows[last, CLOSE]
    merged[:, HIGH] = np.maximum.reduceat(rows[:, HIGH], first)
    merged[:, LOW] = np.minimum.reduceat(rows[:, LOW], first)
    merged[:, VOLUME] = summed(rows[:, VOLUME], first)
    return merged


def summed(units: Int64Array, first: NDArray[np.intp]) -> Int64Array:
    """Sums of runs; int64 wraps silently, so a sum that may not fit is refused.

    Raises:
        DataFault: a sum of 2**62 or more.
    """
    total = np.add.reduceat(units.astype(np.float64), first)
    if len(total) and float(total.max()) >= 2.0**62:
        raise DataFault(f"volumes add up to {float(total.max()):.3g} units in one bar; accepted are less than 2**62")
    return np.add.reduceat(units, first)


def _spans_of(table: BarTable, span_ns: int) -> tuple[Int64Array, Int64Array, NDArray[np.bool_]]:
    """The span each row lies in, and which rows lie in a session at all."""
    begins, ends = table.rows[:, START], table.rows[:, END]
    if table.instrument.calendar == "24x7":
        starts = begins // span_ns * span_ns
        return starts, starts + span_ns, np.ones(len(table), dtype=np.bool_)
    found = sessions(table.instrument.calendar, utc_date(table.first_ns - DAY_NS), utc_date(table.last_ns))
    opens = np.array([session.open_ns for session in found], dtype=np.int64)
    closes = np.array([session.close_ns for session in found], dtype=np.int64)
    place = np.searchsorted(opens, begins, side="right") - 1
    inside = place >= 0
    place = np.maximum(place, 0)
    inside &= ends <= closes[place]
    whole = span_ns if span_ns < DAY_NS else DAY_NS
    starts = opens[place] + (begins - opens[place]) // whole * whole
    return starts, np.minimum(starts + whole, closes[place]), inside


def _cut(rows: Int64Array, merged: Int64Array) -> dict[int, Cut]:
    """Rows of `merged` in whose span the data begins or ends."""
    cut = {}
    if rows[-1, END] < merged[-1, END]:
        cut[len(merged) - 1] = Cut.END
    if rows[0, START] > merged[0, START]:
        cut[0] = Cut.START
    return cut


def _frozen(rows: Int64Array) -> Int64Array:
    rows.flags.writeable = False
    return rows
