"""The rows of one venue in the store the venues share."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, cast

from seatrial.emulators.store_rows import StoredActivity, StoredExecution, StoredOrder


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

    def put_order(self, number: int, account: str, client_order_id: str, body: bytes, *, is_open: bool = True) -> None:
        """Create or replace an order; one that is open is read again at the next start."""
        self._orders[number] = (self.name, number, account, client_order_id, body, is_open)

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
            ("INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?)", self._orders.values()),
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

    def open_orders(self) -> list[StoredOrder]:
        """Orders that may be open, by number."""
        rows = self._rows(
            "SELECT number, account, client_order_id, body FROM orders WHERE venue=? AND is_open ORDER BY number"
        )
        return [StoredOrder(*row) for row in rows]

    @property
    def last_order_number(self) -> int:
        """The highest number of an order; 0 before the first."""
        return self._one("SELECT max(number) FROM orders WHERE venue=?") or 0

    def order(self, number: int) -> bytes | None:
        """One order's body."""
        waiting = self._orders.get(number)
        if waiting is not None:
            return cast(bytes, waiting[4])
        row = self._connection.execute(
            "SELECT body FROM orders WHERE venue=? AND number=?", (self.name, number)
        ).fetchone()
        return None if row is None else cast(bytes, row[0])

    def orders_named(self, account: str, client_order_id: str) -> Iterator[bytes]:
        """Orders of an account that have a client id, newest first; what is yet to be written is not looked at."""
        rows = self._connection.execute(
            "SELECT body FROM orders WHERE venue=? AND account=? AND client_order_id=? ORDER BY number DESC",
            (self.name, account, client_order_id),
        )
        return (body for (body,) in rows)

    def orders_from(self, account: str, number: int, *, newest_first: bool) -> Iterator[bytes]:
        """Orders of an account from a number on."""
        return self._each(
            f"SELECT body FROM orders WHERE venue=? AND account=? AND number>=? ORDER BY number {_order(newest_first)}",
            account,
            number,
        )

    def executions_from(self, account: str, *, newest_first: bool) -> Iterator[bytes]:
        """Executions of an account."""
        return self._each(
            f"SELECT body FROM executions WHERE venue=? AND account=? ORDER BY number {_order(newest_first)}", account
        )

    def executions_of(self, account: str, order_number: int) -> Iterator[bytes]:
        """Executions of one order, oldest first."""
        return self._each(
            "SELECT body FROM executions WHERE venue=? AND account=? AND order_number=? ORDER BY number",
            account,
            order_number,
        )

    def executions(self) -> list[StoredExecution]:
        """Every execution, by number."""
        rows = self._rows(
            "SELECT number, account, order_number, at_ns, body FROM executions WHERE venue=? ORDER BY number"
        )
        return [StoredExecution(*row) for row in rows]

    def executions_so_far(self, path: str) -> tuple[int, int]:
        """The highest number of an execution, and the highest of another number that is in every body at a path."""
        self._write_down()
        row = self._connection.execute(
            "SELECT max(number), max(json_extract(CAST(body AS TEXT), ?)) FROM executions WHERE venue=?",
            (path, self.name),
        ).fetchone()
        return row[0] or 0, row[1] or 0

    def activities_from(self, account: str, *, newest_first: bool) -> Iterator[bytes]:
        """Activities of an account."""
        return self._each(
            f"SELECT body FROM activities WHERE venue=? AND account=? ORDER BY number {_order(newest_first)}", account
        )

    def activities(self) -> list[StoredActivity]:
        """Every activity, by number."""
        rows = self._rows("SELECT number, account, at_ns, body FROM activities WHERE venue=? ORDER BY number")
        return [StoredActivity(*row) for row in rows]

    def _one(self, statement: str) -> int | None:
        self._write_down()
        row = self._connection.execute(statement, (self.name,)).fetchone()
        return None if row is None else row[0]

    def _each(self, statement: str, *values: object) -> Iterator[bytes]:
        """Bodies, read as they are asked for; nothing may be written meanwhile."""
        self._write_down()
        for (body,) in self._connection.execute(statement, (self.name, *values)):
            yield body

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        self._write_down()
        return self._connection.execute(statement, (self.name,)).fetchall()


def _order(newest_first: bool) -> str:
    return "DESC" if newest_first else "ASC"
