"""Order lists of the emulated Binance: one cancels the other, one triggers the other."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.emulators.small_binance import FLAT, OHLCV, SmallBinance

from seatrial.emulators.store import Store

LISTS = "/api/v3/orderList"
SELL_PAIR = {
    "symbol": "BTCUSDT",
    "side": "SELL",
    "quantity": "1",
    "aboveType": "LIMIT_MAKER",
    "abovePrice": "110",
    "aboveClientOrderId": "profit",
    "belowType": "STOP_LOSS_LIMIT",
    "belowStopPrice": "95",
    "belowPrice": "90",
    "belowTimeInForce": "GTC",
    "belowClientOrderId": "stop",
    "listClientOrderId": "pair",
}
UP: OHLCV = ("100", "115", "100", "112", "40")
DOWN: OHLCV = ("100", "100", "85", "92", "40")
OLD_PAIR = {"symbol": "BTCUSDT", "side": "SELL", "quantity": "1", "price": "110", "stopPrice": "95"}


def told(market: SmallBinance) -> list[tuple[object, ...]]:
    """Events as (client id, execution, status), and of lists as (client id, status)."""
    kinds = {"executionReport": ("C", "x", "X"), "listStatus": ("C", "l")}
    rows = []
    for event in market.events:
        if event["e"] == "executionReport":
            rows.append((event["C"] or event["c"], event["x"], event["X"]))
        elif event["e"] in kinds:
            rows.append((event["C"], event["l"]))
    return rows


def test_a_pair_locks_its_quantity_once() -> None:
    market = SmallBinance()
    market.to(1)

    answer = market.signed("POST", f"{LISTS}/oco", **SELL_PAIR)

    assert answer.status == 200
    assert (answer.body["contingencyType"], answer.body["listStatusType"]) == ("OCO", "EXEC_STARTED")
    assert [order["clientOrderId"] for order in answer.body["orders"]] == ["profit", "stop"]
    assert [report["status"] for report in answer.body["orderReports"]] == ["NEW", "NEW"]
    assert answer.headers["X-MBX-ORDER-COUNT-10S"] == "2"
    assert (market.locked("BTC"), market.free("BTC")) == (1, 4)
    assert told(market) == [("profit", "NEW", "NEW"), ("stop", "NEW", "NEW"), ("pair", "EXEC_STARTED")]


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        (UP, [("stop", "EXPIRED", "EXPIRED"), ("profit", "TRADE", "FILLED"), ("pair", "ALL_DONE")]),
        (DOWN, [("profit", "EXPIRED", "EXPIRED"), ("stop", "TRADE", "FILLED"), ("pair", "ALL_DONE")]),
    ],
)
def test_the_leg_that_trades_ends_the_other(minute: OHLCV, expected: list[tuple[object, ...]]) -> None:
    market = SmallBinance([FLAT, minute, FLAT])
    market.to(1)
    market.signed("POST", f"{LISTS}/oco", **SELL_PAIR)
    market.to(179)

    assert told(market)[3:] == expected
    assert [event["eR"] for event in market.events if event.get("X") == "EXPIRED"] == ["OCO_TRIGGER"]
    assert (market.locked("BTC"), market.free("BTC")) == (0, 4)


@pytest.mark.parametrize("client_id", ["profit", "stop"])
def test_taking_back_one_leg_takes_back_the_pair(client_id: str) -> None:
    market = SmallBinance()
    market.to(1)
    market.signed("POST", f"{LISTS}/oco", **SELL_PAIR)

    answer = market.signed("DELETE", "/api/v3/order", symbol="BTCUSDT", origClientOrderId=client_id)

    assert answer.body["listOrderStatus"] == "ALL_DONE"
    assert {report["origClientOrderId"] for report in answer.body["orderReports"]} == {"profit", "stop"}
    assert market.locked("BTC") == 0
    again = market.signed("DELETE", LISTS, symbol="BTCUSDT", listClientOrderId="pair")
    assert (again.status, again.body["code"]) == (400, -2011)


def test_lists_are_told_by_both_ids_and_survive_the_venue(tmp_path: Path) -> None:
    path = tmp_path / "venues.db"
    rows = [FLAT, FLAT, UP, FLAT]
    market = SmallBinance(rows, store=Store(path))
    market.to(1)
    market.signed("POST", f"{LISTS}/oco", **SELL_PAIR)
    market.store.close()

    market = SmallBinance(rows, store=Store(path))
    by_id = market.signed("GET", LISTS, orderListId=0).body
    assert by_id == market.signed("GET", LISTS, origClientOrderId="pair").body
    assert [one["orderListId"] for one in market.signed("GET", "/api/v3/openOrderList").body] == [0]
    market.to(239)

    assert market.signed("GET", "/api/v3/openOrderList").body == []
    assert [one["listOrderStatus"] for one in market.signed("GET", "/api/v3/allOrderList").body] == ["ALL_DONE"]
    assert market.signed("GET", LISTS, orderListId=7).body == {"code": -2018, "msg": "Order list does not exist."}


def test_the_deprecated_address_places_the_same_pair() -> None:
    market = SmallBinance()
    market.to(1)

    answer = market.signed("POST", "/api/v3/order/oco", **OLD_PAIR)

    assert {report["type"] for report in answer.body["orderReports"]} == {"LIMIT_MAKER", "STOP_LOSS"}
    assert market.signed("DELETE", "/api/v3/openOrders", symbol="BTCUSDT").body[0]["contingencyType"] == "OCO"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"aboveType": "LIMIT"}, -1158),
        ({"belowType": "LIMIT_MAKER", "belowPrice": "90"}, -1168),
        ({"side": "BUY"}, -1165),
        ({"belowType": "TAKE_PROFIT"}, -1199),
        ({"abovePrice": "99"}, -2010),
        ({"belowStopPrice": "101"}, -2010),
        ({"abovePrice": ""}, -1102),
        ({"quantity": "0.000001"}, -1013),
        ({"quantity": "6"}, -2010),
        ({"belowClientOrderId": "profit"}, -2010),
        ({"colour": "red"}, -1104),
    ],
)
def test_a_pair_that_makes_no_sense_is_refused_whole(changed: dict[str, str], code: int) -> None:
    market = SmallBinance()
    market.to(1)
    values = SELL_PAIR | changed
    dropped = {"LIMIT_MAKER": ("belowTimeInForce", "belowStopPrice"), "TAKE_PROFIT": ("belowTimeInForce", "belowPrice")}
    for name in dropped.get(values["belowType"], ()):
        del values[name]

    answer = market.signed("POST", f"{LISTS}/oco", **values)

    assert (answer.status, answer.body["code"]) == (400, code), answer.body
    assert market.alice.open_orders() == []
    assert market.locked("BTC") == 0


ONE_TRIGGERS = {
    "symbol": "BTCUSDT",
    "workingType": "LIMIT",
    "workingSide": "BUY",
    "workingPrice": "99",
    "workingQuantity": "1",
    "workingTimeInForce": "GTC",
    "pendingSide": "SELL",
    "pendingQuantity": "0.9",
}


def test_a_pending_order_enters_once_the_working_one_is_filled() -> None:
    market = SmallBinance([FLAT, DOWN, ("92", "92", "92", "92", "40")])
    market.to(1)

    answer = market.signed("POST", f"{LISTS}/oto", **ONE_TRIGGERS, pendingType="MARKET")
    assert [report["status"] for report in answer.body["orderReports"]] == ["NEW", "PENDING_NEW"]
    assert market.locked("BTC") == 0
    market.to(179)

    assert [order.status for order in market.alice.orders.values()] == ["FILLED", "FILLED"]
    assert told(market)[-1][1] == "ALL_DONE"
    assert (market.locked("BTC"), market.locked("USDT")) == (0, 0)


def test_a_bracket_is_a_working_order_and_a_pair_that_waits_for_it() -> None:
    market = SmallBinance([FLAT, ("99", "99", "98", "98", "40"), ("98", "98", "98", "98", "40"), UP])
    market.to(1)

    pair = {"pendingAboveType": "LIMIT_MAKER", "pendingAbovePrice": "110", "pendingBelowType": "STOP_LOSS"}
    market.signed("POST", f"{LISTS}/otoco", **ONE_TRIGGERS, **pair, pendingBelowStopPrice="80")
    market.to(130)
    assert [order.status for order in market.alice.orders.values()] == ["FILLED", "NEW", "NEW"]
    assert market.locked("BTC") == Decimal("0.9")
    market.to(239)

    assert [order.status for order in market.alice.orders.values()] == ["FILLED", "FILLED", "EXPIRED"]
    assert market.locked("BTC") == 0


def test_the_end_of_the_working_order_ends_what_waited_for_it() -> None:
    market = SmallBinance()
    market.to(1)
    market.signed("POST", f"{LISTS}/oto", **ONE_TRIGGERS, pendingType="MARKET", listClientOrderId="both")

    answer = market.signed("DELETE", LISTS, symbol="BTCUSDT", listClientOrderId="both")

    assert [report["status"] for report in answer.body["orderReports"]] == ["CANCELED", "CANCELED"]
    assert market.locked("USDT") == 0


def test_a_pending_order_that_cannot_be_paid_for_expires() -> None:
    market = SmallBinance([FLAT, DOWN, FLAT])
    market.to(1)
    market.signed("POST", f"{LISTS}/oto", **(ONE_TRIGGERS | {"pendingQuantity": "100"}), pendingType="MARKET")
    market.to(179)

    assert [(one.status, one.expiry_reason) for one in market.alice.orders.values()] == [
        ("FILLED", None),
        ("EXPIRED", "REJECTED"),
    ]


def test_lists_that_ended_leave_room_for_as_many_stops_as_before() -> None:
    market = SmallBinance()
    market.to(1)

    for _ in range(12):
        assert market.signed("POST", f"{LISTS}/oco", **SELL_PAIR).status == 200
        gone = market.signed("DELETE", "/api/v3/orderList", symbol="BTCUSDT", listClientOrderId="pair")
        assert gone.status == 200

    assert market.alice.open_counts("BTCUSDT") == (0, 0)
