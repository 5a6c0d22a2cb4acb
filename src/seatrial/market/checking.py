"""What is wrong with a dataset: every rule of import once more, and what only a whole series can tell.

A `Finding` is *wrong* where the data cannot be trusted as it is, else a note. Nothing is mended: a flash value may be
the truth, and who reads the finding decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.faults import NoData
from seatrial.domain.time import DAY_NS, rfc3339
from seatrial.market import quality
from seatrial.market.archive import Archive
from seatrial.market.corporate_actions import CorporateAction, load_actions
from seatrial.market.file_grids import calendar_of, grids_of
from seatrial.market.gaps import Hole, holes_in
from seatrial.market.manifest import Manifest, digest_of_file
from seatrial.market.rules import broken_rules
from seatrial.market.sessions import sessions, utc_date
from seatrial.market.shapes import Columns, DatasetName, rows_in


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule on one dataset: how many rows or spans, where the first is, and what it says."""

    dataset: str
    rule: str
    wrong: bool
    count: int
    first: str
    told: str


def check_dataset(archive: Archive, name: DatasetName) -> list[Finding]:
    """Everything that is to be said of one dataset, the parts' own integrity first."""
    manifest = archive.manifest(name)
    altered = list(_parts(archive, name, manifest))
    if altered:
        return altered
    try:
        columns = archive.read(name)
    except NoData as nothing:
        return [Finding(str(name), "rows", True, 0, "", str(nothing))]
    found = [*_marked_gaps(name, manifest), *_rules(name, columns)]
    match name.kind.shape.name:
        case "bars":
            found += _bars(archive, name, manifest, columns)
        case "quotes":
            found += _quotes(name, columns)
        case "trades":
            found += _trades(name, columns)
        case "depth":
            found += _depth(name, columns)
    late = sum(part.late for part in manifest.parts)
    for what, count in (("revised", manifest.revised), ("late", late)):
        if count:
            found.append(Finding(str(name), what, False, count, "", f"{count} rows are {what}; `show --versions`"))
    return found


def _parts(archive: Archive, name: DatasetName, manifest: Manifest) -> Iterator[Finding]:
    for part in manifest.parts:
        path = archive.folder_of(name) / part.file
        if not path.is_file():
            yield Finding(str(name), "part", True, part.rows, rfc3339(part.start_ns), f"{part.file} is not there")
        elif digest_of_file(path) != part.file_digest:
            told = f"{part.file} is not the file that was written: its digest differs"
            yield Finding(str(name), "part", True, part.rows, rfc3339(part.start_ns), told)


def _marked_gaps(name: DatasetName, manifest: Manifest) -> Iterator[Finding]:
    for gap in manifest.gaps:
        told = f"nothing was heard until {rfc3339(gap.end_ns)}: {gap.reason}"
        yield Finding(str(name), "gap", True, 1, rfc3339(gap.start_ns), told)


def _rules(name: DatasetName, columns: Columns) -> Iterator[Finding]:
    for broken in broken_rules(name.kind, columns, grids_of(name.symbol, name.venue)):
        index = int(np.argmax(broken.rows))
        count = int(broken.rows.sum())
        yield Finding(str(name), "rule", True, count, _at(columns, index), f"{broken.column} {broken.rule}")


def _bars(archive: Archive, name: DatasetName, manifest: Manifest, columns: Columns) -> Iterator[Finding]:
    calendar = calendar_of(name.symbol, name.venue)
    yield from _holes(name, manifest, columns, calendar)
    for part in ("high", "low", "close"):
        yield from _flashes(name, columns, part)
    volume = columns["volume"]
    if len(volume) and not volume.any():
        yield Finding(str(name), "volume", False, len(volume), _at(columns, 0), "no bar has volume, as of an index")
    else:
        for first, last in quality.runs(volume == 0.0, quality.ZERO_RUN_MIN):
            told = f"{last - first + 1} bars in a row without volume, to {_at(columns, last)}"
            yield Finding(str(name), "zero_volume", calendar == "24x7", last - first + 1, _at(columns, first), told)
    if calendar == "XNYS":
        yield from _splits(name, columns, load_actions(archive.folder, [name.symbol]))


