"""The journal on PostgreSQL, where one machine is outgrown. Segments are still files of this machine."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Self

import msgspec
import psycopg
from psycopg import sql as sql_text

from seatrial.domain.faults import JournalFault
from seatrial.journal.database import NAMED, Change, Columns, Row
from seatrial.journal.durable import DurableJournal
from seatrial.journal.port import Opening
from seatrial.journal.schema import make_ready

CONNECT_SECONDS_MAX = 10
ROWS_PER_PART = 2_000
SCHEMA = "seatrial"


class PostgresDatabase:
    """One psycopg connection, in a schema of its own."""

    def __init__(self, url: str, *, schema: str = SCHEMA, read_only: bool = False) -> None:
        self._schema = schema
        self._lock_key = zlib.crc32(schema.encode())
        with _faults_of_server():
            self._connection: psycopg.Connection[Row] = psycopg.connect(
                url, autocommit=True, connect_timeout=CONNECT_SECONDS_MAX
            )
            name = sql_text.Identifier(schema)
            if not read_only:
                with self._connection.transaction():
                    self._lock()
                    self._connection.execute(sql_text.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
            self._connection.execute(sql_text.SQL("SET search_path TO {}").format(name))
            # Rows are found by key: a plan made while tables were empty must not read them whole when they are full.
            self._connection.execute("SET enable_hashjoin = off")
            self._connection.execute("SET enable_mergejoin = off")

    def tables(self) -> list[str]:
        """See `Database.tables`."""
        return [str(row[0]) for row in self.read("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")]

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See `Database.reading`."""
        with _faults_of_server(), self._connection.transaction():
            self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See `Database.transaction`. Statements travel in a pipeline: only a read waits for the server."""
        with _faults_of_server(), self._connection.pipeline(), self._connection.transaction():
            self._lock()
            yield

    def read(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """See `Database.read`."""
        with _faults_of_server():
            return self._connection.execute(_dialect(sql), tuple(parameters)).fetchall()

    def stream(self, sql: str) -> Iterator[Row]:
        """See `Database.stream`."""
        with _faults_of_server(), self._connection.cursor("stream") as cursor:
            cursor.itersize = ROWS_PER_PART
            cursor.execute(_dialect(sql))
            yield from cursor

    def move_aside(self, name: str) -> None:
        """Give our schema another name, so that a new one can take its place. Nothing is deleted."""
        with _faults_of_server(), self._connection.transaction():
            self._lock()
            rename = sql_text.SQL("ALTER SCHEMA {} RENAME TO {}")
            self._connection.execute(rename.format(sql_text.Identifier(self._schema), sql_text.Identifier(name)))

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """See `Database.execute`."""
        with _faults_of_server():
            self._connection.execute(_dialect(sql), tuple(parameters))

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """See `Database.execute_many`."""
        with _faults_of_server(), self._connection.cursor() as cursor:
            cursor.executemany(_dialect(sql), rows)

    def insert_rows(self, table: str, columns: Columns, rows: Sequence[Row], conflict: str = "") -> None:
        """See `Database.insert_rows`."""
        self._execute_over(f"INSERT INTO {table} SELECT * FROM told WHERE TRUE {conflict}", columns, rows)

    def update_rows(self, change: Change, rows: Sequence[Row]) -> None:
        """See `Database.update_rows`."""
        sql = f"UPDATE {change.table} SET {change.sets} FROM told WHERE {change.where}"
        self._execute_over(NAMED.sub(r"told.\1", sql), change.columns, rows)

    def _execute_over(self, sql: str, columns: Columns, rows: Sequence[Row]) -> None:
        """One statement over all rows, which are one parameter: a word for each would cost us more than the server."""
        try:
            told = msgspec.json.encode(rows).decode()
        except (msgspec.MsgspecError, OverflowError, UnicodeEncodeError) as fault:
            raise JournalFault(f"the journal on PostgreSQL: {fault}") from fault
        with _faults_of_server():
            self._connection.execute(_over(sql, columns), (told,))

    def close(self) -> None:
        """See `Database.close`."""
        self._connection.close()

    def _lock(self) -> None:
        """Held to the end of the transaction, so that it is the only one that writes a journal here."""
        self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (self._lock_key,))


class PostgresJournal(DurableJournal):
    """A journal in one schema of a PostgreSQL database."""

    @classmethod
    def open(
        cls,
        url: str,
        segments: Path,
        opening: Opening,
        *,
        schema: str = SCHEMA,
        inline: bool = False,
        sync: bool = True,
    ) -> Self:
        """Open or create, taking the journal over from any earlier owner. See `SqliteJournal.open`.

        `sync=False` concerns the segments only: how durable a commit is, the server decides.
        """
        database = PostgresDatabase(url, schema=schema)
        try:
            make_ready(database, opening)
            return cls(database, segments, opening, inline=inline, sync=sync)
        except BaseException:
            database.close()
            raise


def _dialect(sql: str) -> bytes:
    """Parameters are `%s` to psycopg. Bytes, because our statements are constants that reach us as plain text."""
    return sql.replace("?", "%s").encode()


@cache
def _over(sql: str, columns: Columns) -> bytes:
    """A statement, and before it the table `told` it reads, made of one JSON text."""
    read = ", ".join(f"(row ->> {at})::{kind} AS {name}" for at, (name, kind) in enumerate(columns))
    return f"WITH told AS (SELECT {read} FROM json_array_elements(%s::json) AS row) {sql}".encode()


@contextmanager
def _faults_of_server() -> Iterator[Any]:
    try:
        yield
    except psycopg.Error as fault:
        raise JournalFault(f"the journal on PostgreSQL: {fault}") from fault
