"""The embedded journal: SQLite with `synchronous=FULL`, one file beside its folder of segments."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Self

from seatrial.domain.faults import JournalFault
from seatrial.journal.database import NAMED, Change, Columns, Row
from seatrial.journal.durable import DurableJournal
from seatrial.journal.port import Opening
from seatrial.journal.schema import make_ready

BUSY_MS_MAX = 5_000
IN_MEMORY = ":memory:"


class SqliteDatabase:
    """One connection of the standard library, with explicit transactions."""

    def __init__(self, path: Path | str, *, sync: bool = True, read_only: bool = False) -> None:
        name = Path(path).absolute().as_uri() + ("?mode=ro" if read_only else "")
        name = f"file:{IN_MEMORY}" if path == IN_MEMORY else name
        with _faults_of(path):
            self._connection = sqlite3.connect(
                name, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_MS_MAX / 1_000
            )
            if not read_only:
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute(f"PRAGMA synchronous = {'FULL' if sync else 'OFF'}")
        self._path = path

    @property
    def connection(self) -> sqlite3.Connection:
        """The library's own, for what only SQLite can: its backups and checks."""
        return self._connection

    def tables(self) -> list[str]:
        """See `Database.tables`."""
        return [str(row[0]) for row in self.read("SELECT name FROM sqlite_master WHERE type = 'table'")]

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See `Database.reading`."""
        with _faults_of(self._path):
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("ROLLBACK")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See `Database.transaction`."""
        with _faults_of(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def read(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """See `Database.read`."""
        try:  # not the context manager of the others: this one runs for every row of every projection
            return self._connection.execute(sql, parameters).fetchall()
        except (sqlite3.Error, OverflowError) as fault:
            raise JournalFault(f"the journal {self._path}: {fault}") from fault

    def stream(self, sql: str) -> Iterator[Row]:
        """See `Database.stream`."""
        with _faults_of(self._path):
            yield from self._connection.execute(sql)

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """See `Database.execute`."""
        self.read(sql, parameters)

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """See `Database.execute_many`."""
        with _faults_of(self._path):
            self._connection.executemany(sql, rows)

    def insert_rows(self, table: str, columns: Columns, rows: Sequence[Row], conflict: str = "") -> None:
        """See `Database.insert_rows`."""
        self.execute_many(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))}) {conflict}", rows)

    def update_rows(self, change: Change, rows: Sequence[Row]) -> None:
        """See `Database.update_rows`."""
        self.execute_many(_numbered(change), rows)

    def close(self) -> None:
        """See `Database.close`."""
        self._connection.close()


class SqliteJournal(DurableJournal):
    """A journal in one SQLite file; its segments are in `<file>.segments/`."""

    @classmethod
    def open(cls, path: Path, opening: Opening, *, inline: bool = False, sync: bool = True) -> Self:
        """Open or create, taking the journal over from any earlier owner.

        Args:
            path: the database file; its folder is made.
            inline: commit in the calling thread, for simulations, which have no threads.
            sync: false leaves flushing to the operating system, for simulations only: a journal then
                survives the process but not the power.

        Raises:
            WrongSchema: it has another schema, and `opening` does not allow to upgrade it.
            JournalCorrupt: what is stored cannot be continued.
            JournalFault: the database cannot be opened or written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise JournalFault(f"the folder of the journal {path} cannot be made: {fault}") from fault
        database = SqliteDatabase(path, sync=sync)
        try:
            make_ready(database, opening)
            return cls(database, segment_folder(path), opening, inline=inline, sync=sync)
        except BaseException:
            database.close()
            raise


def segment_folder(path: Path) -> Path:
    """Where the segments of the journal in a database file are."""
    return path.with_name(path.name + ".segments")


@cache
def _numbered(change: Change) -> str:
    """A change as a statement whose parameters are numbered by column."""
    places = {name: at for at, (name, _) in enumerate(change.columns, 1)}
    sql = f"UPDATE {change.table} SET {change.sets} WHERE {change.where}"
    return NAMED.sub(lambda found: f"?{places[found[1]]}", sql)


@contextmanager
def _faults_of(path: Path | str) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OverflowError) as fault:
        raise JournalFault(f"the journal {path}: {fault}") from fault
