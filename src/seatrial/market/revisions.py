"""Late and revised rows: what is new in rows that arrive, and what was known at a time.

A row without a `known_at` is the first word on its span, known as soon as the span had ended. Whatever arrives for a
span that was already complete carries the time at which it arrived.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seatrial.market.shapes import MISSING, Cell, Columns, Kind, absent, rows_in, taken

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sorted:
    """Rows that arrived, without those that were held already; counts of all of them."""

    columns: Columns
    new: int
    same: int
    revised: int
    late: int


def sort_out(kind: Kind, columns: Columns, held: Columns, covered: list[tuple[int, int]], known_at_ns: int) -> Sorted:
    """Compare arriving rows with the newest versions held of the same stamps."""
    newest = as_known(kind, held, None) if rows_in(held) else held
    keys, known_keys = _keys(columns), _keys(newest)
    order = np.argsort(known_keys, kind="stable")
    place = np.searchsorted(known_keys[order], keys)
    inside = place < len(order)
    match = np.zeros(len(keys), dtype=np.int64)
    match[inside] = order[place[inside]]
    known = inside.copy()
    known[inside] = known_keys[match[inside]] == keys[inside]
    same = known.copy()
    for name, cell in kind.shape.columns.items():
        if name in columns and name != "known_at" and known.any():
            theirs = newest.get(name, absent(cell, rows_in(newest)))[match]
            same &= _equal(columns[name], theirs, cell)
    in_complete_span = np.zeros(len(keys), dtype=np.bool_)
    for start_ns, end_ns in covered:
        in_complete_span |= (columns["ts"] >= start_ns) & (columns["ts"] < end_ns)
    revised, late = known & ~same, ~known & in_complete_span
    kept = _told_at(columns, revised | late, known_at_ns)
    fresh = int((~known & ~in_complete_span).sum())
    return Sorted(taken(kept, ~same), fresh, int(same.sum()), int(revised.sum()), int(late.sum()))


def as_known(kind: Kind, columns: Columns, as_of_ns: int | None) -> Columns:
    """Of each stamp the newest row, by time; with `as_of_ns` the newest of those known by then."""
    at_ns = known_times(kind, columns)
    chosen = np.arange(rows_in(columns)) if as_of_ns is None else np.flatnonzero(at_ns <= as_of_ns)
    keys = _keys(columns)
    order = chosen[np.lexsort((at_ns[chosen], keys[chosen]))]
    last = np.ones(len(order), dtype=np.bool_)
    last[:-1] = keys[order[1:]] != keys[order[:-1]]
    return taken(columns, order[last])


def known_times(kind: Kind, columns: Columns) -> NDArray[np.int64]:
    """When each row was known: what it says, else the end of its span."""
    ended: NDArray[np.int64] = columns["ts"] + kind.span_ns
    told = columns.get("known_at")
    if told is None:
        return ended
    return np.where(told == MISSING, ended, told)


def _told_at(columns: Columns, rows: Mask, known_at_ns: int) -> Columns:
    """The table with `known_at` where these rows do not say it themselves."""
    if not rows.any():
        return columns
    told = columns.get("known_at", absent(Cell.TIME, rows_in(columns)))
    return {**columns, "known_at": np.where(rows & (told == MISSING), known_at_ns, told)}


def _keys(columns: Columns) -> NDArray[np.int64]:
    """What may hold one row: the stamp, and where there are several actions on a day, which."""
    stamps: NDArray[np.int64] = columns["ts"]
    if "action" not in columns:
        return stamps
    dividend: NDArray[np.int64] = (columns["action"] == "dividend").astype(np.int64)
    return stamps + dividend


def _equal(ours: NDArray[np.generic], theirs: NDArray[np.generic], cell: Cell) -> Mask:
    same: Mask = np.asarray(ours == theirs, dtype=np.bool_)
    if cell is Cell.NUMBER:
        same |= np.isnan(ours.astype(np.float64)) & np.isnan(theirs.astype(np.float64))
    return same