def _holes(name: DatasetName, manifest: Manifest, columns: Columns, calendar: str) -> Iterator[Finding]:
    """On an exchange a minute without a trade has no bar, so only whole sessions are certainly missing."""
    starts = columns["ts"]
    if name.kind.span_ns == DAY_NS and calendar == "XNYS":
        starts = _opens_of(starts)
    holes = holes_in(starts, calendar, name.kind.span_ns)
    heard = [hole for hole in holes if not _explained(hole, manifest)]
    if calendar == "24x7":
        for hole in heard:
            told = f"{hole.bars} bars are missing, to {rfc3339(hole.end_ns)}"
            yield Finding(str(name), "hole", True, hole.bars, rfc3339(hole.start_ns), told)
        return
    days = {day for hole in heard for day in _whole_days(hole)}
    for day in sorted(days):
        yield Finding(str(name), "session", True, 1, day, "no bar of a whole session")
    rest = sum(hole.bars for hole in heard if not _whole_days(hole))
    if rest:
        told = f"{rest} bars are absent inside sessions: nothing traded, or they are missing"
        yield Finding(str(name), "absent", False, rest, rfc3339(heard[0].start_ns), told)


def _opens_of(stamps: NDArray[np.int64]) -> NDArray[np.int64]:
    found = sessions("XNYS", utc_date(int(stamps[0])), utc_date(int(stamps[-1]))) if len(stamps) else []
    opens = {session.open_ns // DAY_NS: session.open_ns for session in found}
    told = [opens[day] for day in (stamps // DAY_NS).tolist() if day in opens]
    return np.array(told, dtype=np.int64)


def _explained(hole: Hole, manifest: Manifest) -> bool:
    return any(gap.start_ns <= hole.end_ns and gap.end_ns >= hole.start_ns for gap in manifest.gaps)


def _whole_days(hole: Hole) -> list[str]:
    found = sessions("XNYS", utc_date(hole.start_ns), utc_date(hole.end_ns))
    return [each.day for each in found if hole.start_ns <= each.open_ns and each.close_ns <= hole.end_ns]


def _flashes(name: DatasetName, columns: Columns, column: str) -> Iterator[Finding]:
    marked = np.flatnonzero(quality.flash_rows(columns[column]))
    if len(marked):
        at = int(marked[0])
        values = ", ".join(f"{float(columns[column][row])!r} at {_at(columns, int(row))}" for row in marked[:3])
        told = f"{column} far from its neighbours, a bad tick or a flash move: {values}"
        yield Finding(str(name), "flash", True, len(marked), _at(columns, at), told)


def _splits(name: DatasetName, columns: Columns, actions: list[CorporateAction]) -> Iterator[Finding]:
    """Overnight moves that look like a split nobody has told of, and splits the prices do not show."""
    days = columns["ts"] // DAY_NS
    first = np.flatnonzero(np.concatenate([[False], days[1:] != days[:-1]]))
    ratios = quality.split_like(columns["close"][first - 1], columns["open"][first])
    splits = {action.ex_day: float(action.ratio) for action in actions if action.is_split}
    for index, ratio in zip(first.tolist(), ratios.tolist(), strict=True):
        day = rfc3339(int(columns["ts"][index]))[:10]
        told = splits.get(day)
        if told is None and np.isfinite(ratio):
            said = f"the open is 1/{ratio:g} of the close before, as after a split; no corporate action tells of one"
            yield Finding(str(name), "split", True, 1, day, said)
        elif told is not None and not abs(told / ratio - 1.0) < 2 * quality.SPLIT_MARGIN:
            said = f"a split of {told:g} takes effect and prices do not show it: they seem adjusted already"
            yield Finding(str(name), "split", True, 1, day, said)


def _quotes(name: DatasetName, columns: Columns) -> Iterator[Finding]:
    locked = columns["bid"] == columns["ask"]
    if locked.any():
        count = int(locked.sum())
        told = f"bid and ask are equal in {count} of {rows_in(columns)} quotes"
        yield Finding(str(name), "locked", False, count, _at(columns, int(np.argmax(locked))), told)
    yield from _flashes(name, {**columns, "mid": (columns["bid"] + columns["ask"]) / 2.0}, "mid")


def _trades(name: DatasetName, columns: Columns) -> Iterator[Finding]:
    yield from _flashes(name, columns, "price")
    missing = quality.number_gaps(columns["trade_id"]) if "trade_id" in columns else 0
    if missing and calendar_of(name.symbol, name.venue) == "24x7":
        told = f"{missing} trade numbers between the first and the last are missing"
        yield Finding(str(name), "numbers", True, missing, _at(columns, 0), told)


def _depth(name: DatasetName, columns: Columns) -> Iterator[Finding]:
    gaps = quality.sequence_gaps(columns)
    if len(gaps):
        told = "an update does not follow the one before it: the book is unknown until the next snapshot"
        yield Finding(str(name), "sequence", True, len(gaps), _at(columns, int(gaps[0])), told)


def _at(columns: Columns, row: int) -> str:
    return rfc3339(int(columns["ts"][row]))
