"""What the venues must not forget: accounts, orders, executions, activities and where the market stands.

One SQLite file for both venues; rows are JSON of the venue's own making, keyed by venue and account. The
rule: a change is committed *before* the HTTP answer or the stream event that tells of it, so that
`kill -9` loses nothing a client was told. WAL with `synchronous=NORMAL` survives the death of the
process; it is not meant to survive the death of the machine.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from seatrial.domain.faults import DataFault
from seatrial.emulators.venue_records import VenueRecords

__all__ = ["Store", "VenueRecords"]

SCHEMA_VERSION = 2
LOG_PAGES_MAX = 8_192  # 32 MiB of changes before they move into the file, each page once

_SCHEMA = """
CREATE TABLE IF NOT EXISTS venues (
    venue TEXT PRIMARY KEY, epoch INTEGER NOT NULL, market_ns INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS accounts (
    venue TEXT, account TEXT, body BLOB NOT NULL, PRIMARY KEY (venue, account)
) STRICT;
CREATE TABLE IF NOT EXISTS orders (
    venue TEXT, number INTEGER, account TEXT NOT NULL, client_order_id TEXT NOT NULL, body BLOB NOT NULL,
    is_open INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (venue, number)
) STRICT;
CREATE TABLE IF NOT EXISTS executions (
    venue TEXT, number INTEGER, account TEXT NOT NULL, order_number INTEGER NOT NULL, at_ns INTEGER NOT NULL,
    body BLOB NOT NULL, PRIMARY KEY (venue, number)
) STRICT;
CREATE TABLE IF NOT EXISTS activities (
    venue TEXT, number INTEGER, account TEXT NOT NULL, at_ns INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (venue, number)
) STRICT;
"""

# Version 1 did not know which orders are open: whoever reads them sees for himself.
_FROM_VERSION_1 = """
BEGIN;
ALTER TABLE orders ADD COLUMN is_open INTEGER NOT NULL DEFAULT 1;
PRAGMA user_version=2;
COMMIT;
"""

_INDEXES = """
CREATE INDEX IF NOT EXISTS orders_by_client ON orders (venue, account, client_order_id, number);
CREATE INDEX IF NOT EXISTS orders_open ON orders (venue, number) WHERE is_open;
CREATE INDEX IF NOT EXISTS executions_by_order ON executions (venue, order_number, number);
"""


class Store:
    """The file. `path` may be `:memory:`, or empty for a file that nobody sees and that is gone with the process.

    Raises:
        DataFault: the file was written by another version of this program.
    """

    def __init__(self, path: Path | str) -> None:
        self._connection = sqlite3.connect(str(path), isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES_MAX}")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version not in (0, 1, SCHEMA_VERSION):
            raise DataFault(f"{path}: holds venue records of version {version}, this program writes {SCHEMA_VERSION}")
        if version == 1:
            self._connection.executescript(_FROM_VERSION_1)
        self._connection.executescript(_SCHEMA + _INDEXES)
        self._connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    def venue(self, name: str) -> VenueRecords:
        """The records of one venue."""
        return VenueRecords(self._connection, name)

    def close(self) -> None:
        """Close the file. Uncommitted changes are lost, as in a crash."""
        self._connection.close()
