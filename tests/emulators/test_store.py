"""What was committed is there again; what was not, never happened."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from seatrial.domain.faults import DataFault
from seatrial.emulators.store import Store


def test_committed_rows_come_back_and_uncommitted_ones_do_not(tmp_path: Path) -> None:
    path = tmp_path / "venues.db"
    store = Store(path)
    records = store.venue("alpaca")
    records.put_account("paper", b"{}")
    records.put_order(1, "paper", "A", b"first")
    records.add_execution(1, "paper", 1, 99, b"fill")
    records.put_market(100)
    records.commit()
    records.put_order(1, "paper", "A", b"second")
    store.close()

    again = Store(path).venue("alpaca")

    assert again.accounts() == {"paper": b"{}"}
    assert [(order.number, order.client_order_id, order.body) for order in again.orders()] == [(1, "A", b"first")]
    assert [(row.order_number, row.at_ns, row.body) for row in again.executions()] == [(1, 99, b"fill")]
    assert again.market_ns == 100


def test_two_venues_share_a_file_and_see_only_their_own() -> None:
    store = Store(":memory:")
    alpaca, binance = store.venue("alpaca"), store.venue("binance")

    alpaca.put_order(1, "paper", "A", b"a")
    binance.put_order(1, "spot", "B", b"b")

    assert [order.client_order_id for order in alpaca.orders()] == ["A"]
    assert [order.client_order_id for order in binance.orders()] == ["B"]


def test_a_reset_forgets_everything_and_counts_an_epoch() -> None:
    records = Store(":memory:").venue("alpaca")
    records.put_account("paper", b"{}")
    records.put_market(5)

    assert records.epoch == 1
    assert records.reset() == 2
    assert records.accounts() == {}
    assert records.market_ns is None


def test_an_execution_number_is_used_once() -> None:
    records = Store(":memory:").venue("alpaca")
    records.add_execution(1, "paper", 1, 0, b"")

    records.add_execution(1, "paper", 1, 0, b"")

    with pytest.raises(sqlite3.IntegrityError):
        records.commit()


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "venues.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()

    with pytest.raises(DataFault, match="version 99"):
        Store(path)


def test_questions_about_the_past_do_not_read_all_of_it() -> None:
    store = Store(":memory:")
    plans = {
        "orders_by_client": "SELECT body FROM orders WHERE venue=? AND account=? AND client_order_id=?"
        " ORDER BY number DESC",
        "executions_by_order": "SELECT body FROM executions WHERE venue=? AND account=? AND order_number=?"
        " ORDER BY number",
        "orders_open": "SELECT number, account, client_order_id, body FROM orders WHERE venue=? AND is_open"
        " ORDER BY number",
    }

    for index, statement in plans.items():
        values = ("binance",) * statement.count("?")
        rows = store._connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
        assert [index in row[-1] for row in rows] == [True], rows
