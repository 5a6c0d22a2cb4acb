"""Cancel-replace and amend of the emulated Binance: one request, two outcomes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.emulators.small_binance import SmallBinance

REPLACE = "/api/v3/order/cancelReplace"
NEW = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "2",
    "price": "80",
    "newClientOrderId": "new",
}


def waiting() -> SmallBinance:
    """A venue with one order, `old`, that nothing fills."""
    market = SmallBinance()
    market.to(1)
    market.place("BUY", "LIMIT", quantity="1", price="90", newClientOrderId="old")
    market.events.clear()
    return market


def replace(market: SmallBinance, old: str = "old", mode: str = "STOP_ON_FAILURE", **changed: str) -> tuple[int, Any]:
    """Ask for it: `(HTTP status, body)`."""
    values = NEW | {"cancelReplaceMode": mode, "cancelOrigClientOrderId": old} | changed
    answer = market.signed("POST", REPLACE, **values)
    return answer.status, answer.body


def test_both_halves_succeed() -> None:
    market = waiting()

    status, body = replace(market)

    assert (status, body["cancelResult"], body["newOrderResult"]) == (200, "SUCCESS", "SUCCESS")
    assert (body["cancelResponse"]["origClientOrderId"], body["newOrderResponse"]["clientOrderId"]) == ("old", "new")
    assert [event["x"] for event in market.events if "x" in event] == ["CANCELED", "NEW"]
    assert market.locked("USDT") == 160


@pytest.mark.parametrize(
    ("old", "mode", "price", "expected"),
    [
        ("gone", "STOP_ON_FAILURE", "80", (400, -2022, "FAILURE", "NOT_ATTEMPTED", -2011, None, 90)),
        ("gone", "ALLOW_FAILURE", "80", (409, -2021, "FAILURE", "SUCCESS", -2011, 0, 250)),
        ("old", "STOP_ON_FAILURE", "100000", (409, -2021, "SUCCESS", "FAILURE", 0, -2010, 0)),
        ("gone", "ALLOW_FAILURE", "100000", (400, -2022, "FAILURE", "FAILURE", -2011, -2010, 90)),
    ],
)
def test_each_half_tells_its_own_outcome(old: str, mode: str, price: str, expected: tuple[object, ...]) -> None:
    market = waiting()
    quantity = "300" if price == "100000" else "2"

    status, body = replace(market, old, mode, price="480" if price == "100000" else price, quantity=quantity)

    data = body["data"]
    codes = [
        None if data[name] is None else data[name].get("code", 0) for name in ("cancelResponse", "newOrderResponse")
    ]
    found = (status, body["code"], data["cancelResult"], data["newOrderResult"], *codes, market.locked("USDT"))
    assert found == expected
    rejected = [event["r"] for event in market.events if event.get("x") == "REJECTED"]
    assert rejected == (["INSUFFICIENT_BALANCES"] if expected[2:4] == ("SUCCESS", "FAILURE") else [])


def test_a_new_order_that_fails_a_filter_cancels_nothing() -> None:
    market = waiting()

    status, body = replace(market, price="80.001")

    assert (status, body) == (400, {"code": -1013, "msg": "Filter failure: PRICE_FILTER"})
    assert len(market.alice.open_orders()) == 1


def test_over_the_order_limit_the_cancel_alone_can_be_asked_for() -> None:
    market = waiting()
    market.alice.meter.add(49)

    assert replace(market)[1]["code"] == -1015
    status, body = replace(market, orderRateLimitExceededMode="CANCEL_ONLY")

    assert (status, body["code"], body["data"]["newOrderResult"]) == (409, -2021, "NOT_ATTEMPTED")
    assert market.alice.open_orders() == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"mode": "PERHAPS"}, -1130),
        ({"orderRateLimitExceededMode": "PERHAPS"}, -1130),
        ({"cancelRestrictions": "PERHAPS"}, -1145),
        ({"cancelRestrictions": "ONLY_PARTIALLY_FILLED"}, -2022),
        ({"colour": "red"}, -1104),
    ],
)
def test_nonsense_is_refused(values: dict[str, str], code: int) -> None:
    market = waiting()
    assert replace(market, **values)[1]["code"] == code
    assert len(market.alice.open_orders()) == 1


def test_an_amended_order_is_smaller_and_keeps_its_number() -> None:
    market = waiting()

    answer = market.signed(
        "PUT", "/api/v3/order/amend/keepPriority", symbol="BTCUSDT", origClientOrderId="old", newQty="0.4"
    )

    assert answer.body["amendedOrder"]["qty"] == "0.40000000"
    assert [event["x"] for event in market.events if "x" in event] == ["REPLACED"]
    assert market.locked("USDT") == Decimal(36)


def test_an_amended_order_fills_no_more_than_is_left_of_it() -> None:
    market = SmallBinance([("100", "100", "100", "100", "40"), ("100", "100", "85", "85", "40")])
    market.to(1)
    market.place("BUY", "LIMIT", quantity="1", price="90", newClientOrderId="old")
    market.signed("PUT", "/api/v3/order/amend/keepPriority", symbol="BTCUSDT", origClientOrderId="old", newQty="0.4")
    market.to(119)

    (order,) = market.alice.orders.values()
    assert (order.status, order.executed) == ("FILLED", Decimal("0.4"))
    assert (market.locked("USDT"), market.free("USDT")) == (0, Decimal(100_000 - 36))


@pytest.mark.parametrize(("quantity", "code"), [("1", -2038), ("2", -2038), ("0.000001", -1013), ("0.05", -1013)])
def test_an_order_does_not_grow(quantity: str, code: int) -> None:
    market = waiting()
    values = {"symbol": "BTCUSDT", "origClientOrderId": "old", "newQty": quantity}
    assert market.signed("PUT", "/api/v3/order/amend/keepPriority", **values).body["code"] == code
