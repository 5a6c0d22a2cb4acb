"""Orders that left memory answer every question as they did before."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.emulators.small_binance import FLAT, SmallBinance

from seatrial.emulators.binance import account as rooms
from seatrial.emulators.store import SCHEMA_VERSION, Store

QUESTIONS: tuple[tuple[str, dict[str, object]], ...] = (
    ("/api/v3/allOrders", {}),
    ("/api/v3/allOrders", {"limit": 3}),
    ("/api/v3/allOrders", {"orderId": 4, "limit": 2}),
    ("/api/v3/allOrders", {"startTime": 0, "limit": 2}),
    ("/api/v3/myTrades", {}),
    ("/api/v3/myTrades", {"limit": 2}),
    ("/api/v3/myTrades", {"fromId": 0, "limit": 2}),
    ("/api/v3/myTrades", {"orderId": 1}),
    ("/api/v3/openOrders", {}),
    *(("/api/v3/order", {"orderId": number}) for number in (1, 2, 5, 10)),
    *(("/api/v3/order", {"origClientOrderId": name}) for name in ("again", "sold 1", "never")),
)


def traded(at_hand: int, monkeypatch: pytest.MonkeyPatch, store: Store | None = None) -> SmallBinance:
    """Ten orders that end, of which four bear one name, and two that stay open."""
    monkeypatch.setattr(rooms, "ENDED_AT_HAND_MAX", at_hand)
    market = SmallBinance((FLAT,) * 9, store=store)
    for minute in range(5):
        market.to(60 * minute + 1)
        name = "again" if minute < 4 else "last"
        market.place("BUY", "MARKET", quantity="0.5", newClientOrderId=name)
        market.place("SELL", "LIMIT", quantity="0.3", price="99", newClientOrderId=f"sold{minute}")
        market.to(60 * minute + 30)
    market.place("BUY", "LIMIT", quantity="1", price="90", newClientOrderId="open")
    market.place("SELL", "LIMIT", quantity="1", price="110", newClientOrderId="above")
    return market


def answers(market: SmallBinance) -> list[Any]:
    """What every question is answered."""
    asked = (market.signed("GET", path, symbol="BTCUSDT", **values) for path, values in QUESTIONS)
    return [(one.status, one.body) for one in asked]


def test_a_venue_that_keeps_two_ended_orders_answers_like_one_that_keeps_all(monkeypatch: pytest.MonkeyPatch) -> None:
    keeps_all, keeps_two = traded(1_000, monkeypatch), traded(2, monkeypatch)

    assert len(keeps_two.alice._at_hand) == 4
    assert answers(keeps_two) == answers(keeps_all)
    assert keeps_two.history.count == keeps_all.history.count


def test_so_does_one_that_was_killed_meanwhile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "venues.db"
    before = traded(1_000, monkeypatch, Store(path))
    told = answers(before)
    before.store.close()

    after = SmallBinance((FLAT,) * 9, store=Store(path))
    after.clock.at_ns = before.clock.at_ns

    assert answers(after) == told
    assert after.locked("USDT") == Decimal(90)
    assert sorted(order.client_order_id for order in after.alice.open_orders()) == ["above", "open"]


def test_a_name_can_be_used_again_and_means_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    market = traded(0, monkeypatch)

    found = market.alice.find("BTCUSDT", None, "again")

    assert found is not None
    assert found.order_id == 7
    assert market.alice.find("BTCUSDT", 1, "again") is not None


def test_a_file_of_the_version_before_is_read_and_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "venues.db"
    before = traded(1_000, monkeypatch, Store(path))
    told = answers(before)
    before.store.close()
    with sqlite3.connect(path) as file:
        for index in ("orders_by_client", "orders_open", "executions_by_order"):
            file.execute(f"DROP INDEX {index}")
        file.execute("ALTER TABLE orders DROP COLUMN is_open")
        file.execute("PRAGMA user_version=1")
    file.close()

    after = SmallBinance((FLAT,) * 9, store=Store(path))
    after.clock.at_ns = before.clock.at_ns

    assert answers(after) == told
    after.store.close()
    with sqlite3.connect(path) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    file.close()


LIST_QUESTIONS: tuple[tuple[str, dict[str, object]], ...] = (
    ("/api/v3/allOrderList", {}),
    ("/api/v3/allOrderList", {"limit": 2}),
    ("/api/v3/allOrderList", {"fromId": 3, "limit": 2}),
    ("/api/v3/openOrderList", {}),
    *(("/api/v3/orderList", {"orderListId": number}) for number in (0, 4, 7, 99)),
    *(("/api/v3/orderList", {"origClientOrderId": name}) for name in ("pair", "open", "never")),
)


def paired(at_hand: int, monkeypatch: pytest.MonkeyPatch, store: Store | None = None) -> SmallBinance:
    """One list that stays open, then six of one name that are taken back."""
    monkeypatch.setattr(rooms, "ENDED_AT_HAND_MAX", at_hand)
    monkeypatch.setattr(rooms, "LISTS_AT_HAND_MAX", at_hand)
    market = SmallBinance((FLAT,) * 9, store=store)
    market.to(1)
    pair = {"symbol": "BTCUSDT", "side": "SELL", "quantity": "1", "aboveType": "LIMIT_MAKER", "belowType": "STOP_LOSS"}
    prices = {"abovePrice": "110", "belowStopPrice": "90"}
    for name in ("open", *["pair"] * 6):
        placed = market.signed("POST", "/api/v3/orderList/oco", **pair, **prices, listClientOrderId=name)
        assert placed.status == 200
        if name == "pair":
            gone = market.signed("DELETE", "/api/v3/orderList", symbol="BTCUSDT", listClientOrderId=name)
            assert gone.status == 200
    return market


def list_answers(market: SmallBinance) -> list[Any]:
    asked = (market.signed("GET", path, **values) for path, values in LIST_QUESTIONS)
    return [(one.status, one.body) for one in asked]


def test_lists_that_left_memory_answer_as_they_did_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keeps_all = paired(1_000, monkeypatch)
    path = tmp_path / "venues.db"
    keeps_one = paired(1, monkeypatch, Store(path))

    assert len(keeps_all.alice._lists) == 7
    assert len(keeps_one.alice._lists) <= 3, "the open one, and few that ended"
    assert 0 in keeps_one.alice._lists
    told = list_answers(keeps_all)
    assert list_answers(keeps_one) == told
    keeps_one.store.close()
    after = SmallBinance((FLAT,) * 9, store=Store(path))
    after.clock.at_ns = keeps_one.clock.at_ns
    assert list_answers(after) == told
    assert after.signed("DELETE", "/api/v3/openOrders", symbol="BTCUSDT").body[0]["orderListId"] == 0


def test_prevented_matches_at_hand_are_bounded_and_all_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "MATCHES_AT_HAND_MAX", 2)
    market = SmallBinance((FLAT,) * 3)
    market.to(1)
    for number in range(5):
        market.place("BUY", "LIMIT", quantity="0.1", price="99", newClientOrderId=f"bid{number}")
        market.place("SELL", "LIMIT", quantity="0.1", price="99", selfTradePreventionMode="EXPIRE_MAKER")
        market.to(2 + number)

    assert len(market.alice._matches) == 2
    asked = [
        market.signed("GET", "/api/v3/myPreventedMatches", symbol="BTCUSDT", preventedMatchId=number).body
        for number in range(5)
    ]
    assert [[row["preventedMatchId"] for row in rows] for rows in asked] == [[0], [1], [2], [3], [4]]
