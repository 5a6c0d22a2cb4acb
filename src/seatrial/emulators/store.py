"""What the venues must not forget: accounts, orders, executions, activities and where the market stands.

One SQLite file for both venues; rows are JSON of the venue's own making, keyed by venue and account. The
rule: a change is committed *before* the HTTP answer or the stream event that tells of it, so that
`kill -9` loses nothing a client was told. WAL with `synchronous=NORMAL` survives the death of the
process; it is not meant to survive the death of the machine.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

from seatrial.domain.faults import DataFault

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE IF NOT EXISTS venues (
    venue TEXT PRIMARY KEY, epoch INTEGER NOT NULL, market_ns INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS accounts (
    venue TEXT, account TEXT, body BLOB NOT NULL, PRIMARY KEY (venue, account)
) STRICT;
CREATE TABLE IF NOT EXISTS orders (
    venue TEXT, number INTEGER, account TEXT NOT NULL, client_order_id TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (venue, number)
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


class StoredOrder(NamedTuple):
    """An order row; `number` is the exchange's order number."""

    number: int
    account: str
    client_order_id: str
    body: bytes


class StoredExecution(NamedTuple):
    """An execution row; `at_ns` is market time."""

    number: int
    account: str
    order_number: int
    at_ns: int
    body: bytes


class StoredActivity(NamedTuple):
    """Anything else that changed an account, such as its first deposit; `at_ns` is market time."""

    number: int
    account: str
    at_ns: int
    body: bytes


class Store:
    """The file. `path` may be `:memory:`.

    Raises:
        DataFault: the file was written by another version of this program.
    """

    def __init__(self, path: Path | str) -> None:
        self._connection = sqlite3.connect(str(path), isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version not in (0, SCHEMA_VERSION):
            raise DataFault(f"{path}: holds venue records of version {version}, this program writes {SCHEMA_VERSION}")
        self._connection.executescript(_SCHEMA)
        self._connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    def venue(self, name: str) -> VenueRecords:
        """The records of one venue."""
        return VenueRecords(self._connection, name)

    def close(self) -> None:
        """Close the file. Uncommitted changes are lost, as in a crash."""
        self._connection.close()


class VenueRecords:
    """The rows of one venue. Nothing is durable before `commit`, which writes everything since the last one at once.

    A row that is written twice in between is written once. Reading sees what was written, committed or not.
    """

    def __init__(self, connection: sqlite3.Connection, venue: str) -> None:
        self._connection = connection
        self.name = venue
        self._accounts: dict[str, tuple[object, ...]] = {}
        self._orders: dict[int, tuple[object, ...]] = {}
        self._executions: list[tuple[object, ...]] = []
        self._activities: list[tuple[object, ...]] = []
        self._market_ns: int | None = None
        connection.execute("INSERT OR IGNORE INTO venues VALUES (?, 1, NULL)", (venue,))

    # ---------------------------------------------------------------- writes

    def put_account(self, account: str, body: bytes) -> None:
        """Create or replace an account."""
        self._accounts[account] = (self.name, account, body)

    def put_order(self, number: int, account: str, client_order_id: str, body: bytes) -> None:
        """Create or replace an order."""
        self._orders[number] = (self.name, number, account, client_order_id, body)

    def add_execution(self, number: int, account: str, order_number: int, at_ns: int, body: bytes) -> None:
        """Append an execution; its number is used once."""
        self._executions.append((self.name, number, account, order_number, at_ns, body))

    def add_activity(self, number: int, account: str, at_ns: int, body: bytes) -> None:
        """Append an activity; its number is used once."""
        self._activities.append((self.name, number, account, at_ns, body))

    def put_market(self, market_ns: int) -> None:
        """Everything of the market up to this instant is in the records."""
        self._market_ns = market_ns

    def commit(self) -> None:
        """Make everything written since the last commit durable."""
        self._write_down()
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def reset(self) -> int:
        """Forget everything and begin a new epoch; returns its number. A client can tell by the account's id."""
        self._write_down()
        self._begin()
        for table in ("accounts", "orders", "executions", "activities"):
            self._connection.execute(f"DELETE FROM {table} WHERE venue=?", (self.name,))
        self._connection.execute("UPDATE venues SET epoch=epoch+1, market_ns=NULL WHERE venue=?", (self.name,))
        self.commit()
        return self.epoch

    def _write_down(self) -> None:
        """What waits, into the transaction under way."""
        for statement, rows in (
            ("INSERT OR REPLACE INTO accounts VALUES (?, ?, ?)", self._accounts.values()),
            ("INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?)", self._orders.values()),
            ("INSERT INTO executions VALUES (?, ?, ?, ?, ?, ?)", self._executions),
            ("INSERT INTO activities VALUES (?, ?, ?, ?, ?)", self._activities),
        ):
            if rows:
                self._begin()
                self._connection.executemany(statement, rows)
        if self._market_ns is not None:
            self._begin()
            self._connection.execute("UPDATE venues SET market_ns=? WHERE venue=?", (self._market_ns, self.name))
        for waiting in (self._accounts, self._orders, self._executions, self._activities):
            waiting.clear()
        self._market_ns = None

    def _begin(self) -> None:
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN")

    # ----------------------------------------------------------------- reads

    @property
    def epoch(self) -> int:
        """Counts the resets, from 1."""
        return self._one("SELECT epoch FROM venues WHERE venue=?") or 1

    @property
    def market_ns(self) -> int | None:
        """Where the market stood at the last commit; None before the first."""
        return self._one("SELECT market_ns FROM venues WHERE venue=?")

    def accounts(self) -> dict[str, bytes]:
        """Every account's body by its name."""
        return dict(self._rows("SELECT account, body FROM accounts WHERE venue=? ORDER BY account"))

    def orders(self) -> list[StoredOrder]:
        """Every order, by number."""
        rows = self._rows("SELECT number, account, client_order_id, body FROM orders WHERE venue=? ORDER BY number")
        return [StoredOrder(*row) for row in rows]

    def executions(self) -> list[StoredExecution]:
        """Every execution, by number."""
        rows = self._rows(
            "SELECT number, account, order_number, at_ns, body FROM executions WHERE venue=? ORDER BY number"
        )
        return [StoredExecution(*row) for row in rows]

    def activities(self) -> list[StoredActivity]:
        """Every activity, by number."""
        rows = self._rows("SELECT number, account, at_ns, body FROM activities WHERE venue=? ORDER BY number")
        return [StoredActivity(*row) for row in rows]

    def _one(self, statement: str) -> int | None:
        self._write_down()
        row = self._connection.execute(statement, (self.name,)).fetchone()
        return None if row is None else row[0]

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        self._write_down()
        return self._connection.execute(statement, (self.name,)).fetchall()
