"""Two orders of one account that cross each other: self-trade prevention of the emulated Binance."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.emulators.small_binance import ALICE, FLAT, SmallBinance

from seatrial.emulators.store import Store

ORDER = "/api/v3/order"


def crossing(mode: str, *, quantity: str = "3", store: Store | None = None) -> tuple[SmallBinance, Any]:
    """Two bids at 99 and 98, one unit each, and then an offer at 98 of the mode: the market and the last answer."""
    market = SmallBinance([FLAT] * 3, store=store)
    market.to(1)
    for price in ("98", "99"):
        market.place("BUY", "LIMIT", quantity="1", price=price, newClientOrderId=f"bid-{price}")
    market.events.clear()
    answer = market.signed(
        "POST",
        ORDER,
        symbol="BTCUSDT",
        side="SELL",
        type="LIMIT",
        timeInForce="GTC",
        quantity=quantity,
        price="98",
        newClientOrderId="offer",
        selfTradePreventionMode=mode,
    )
    return market, answer.body


def states(market: SmallBinance) -> list[tuple[str, str, Decimal]]:
    """Client id, status and prevented quantity of every order."""
    return [(one.client_order_id, one.status, one.prevented) for one in market.alice.orders.values()]


@pytest.mark.parametrize(
    ("mode", "expected", "locked"),
    [
        ("NONE", [("NEW", 0), ("NEW", 0), ("NEW", 0)], (197, 3)),
        ("EXPIRE_TAKER", [("NEW", 0), ("NEW", 0), ("EXPIRED_IN_MATCH", 3)], (197, 0)),
        ("EXPIRE_MAKER", [("EXPIRED_IN_MATCH", 1), ("EXPIRED_IN_MATCH", 1), ("NEW", 0)], (0, 3)),
        ("EXPIRE_BOTH", [("NEW", 0), ("EXPIRED_IN_MATCH", 1), ("EXPIRED_IN_MATCH", 3)], (98, 0)),
        ("DECREMENT", [("EXPIRED_IN_MATCH", 1), ("EXPIRED_IN_MATCH", 1), ("NEW", 2)], (0, 1)),
        ("TRANSFER", [("EXPIRED_IN_MATCH", 1), ("EXPIRED_IN_MATCH", 1), ("NEW", 2)], (0, 1)),
    ],
)
def test_the_takers_mode_rules(mode: str, expected: list[tuple[str, int]], locked: tuple[int, int]) -> None:
    market, _ = crossing(mode)

    assert [row[1:] for row in states(market)] == expected
    assert (market.locked("USDT"), market.locked("BTC")) == locked


def test_a_larger_maker_lives_on_with_what_is_left() -> None:
    market, answer = crossing("DECREMENT", quantity="0.25")

    quarter = Decimal("0.25")
    assert states(market) == [("bid-98", "NEW", 0), ("bid-99", "NEW", quarter), ("offer", "EXPIRED_IN_MATCH", quarter)]
    assert market.locked("USDT") == Decimal("98") + Decimal("0.75") * 99
    assert answer["preventedMatches"] == [
        {"preventedMatchId": 0, "makerOrderId": 2, "price": "99.00000000"}
        | {"takerPreventedQuantity": "0.25000000", "makerPreventedQuantity": "0.25000000"}
    ]


def test_the_stream_tells_both_sides_and_the_rest_of_the_order() -> None:
    market, _ = crossing("EXPIRE_BOTH")

    reports = [event for event in market.events if event["e"] == "executionReport"]
    told = [(one["c"], one["x"], one["X"], one.get("v"), one.get("A"), one.get("U")) for one in reports]
    assert told == [
        ("offer", "NEW", "NEW", None, None, None),
        ("bid-99", "TRADE_PREVENTION", "EXPIRED_IN_MATCH", 0, "1.00000000", 3),
        ("offer", "TRADE_PREVENTION", "EXPIRED_IN_MATCH", 0, "3.00000000", 2),
    ]


def test_prevented_matches_are_remembered(tmp_path: Path) -> None:
    path = tmp_path / "venues.db"
    market, _ = crossing("EXPIRE_MAKER", store=Store(path))
    asked = {"symbol": "BTCUSDT", "orderId": 3}
    before = market.signed("GET", "/api/v3/myPreventedMatches", **asked).body
    market.store.close()

    after = SmallBinance([FLAT] * 3, store=Store(path)).signed("GET", "/api/v3/myPreventedMatches", **asked).body

    assert before == after
    assert [(row["preventedMatchId"], row["makerOrderId"]) for row in before] == [(0, 2), (1, 1)]
    assert before[0]["makerPreventedQuantity"] == "1.00000000"
    assert "takerPreventedQuantity" not in before[0]


@pytest.mark.parametrize(
    ("values", "code"), [({}, -1102), ({"preventedMatchId": 1, "orderId": 2}, -1128), ({"symbol": "NOPE"}, -1121)]
)
def test_a_question_about_prevented_matches_needs_one_id(values: dict[str, object], code: int) -> None:
    market = SmallBinance()
    answer = market.signed("GET", "/api/v3/myPreventedMatches", ALICE, **({"symbol": "BTCUSDT"} | values))
    assert answer.body["code"] == code


def test_a_maker_that_would_take_from_its_owner_is_refused() -> None:
    market, _ = crossing("NONE")
    values = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT_MAKER", "quantity": "1", "price": "98.5"}
    assert market.signed("POST", ORDER, **values).body["msg"] == "Order would immediately match and take."
