"""Foreign files into the catalog: every rule is checked before a row is written, and all of a file is taken or nothing.

What breaks a rule refuses the file, naming file, row and rule; or, where asked, is set aside beside the catalog with
the rule it broke, as long as most of the file holds.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.faults import DataFault, NoData
from seatrial.domain.time import rfc3339
from seatrial.market.archive import Archive, Origin
from seatrial.market.file_grids import grids_of, venue_of
from seatrial.market.file_habits import FileHabits
from seatrial.market.intake import Intake, Taken
from seatrial.market.manifest import Manifest, digest_of_file
from seatrial.market.rules import Broken, broken_rules
from seatrial.market.shapes import Columns, DatasetName, Kind, dataset_name, rows_in, taken

QUARANTINE_SHARE_MAX = 0.1  # above it the file is misunderstood rather than dirty
QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Landed:
    """What became of the rows of one dataset."""

    dataset: str
    new: int
    same: int
    revised: int
    late: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file. `set_aside` counts rows by rule; they are in the file `quarantine`."""

    file: str
    landed: list[Landed]
    set_aside: dict[str, int] = field(default_factory=dict)
    quarantine: Path | None = None


@dataclass(frozen=True, slots=True)
class _Checked:
    """Good rows of one dataset, and the others."""

    name: DatasetName
    columns: Columns
    bad: list[tuple[int, int, str]]  # row of the file, index, rule


def import_file(
    archive: Archive,
    path: Path,
    kind: Kind,
    habits: FileHabits,
    *,
    venue: str,
    origin: Origin,
    quarantine: bool = False,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> Imported:
    """Take one file in.

    Raises:
        DataFault: a rule is broken, or too many rows break one; names file, row and rule.
        NoData: no file, or no row.
        RequestFault: an option that does not fit.
    """
    with Intake(path, kind, habits) as intake:
        tables = list(intake.tables())
        checked, aside = [], []
        for done, table in enumerate(tables):
            good, bad = _checked(intake, path, kind, table, venue, quarantine=quarantine)
            checked.append(good)
            aside += [(table, each) for each in bad]
            on_progress(done + 1, 2 * len(tables))
    count = sum(rows_in(table.columns) for table in tables)
    if len(aside) > QUARANTINE_SHARE_MAX * count:
        raise DataFault(
            f"{path}: {len(aside)} of {count} rows break a rule, most often `{_most(aside)}`; "
            "at most a tenth is set aside"
        )
    written = _write_aside(archive, path, aside) if aside else None
    landed = _landed(archive, checked, origin, on_progress)
    return Imported(str(path), landed, dict(Counter(rule for _, (_, _, rule) in aside)), written)


def _checked(
    intake: Intake, path: Path, kind: Kind, table: Taken, venue: str, *, quarantine: bool
) -> tuple[_Checked, list[tuple[int, int, str]]]:
    name = dataset_name(kind, venue or table.venue or venue_of(table.symbol), table.symbol)
    broken = [each for each in table.broken if each.rows.any()]
    if not broken:
        broken = broken_rules(kind, table.columns, grids_of(table.symbol, name.venue))
    if not broken:
        return _Checked(name, table.columns, []), []
    if not quarantine:
        raise DataFault(_sentence(intake, path, table, broken))
    bad: NDArray[np.bool_] = np.zeros(rows_in(table.columns), dtype=np.bool_)
    told: list[tuple[int, int, str]] = []
    while broken:
        for each in broken:
            told += [
                (int(table.file_rows[index]), int(index), f"{each.column} {each.rule}")
                for index in np.flatnonzero(each.rows & ~bad)
            ]
            bad |= each.rows
        good = np.flatnonzero(~bad)
        broken = [
            Broken(each.column, each.rule, _back(each.rows, good, len(bad)))
            for each in broken_rules(kind, taken(table.columns, good), grids_of(table.symbol, name.venue))
        ]
    return _Checked(name, taken(table.columns, ~bad), told), told


def _back(rows: NDArray[np.bool_], good: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
    marked = np.zeros(count, dtype=np.bool_)
    marked[good[rows]] = True
    return marked


def _sentence(intake: Intake, path: Path, table: Taken, broken: list[Broken]) -> str:
    """The first row that breaks a rule, and the first rule it breaks."""
    first = min(broken, key=lambda each: int(np.argmax(each.rows)))
    index = int(np.argmax(first.rows))
    value = table.columns[first.column][index]
    shown = f" {float(value)!r}" if isinstance(value, np.floating) else ""
    at_ns = int(table.columns["ts"][index])
    when = "" if first.column in ("ts", "recv_ts") and at_ns < 0 else f" at {rfc3339(at_ns)}"
    count = int(sum(each.rows.sum() for each in broken))
    more = f"; {count - 1} more, --quarantine sets them aside" if count > 1 else "; --quarantine sets it aside"
    row = intake.line(int(table.file_rows[index]))
    return f"{path} {row}: {table.symbol} {first.column}{shown} {first.rule}{when}{more}"


def _most(aside: list[tuple[Taken, tuple[int, int, str]]]) -> str:
    return Counter(rule for _, (_, _, rule) in aside).most_common(1)[0][0]


def _write_aside(archive: Archive, path: Path, aside: list[tuple[Taken, tuple[int, int, str]]]) -> Path:
    folder = archive.folder / QUARANTINE
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{path.stem}-{digest_of_file(path)[:8]}.csv"
    names = list(aside[0][0].columns)
    fresh = file.with_suffix(".new")
    with fresh.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["row", "rule", "symbol", *names])
        for table, (row, index, rule) in sorted(aside, key=lambda each: each[1][0]):
            writer.writerow([row, rule, table.symbol, *(table.columns[name][index] for name in names)])
    fresh.replace(file)
    return file


def _landed(
    archive: Archive, checked: list[_Checked], origin: Origin, on_progress: Callable[[int, int], None]
) -> list[Landed]:
    """All datasets, or where one refuses, none: what had been added is taken out again."""
    landed: list[Landed] = []
    before: list[tuple[DatasetName, Manifest]] = []
    try:
        for good in checked:
            if not rows_in(good.columns):
                raise NoData(f"{good.name}: no row is left to take in")
            before.append((good.name, archive.manifest(good.name)))
            done = archive.add(good.name, good.columns, origin)
            landed.append(Landed(str(good.name), done.new, done.same, done.revised, done.late))
            on_progress(len(checked) + len(landed), 2 * len(checked))
    except DataFault:
        for name, manifest in before:
            archive.put_back(name, manifest)
        raise
    return landed
