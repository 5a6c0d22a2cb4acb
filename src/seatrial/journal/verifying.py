"""Is what people read what the journal says? The tables are made again elsewhere and compared row by row.

Reads only, beside a writer if need be: one consistent view of the database, and the segments up to where that
view ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from seatrial.domain.faults import JournalFault
from seatrial.journal import projections
from seatrial.journal.copying import BLANK, columns_of, copy_table, count_rows
from seatrial.journal.database import Database, Row
from seatrial.journal.history import History
from seatrial.journal.schema import EXPECTED_VERSION, upgrade, version_of
from seatrial.journal.sqlite import IN_MEMORY, SqliteDatabase

DIFFERENCES_TOLD_MAX = 10  # of each table

OnEntry = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `ok` is None where it could not be made, and `told` says why, or what was found."""

    check: str
    ok: bool | None
    told: str


def verify(
    database: Database, segments: Path | None, on_entry: OnEntry | None = None
) -> tuple[list[Finding], dict[str, int]]:
    """Check everything that can be checked without writing.

    Args:
        segments: where the market facts are; None where they are not on this machine.
        on_entry: hears the number of each entry that was read.

    Returns:
        The findings, and the rows of each table.
    """
    with database.reading():
        version = version_of(database)
        findings = [_schema(version)]
        if version != EXPECTED_VERSION:
            return findings, count_rows(database)
        findings.append(_integrity(database))
        findings.append(_journal(database, segments, on_entry))
        findings += _projections(database)
        findings.append(_lots(database))
        return findings, count_rows(database)


def _schema(version: int) -> Finding:
    if version == EXPECTED_VERSION:
        return Finding("schema", True, f"version {version}, the newest")
    hint = "run `seatrial db upgrade`" if version < EXPECTED_VERSION else "it was made by a newer release"
    return Finding("schema", False, f"version {version}, this code needs {EXPECTED_VERSION}: {hint}")


def _integrity(database: Database) -> Finding:
    if not isinstance(database, SqliteDatabase):
        return Finding("integrity", True, "the server answers for its pages; every row was read")
    told = [str(row[0]) for row in database.read("PRAGMA integrity_check")]
    return Finding("integrity", told == ["ok"], "; ".join(told[:DIFFERENCES_TOLD_MAX]))


def _journal(database: Database, segments: Path | None, on_entry: OnEntry | None) -> Finding:
    """Every entry decodes and follows its predecessor, in rows and segments alike."""
    if segments is None:
        return Finding("journal", None, "its segments are not on this machine, only the rows were read")
    last = 0
    try:
        for entry in History(database, segments, threading.RLock()).replay_settled():
            last = entry.seq
            if on_entry is not None:
                on_entry(last)
    except JournalFault as fault:
        return Finding("journal", False, f"after entry {last}: {fault}")
    return Finding("journal", True, f"{last} entries, each follows its predecessor")


def _projections(database: Database) -> Iterator[Finding]:
    again = SqliteDatabase(IN_MEMORY)
    try:
        upgrade(again, BLANK)
        with again.transaction():
            copy_table(database, again, "instruments")
            for entry in projections.stored_rows(database):
                projections.apply_entries(again, [entry])
        for table in projections.TABLES:
            yield _compared(table, database, again)
    except JournalFault as fault:
        yield Finding("projections", False, str(fault))
    finally:
        again.close()


def _compared(table: str, database: Database, again: Database) -> Finding:
    here, there = (set(each.read(f"SELECT * FROM {table}")) for each in (database, again))
    if here == there:
        return Finding(table, True, f"{len(here)} rows, as the journal makes them")
    columns = columns_of(table)
    told = [f"stored, but not by the journal: {_shown(columns, row)}" for row in sorted(here - there, key=repr)]
    told += [f"by the journal, but not stored: {_shown(columns, row)}" for row in sorted(there - here, key=repr)]
    more = len(told) - DIFFERENCES_TOLD_MAX
    shown = told[:DIFFERENCES_TOLD_MAX] + ([f"and {more} more"] if more > 0 else [])
    return Finding(table, False, "; ".join(shown))


def _shown(columns: tuple[str, ...], row: Row) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(columns, row, strict=True) if value not in (None, ""))


def _lots(database: Database) -> Finding:
    apart = database.read(
        "SELECT positions.account, positions.symbol, positions.qty_units, COALESCE(SUM(lots.open_units), 0)"
        " FROM positions LEFT JOIN lots ON lots.account = positions.account AND lots.symbol = positions.symbol"
        " GROUP BY positions.account, positions.symbol, positions.qty_units"
        " HAVING positions.qty_units <> COALESCE(SUM(lots.open_units), 0)"
    )
    if apart:
        told = "; ".join(
            f"{account} {symbol}: position {held}, open lots {lots}" for account, symbol, held, lots in apart
        )
        return Finding("lots add up", False, told)
    return Finding("lots add up", True, "open lots are the positions, to the unit")
