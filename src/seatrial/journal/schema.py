"""The shape of the database as numbered migrations, and which number it has reached.

Each migration is one SQL file for both dialects, run once and never edited afterwards. `schema_version` has a
row for each, so its numbers only grow. A change to a table for people refills them from the journal's rows in
the same transaction: they are never between two shapes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Final

from seatrial.domain.faults import WrongSchema
from seatrial.domain.time import rfc3339
from seatrial.journal import instruments, projections
from seatrial.journal.database import Database
from seatrial.journal.port import Opening

MIGRATIONS: Final = ("0001_journal.sql", "0002_ledger.sql")
EXPECTED_VERSION: Final = len(MIGRATIONS)

_VERSIONS = "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL)"


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Which version a database had, and which it has now. Version 0 is an empty database."""

    before: int
    after: int


def version_of(database: Database) -> int:
    """The newest migration a database has seen; 0 where it has seen none.

    Raises:
        JournalFault: it cannot be read.
    """
    tables = database.tables()
    if "schema_version" in tables:
        return int(database.read("SELECT COALESCE(MAX(version), 0) FROM schema_version")[0][0])
    return 1 if "journal" in tables else 0  # a journal from before versions were written down


def upgrade(database: Database, opening: Opening) -> Upgrade:
    """Run what is missing, all of it or nothing. Safe to repeat, and to run by two at once.

    Args:
        opening: gives the moment that is written down, and the grids of what is traded.

    Raises:
        WrongSchema: the database is newer than this code.
        JournalFault: it cannot be written.
    """
    with database.transaction():
        before = version_of(database)
        _refuse_newer(before)
        if before == EXPECTED_VERSION:
            return Upgrade(before, before)
        known = 0 if "schema_version" not in database.tables() else before
        database.execute(_VERSIONS)
        for version, name in enumerate(MIGRATIONS, 1):
            if version > known:
                for statement in statements(name):
                    database.execute(statement)
                database.execute("INSERT INTO schema_version VALUES (?, ?)", (version, rfc3339(opening.at_ns)))
        instruments.freeze(database, opening.instruments)
        if before:
            projections.refill(database)
    return Upgrade(before, EXPECTED_VERSION)


def make_ready(database: Database, opening: Opening) -> None:
    """Before a journal is opened: an empty database gets its tables, an older one is upgraded where that is allowed.

    Raises:
        WrongSchema: it is older and `opening.upgrade` is false, or newer than this code; names the command to run.
    """
    found = version_of(database)
    if 0 < found < EXPECTED_VERSION and not opening.upgrade:
        raise WrongSchema(
            f"the database has schema version {found}, this code needs {EXPECTED_VERSION}: "
            "stop the platform and run `seatrial db upgrade`"
        )
    if found != EXPECTED_VERSION:
        upgrade(database, opening)


def statements(name: str) -> Iterator[str]:
    """The statements of a migration file; none of ours holds a semicolon at the end of a line within itself."""
    text = (resources.files("seatrial.journal") / "migrations" / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    for statement in "\n".join(lines).split(";\n"):
        if statement.strip(" \n;"):
            yield statement.strip(" \n;")


def _refuse_newer(version: int) -> None:
    if version > EXPECTED_VERSION:
        raise WrongSchema(
            f"the database has schema version {version}, this code knows {EXPECTED_VERSION}: "
            "run the release that made it, or restore a backup with `seatrial db restore`"
        )
