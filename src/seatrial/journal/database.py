"""The small SQL port under the journal: one connection, one dialect, two databases.

SQL is written once, with `?` for parameters and words that SQLite and PostgreSQL both know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

Row = tuple[Any, ...]
Columns = tuple[tuple[str, str], ...]  # names and types, BIGINT or TEXT
NAMED = re.compile(r":([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Change:
    """An UPDATE that many rows make alike: `:name` in it is that column of a row, never one of the table's."""

    table: str
    sets: str
    where: str
    columns: Columns


class Database(Protocol):
    """One connection. Not for two threads at once: the journal holds a lock around it.

    Every method raises `JournalFault` where the database cannot do it.
    """

    def tables(self) -> list[str]:
        """The names of the tables there are."""
        ...

    def reading(self) -> AbstractContextManager[None]:
        """One consistent view of everything for several reads, whatever is written meanwhile."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Begin as the only writer; commit durably at the end, roll back on an exception."""
        ...

    def read(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run one statement that has rows, inside a transaction or alone, and return them."""
        ...

    def stream(self, sql: str) -> Iterator[Row]:
        """The rows of one statement, a part at a time, inside `reading`: for tables that memory need not hold."""
        ...

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run one statement that has none. Its fault may show only at the next read or at the end."""
        ...

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for every row of parameters."""
        ...

    def insert_rows(self, table: str, columns: Columns, rows: Sequence[Row], conflict: str = "") -> None:
        """Insert rows, in their order. `conflict` ends the statement: `ON CONFLICT (id) DO NOTHING`."""
        ...

    def update_rows(self, change: Change, rows: Sequence[Row]) -> None:
        """Make one change with every row; no two of them may be about the same row of the table."""
        ...

    def close(self) -> None:
        """Release the connection."""
        ...
