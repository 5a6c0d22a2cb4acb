"""One ledger's rows into another, whatever the dialect of either: backups, restores and moves between databases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from seatrial.domain.ids import JournalEpoch
from seatrial.journal.database import Database, Row
from seatrial.journal.port import Opening
from seatrial.journal.schema import upgrade
from seatrial.journal.sqlite import IN_MEMORY, SqliteDatabase

ROWS_PER_WRITE = 1_000
BLANK = Opening(owner="", epoch=JournalEpoch(""), core_digest="", settings_digest="")


def ledger_tables() -> tuple[str, ...]:
    """Every table of the newest schema, in order of their names."""
    database = SqliteDatabase(IN_MEMORY)
    try:
        upgrade(database, BLANK)
        return tuple(sorted(database.tables()))
    finally:
        database.close()


def columns_of(table: str) -> tuple[str, ...]:
    """The columns of a table of the newest schema, in their order."""
    database = SqliteDatabase(IN_MEMORY)
    try:
        upgrade(database, BLANK)
        return tuple(str(row[1]) for row in database.read(f"PRAGMA table_info({table})"))
    finally:
        database.close()


def copy_rows(source: Database, target: Database) -> dict[str, int]:
    """Copy every table into a target of the same schema, replacing what it holds, in one transaction.

    Returns:
        How many rows each table got.
    """
    counts: dict[str, int] = {}
    with source.reading(), target.transaction():
        for table in ledger_tables():
            counts[table] = copy_table(source, target, table)
    return counts


def copy_table(source: Database, target: Database, table: str) -> int:
    """Copy one table, replacing what the target's holds, between `reading` and `transaction`; how many rows it got."""
    target.execute(f"DELETE FROM {table}")
    count = 0
    for part in _parts(source.stream(f"SELECT * FROM {table}")):
        places = ", ".join("?" * len(part[0]))
        target.execute_many(f"INSERT INTO {table} VALUES ({places})", part)
        count += len(part)
    return count


def count_rows(database: Database) -> dict[str, int]:
    """How many rows each table has; tables of the newest schema that are missing are left out."""
    there = set(database.tables())
    return {
        table: int(database.read(f"SELECT COUNT(*) FROM {table}")[0][0]) for table in ledger_tables() if table in there
    }


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    part: list[Row] = []
    for row in rows:
        part.append(row)
        if len(part) == ROWS_PER_WRITE:
            yield part
            part = []
    if part:
        yield part
