"""Pages that are read seldom, in a file that nobody sees: SQLite makes it, and it is gone with the process."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

CACHE_KIB = 1_024  # what of it stays in memory


class Archive:
    """Pages of bytes in the order in which they were put; beyond `pages_max` the oldest is forgotten."""

    def __init__(self, pages_max: int) -> None:
        self._pages_max = pages_max
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=OFF")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        self._connection.execute("CREATE TABLE pages (last INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT")
        self._count = 0

    def put(self, last: int, body: bytes) -> None:
        """Append a page; `last` is the number of the last thing on it."""
        self._connection.execute("INSERT INTO pages VALUES (?, ?)", (last, body))
        self._count += 1
        if self._count > self._pages_max:
            self._connection.execute("DELETE FROM pages WHERE last = (SELECT min(last) FROM pages)")
            self._count -= 1

    def since(self, number: int) -> Iterator[bytes]:
        """The pages on which something after `number` stands, oldest first."""
        for (body,) in self._connection.execute("SELECT body FROM pages WHERE last > ? ORDER BY last", (number,)):
            yield body

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()
