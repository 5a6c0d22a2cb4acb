"""The REST door of the emulated Binance: shapes, errors with their exact texts, filters, limits, headers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.emulators.small_binance import ALICE, BOB, DAY_START_NS, FLAT, SmallBinance

from seatrial.domain.time import MINUTE_NS
from seatrial.emulators.faults import Fault

ORDER = "/api/v3/order"
START_MS = DAY_START_NS // 10**6
LIMIT = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1", "price": "90"}


def without(*names: str, **values: str) -> dict[str, str]:
    """The limit order with some parameters left out or changed."""
    return {name: value for name, value in LIMIT.items() if name not in names} | values


# --------------------------------------------------------------------------- public


def test_the_time_is_the_api_clock_and_not_the_market() -> None:
    market = SmallBinance()
    market.to(61)

    assert market.get("/api/v3/time").body == {"serverTime": market.clock.at_ns // 10**6}
    assert market.get("/api/v3/ping").body == {}


def test_microseconds_are_told_to_those_who_ask_for_them() -> None:
    market = SmallBinance()

    answer = market.send("GET", "/api/v3/time", headers={"X-MBX-TIME-UNIT": "MICROSECOND"})

    assert answer.body == {"serverTime": market.clock.at_ns // 10**3}


def test_exchange_info_lists_the_rules_of_a_symbol() -> None:
    (listing,) = SmallBinance().get("/api/v3/exchangeInfo", symbol="BTCUSDT").body["symbols"]

    assert (listing["status"], listing["baseAsset"], listing["quoteAsset"]) == ("TRADING", "BTC", "USDT")
    assert listing["permissionSets"] == [["SPOT"]]
    filters = {one["filterType"]: one for one in listing["filters"]}
    assert filters["PRICE_FILTER"]["tickSize"] == "0.01000000"
    assert filters["LOT_SIZE"]["stepSize"] == "0.00001000"
    assert filters["NOTIONAL"]["minNotional"] == "5.00000000"
    assert {"MARKET_LOT_SIZE", "PERCENT_PRICE_BY_SIDE", "MAX_NUM_ORDERS", "MAX_NUM_ALGO_ORDERS"} <= filters.keys()


def test_klines_are_the_finished_minutes_and_the_one_under_way() -> None:
    market = SmallBinance([("100", "103", "99", "101", "40"), ("101", "101", "98", "98", "8"), FLAT])
    market.to(81)

    first, second = market.get("/api/v3/klines", symbol="BTCUSDT", interval="1m").body

    assert first[:7] == [
        START_MS,
        "100.00000000",
        "103.00000000",
        "99.00000000",
        "101.00000000",
        "40.00000000",
        START_MS + 59_999,
    ]
    assert first[7:9] == ["4030.00000000", 4]
    assert len(first) == 12
    assert second[:6] == [
        START_MS + 60_000,
        "101.00000000",
        "101.00000000",
        "101.00000000",
        "101.00000000",
        "4.00000000",
    ]


def test_a_candle_never_tells_what_has_not_happened() -> None:
    market = SmallBinance([FLAT, ("100", "200", "1", "50", "40")])
    market.to(61)

    rows = market.get("/api/v3/klines", symbol="BTCUSDT", interval="1m").body

    assert rows[-1][2:4] == ["100.00000000", "100.00000000"]
    assert market.get("/api/v3/ticker/24hr", symbol="BTCUSDT").body["highPrice"] == "100.00000000"


def test_longer_candles_are_put_together_from_minutes() -> None:
    market = SmallBinance([("100", "101", "99", "100", "4"), ("100", "105", "100", "104", "8"), FLAT, FLAT])
    market.to(240)

    rows = market.get("/api/v3/klines", symbol="BTCUSDT", interval="3m").body

    assert [row[0] for row in rows] == [START_MS, START_MS + 180_000]
    assert rows[0][1:6] == ["100.00000000", "105.00000000", "99.00000000", "100.00000000", "52.00000000"]


def test_klines_from_1970_begin_with_the_first_there_is() -> None:
    """python-binance asks so for the earliest candle before it asks for history."""
    market = SmallBinance()
    market.to(299)
    query = {"symbol": "BTCUSDT", "interval": "1m", "startTime": 0, "endTime": START_MS + 10**9, "limit": 1}

    assert [row[0] for row in market.get("/api/v3/klines", **query).body] == [START_MS]


def test_klines_can_be_asked_from_a_start_or_up_to_an_end() -> None:
    market = SmallBinance()
    market.to(299)
    path = "/api/v3/klines"

    def starts(**values: object) -> list[int]:
        rows = market.get(path, symbol="BTCUSDT", interval="1m", **values).body
        return [(row[0] - START_MS) // 60_000 for row in rows]

    assert starts(startTime=START_MS + 60_000, limit=2) == [1, 2]
    assert starts(endTime=START_MS + 179_999, limit=2) == [1, 2]
    assert starts(startTime=START_MS + 1, endTime=START_MS + 60_000) == [1]
    assert starts(limit=1) == [4]


def test_the_book_is_derived_one_tick_around_the_last_price() -> None:
    market = SmallBinance()
    market.to(1)

    assert market.get("/api/v3/ticker/bookTicker", symbol="BTCUSDT").body == {
        "symbol": "BTCUSDT",
        "bidPrice": "100.00000000",
        "bidQty": "0.50000000",
        "askPrice": "100.01000000",
        "askQty": "0.50000000",
    }
    depth = market.get("/api/v3/depth", symbol="BTCUSDT", limit=2).body
    assert depth["bids"] == [["100.00000000", "0.50000000"], ["99.99000000", "0.50000000"]]
    assert depth["asks"][1] == ["100.02000000", "0.50000000"]


def test_tickers_come_one_by_one_or_all_together() -> None:
    market = SmallBinance([("100", "103", "99", "101", "40"), FLAT])
    market.to(61)

    assert market.get("/api/v3/ticker/price", symbol="BTCUSDT").body["price"] == "100.00000000"
    assert market.get("/api/v3/ticker/price").body == [{"symbol": "BTCUSDT", "price": "100.00000000"}]
    day = market.get("/api/v3/ticker/24hr", symbols='["BTCUSDT"]').body[0]
    assert (day["openPrice"], day["highPrice"], day["count"]) == ("100.00000000", "103.00000000", 5)
    assert day["volume"] == "50.00000000"
    assert day["quoteVolume"] == "5030.00000000"


def test_public_trades_are_the_prints_numbered_without_gaps() -> None:
    market = SmallBinance([("100", "103", "99", "101", "40"), FLAT])
    market.to(61)

    rows = market.get("/api/v3/trades", symbol="BTCUSDT").body
    assert [row["id"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["isBuyerMaker"] for row in rows] == [False, True, False, True, True]
    found = market.get("/api/v3/aggTrades", symbol="BTCUSDT", fromId=4).body
    assert [(row["a"], row["p"]) for row in found] == [(4, "101.00000000"), (5, "100.00000000")]
    inside = market.get("/api/v3/aggTrades", symbol="BTCUSDT", startTime=START_MS + 1_000, endTime=START_MS + 20_000)
    assert [row["a"] for row in inside.body] == [1, 2]


# -------------------------------------------------------------------------- private


def test_a_new_order_answers_in_the_form_it_was_asked_for() -> None:
    market = SmallBinance()
    market.to(1)

    full = market.signed("POST", ORDER, **LIMIT, newClientOrderId="one")
    ack = market.signed("POST", ORDER, **LIMIT, newOrderRespType="ACK")

    assert full.status == 200
    assert full.body["status"] == "NEW"
    assert full.body["fills"] == []
    assert (full.body["orderListId"], full.body["clientOrderId"]) == (-1, "one")
    assert {"price", "origQty", "executedQty", "cummulativeQuoteQty", "workingTime"} <= full.body.keys()
    assert set(ack.body) == {"symbol", "orderId", "orderListId", "clientOrderId", "transactTime"}
    assert (full.headers["X-MBX-ORDER-COUNT-10S"], ack.headers["X-MBX-ORDER-COUNT-1D"]) == ("1", "2")


def test_an_order_is_found_by_either_id_and_its_trades_are_listed() -> None:
    market = SmallBinance()
    market.to(1)
    placed = market.signed("POST", ORDER, **without("timeInForce", "price", type="MARKET"), newClientOrderId="one")
    market.to(20)

    by_client = market.signed("GET", ORDER, symbol="BTCUSDT", origClientOrderId="one").body
    by_venue = market.signed("GET", ORDER, symbol="BTCUSDT", orderId=placed.body["orderId"]).body

    assert by_client == by_venue
    assert (by_client["status"], by_client["cummulativeQuoteQty"]) == ("FILLED", "100.00000000")
    (trade,) = market.signed("GET", "/api/v3/myTrades", symbol="BTCUSDT").body
    assert (trade["orderId"], trade["commission"], trade["commissionAsset"]) == (
        placed.body["orderId"],
        "0.00100000",
        "BTC",
    )
    assert trade["time"] == START_MS + 20_000
    assert market.signed("GET", "/api/v3/myTrades", symbol="BTCUSDT", startTime=START_MS + 20_001).body == []


def test_open_orders_are_listed_and_taken_back_together() -> None:
    market = SmallBinance()
    market.to(1)
    for name in ("one", "two"):
        market.signed("POST", ORDER, **LIMIT, newClientOrderId=name)

    assert [row["clientOrderId"] for row in market.signed("GET", "/api/v3/openOrders").body] == ["one", "two"]
    gone = market.signed("DELETE", "/api/v3/openOrders", symbol="BTCUSDT").body
    assert [(row["origClientOrderId"], row["status"]) for row in gone] == [("one", "CANCELED"), ("two", "CANCELED")]
    assert market.signed("GET", "/api/v3/openOrders", symbol="BTCUSDT").body == []
    assert len(market.signed("GET", "/api/v3/allOrders", symbol="BTCUSDT").body) == 2
    again = market.signed("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")
    assert again.body == {"code": -2011, "msg": "Unknown order sent."}


def test_accounts_see_only_what_is_theirs() -> None:
    market = SmallBinance()
    market.to(1)
    market.signed("POST", ORDER, **LIMIT, newClientOrderId="one")

    assert market.signed("GET", ORDER, BOB, symbol="BTCUSDT", origClientOrderId="one").body == {
        "code": -2013,
        "msg": "Order does not exist.",
    }
    balances = market.signed("GET", "/api/v3/account", omitZeroBalances="true").body["balances"]
    assert balances == [
        {"asset": "BTC", "free": "5.00000000", "locked": "0.00000000"},
        {"asset": "USDT", "free": "99910.00000000", "locked": "90.00000000"},
    ]
    assert len(market.signed("GET", "/api/v3/account", BOB).body["balances"]) == 2


def test_a_test_order_is_checked_but_not_placed() -> None:
    market = SmallBinance()
    market.to(1)

    assert market.signed("POST", "/api/v3/order/test", **LIMIT).body == {}
    assert market.signed("POST", "/api/v3/order/test", **without("price")).body["code"] == -1102
    assert market.alice.orders == {}


@pytest.mark.parametrize("path", ["capital/config/getall", "margin/allPairs", "margin/isolated/allPairs"])
def test_what_ccxt_asks_at_its_start_is_empty_but_signed(path: str) -> None:
    market = SmallBinance()

    assert market.signed("GET", f"/sapi/v1/{path}").body == []
    assert market.get(f"/sapi/v1/{path}").status == 401


# --------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("values", "code", "msg"),
    [
        (without("symbol"), -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."),
        (without(symbol="NOPE"), -1121, "Invalid symbol."),
        (
            without(symbol="btcusdt"),
            -1100,
            "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'.",
        ),
        (without("side"), -1102, "Mandatory parameter 'side' was not sent, was empty/null, or malformed."),
        (without(side="HOLD"), -1117, "Invalid side."),
        (without(type="MAGIC"), -1116, "Invalid orderType."),
        (
            without(type="STOP_LOSS_LIMIT"),
            -1102,
            "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!",
        ),
        (without(timeInForce="GTX"), -1115, "Invalid timeInForce."),
        (without("price"), -1102, "Mandatory parameter 'price' was not sent, was empty/null, or malformed."),
        (without(type="MARKET"), -1106, "Parameter 'timeInForce' sent when not required."),
        (
            without("timeInForce", "price", "quantity", type="MARKET"),
            -1102,
            "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!",
        ),
        (
            without("timeInForce", "price", type="MARKET", quoteOrderQty="5"),
            -1128,
            "Combination of optional parameters invalid.",
        ),
        (without(quantity="0.123456789"), -1111, "Parameter 'quantity' has too much precision."),
        (without(quantity="0"), -1013, "Invalid quantity."),
        (
            without(quantity="-1"),
            -1100,
            r"Illegal characters found in parameter 'quantity'; legal range is '^([0-9]{1,20})(\.[0-9]{1,20})?$'.",
        ),
        (without(price="90.005"), -1013, "Filter failure: PRICE_FILTER"),
        (without(price="1000000.01"), -1013, "Filter failure: PRICE_FILTER"),
        (without(quantity="0.000015"), -1013, "Filter failure: LOT_SIZE"),
        (without(quantity="0.01"), -1013, "Filter failure: NOTIONAL"),
        (without(price="501"), -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
        (without(price="19.99"), -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
        (without(quantity="5000"), -2010, "Account has insufficient balance for requested action."),
        (without(icebergQty="2"), -1013, "IcebergQty exceeds QTY."),
        (without(icebergQty="0.09"), -1013, "Filter failure: ICEBERG_PARTS"),
        (without(icebergQty="0.5", timeInForce="IOC"), -1014, "Unsupported order combination."),
        (without(trailingDelta="100"), -1106, "Parameter 'trailingDelta' sent when not required."),
        (
            without(selfTradePreventionMode="MAYBE"),
            -1130,
            "Data sent for parameter 'selfTradePreventionMode' is not valid.",
        ),
        (without(strategyType="5"), -1134, "'strategyType' was less than 1000000."),
        (without(strategyId="9223372036854775808"), -1108, "Parameter 'strategyId' overflowed."),
        (without(color="red"), -1104, "Not all sent parameters were read; read '8' parameter(s) but was sent '9'."),
        (without(newClientOrderId="a b"), -1100, None),
        (without(newClientOrderId=""), -1105, "Parameter 'newClientOrderId' was empty."),
    ],
)
def test_a_bad_order_is_refused_with_the_venues_code_and_text(
    values: dict[str, str], code: int, msg: str | None
) -> None:
    market = SmallBinance()
    market.to(1)

    answer = market.signed("POST", ORDER, **values)

    assert (answer.status, answer.body["code"]) == (400, code)
    assert msg is None or answer.body["msg"] == msg
    assert answer.headers["content-type"].startswith("application/json")
    assert market.alice.orders == {}


def test_what_is_wrong_with_an_order_is_told_before_what_is_wrong_with_the_balance() -> None:
    market = SmallBinance()
    market.to(1)

    answer = market.signed("POST", ORDER, BOB, **without(quantity="5000.000001"))

    assert answer.body["msg"] == "Filter failure: LOT_SIZE"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/v3/klines?symbol=BTCUSDT&interval=7m", -1120),
        ("/api/v3/klines?symbol=BTCUSDT", -1102),
        ("/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=0", -1130),
        ("/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime=abc", -1100),
        ("/api/v3/exchangeInfo?symbol=BTCUSDT&symbols=[]", -1130),
        ("/api/v3/ping?a=1", -1101),
        ("/api/v3/depth?symbol=BTCUSDT&symbol=BTCUSDT", -1101),
        ("/api/v3/ticker/24hr?type=HUGE", -1139),
    ],
)
def test_a_bad_question_is_refused_with_the_venues_code(path: str, code: int) -> None:
    answer = SmallBinance().send("GET", path)

    assert (answer.status, answer.body["code"]) == (400, code)


def test_listen_keys_are_gone_and_an_unknown_path_still_answers_json() -> None:
    market = SmallBinance()

    for method, path in (("POST", "/api/v3/userDataStream"), ("GET", "/nothing"), ("PATCH", "/api/v3/order")):
        answer = market.send(method, path)
        assert answer.status == 404
        assert answer.body["code"] == -1020


def test_trades_of_more_than_a_day_cannot_be_asked_at_once() -> None:
    answer = SmallBinance().signed("GET", "/api/v3/myTrades", symbol="BTCUSDT", startTime=0, endTime=86_400_001)

    assert answer.body == {"code": -1127, "msg": "More than 24 hours between startTime and endTime."}


@settings(max_examples=60)
@given(
    method=st.sampled_from(["GET", "POST", "DELETE", "PUT"]),
    path=st.sampled_from(["order", "klines", "account", "depth", "exchangeInfo", "myTrades", "order/test"]),
    values=st.dictionaries(
        st.sampled_from(["symbol", "symbols", "interval", "limit", "startTime", "timestamp", "signature", "quantity"]),
        st.text(max_size=12),
        max_size=4,
    ),
    body=st.text(max_size=30),
)
def test_no_input_makes_the_venue_fail(method: str, path: str, values: dict[str, str], body: str) -> None:
    market = SmallBinance([FLAT])
    market.to(1)
    query = str(httpx_params(values))

    answer = market.send(method, f"/api/v3/{path}?{query}", body=body, headers={"X-MBX-APIKEY": ALICE.key})

    assert answer.status < 500


def httpx_params(values: dict[str, str]) -> str:
    """The values as a query string."""
    from urllib.parse import urlencode

    return urlencode(values, errors="replace")


# --------------------------------------------------------------------------- limits


def test_weight_is_counted_by_the_minute_of_the_clock_and_refused_beyond_the_limit() -> None:
    market = SmallBinance(weight_max=10)

    first = market.get("/api/v3/depth", symbol="BTCUSDT")
    second = market.get("/api/v3/depth", symbol="BTCUSDT")
    third = market.get("/api/v3/ping")

    assert (first.headers["X-MBX-USED-WEIGHT"], second.headers["X-MBX-USED-WEIGHT-1M"]) == ("5", "10")
    assert (third.status, third.body["code"], third.headers["Retry-After"]) == (429, -1003, "60")
    assert "current limit is 10 request weight per 1 MINUTE" in third.body["msg"]
    market.clock.at_ns += MINUTE_NS
    assert market.get("/api/v3/ping").headers["X-MBX-USED-WEIGHT"] == "1"


def test_who_goes_on_asking_beyond_the_limit_is_banned_for_a_while() -> None:
    market = SmallBinance(weight_max=1)
    answers = [market.get("/api/v3/ping").status for _ in range(33)]

    assert answers[:2] == [200, 429]
    assert answers[-1] == 418
    market.clock.at_ns += 3 * MINUTE_NS
    assert market.get("/api/v3/ping").status == 200


def test_placing_and_cancelling_weigh_nothing_unless_they_are_refused() -> None:
    market = SmallBinance()
    market.to(1)

    placed = market.signed("POST", ORDER, **LIMIT, newClientOrderId="one")
    refused = market.signed("POST", ORDER, **LIMIT, newClientOrderId="one")
    gone = market.signed("DELETE", ORDER, symbol="BTCUSDT", origClientOrderId="one")

    used = [answer.headers["X-MBX-USED-WEIGHT"] for answer in (placed, refused, gone)]
    assert used == ["0", "1", "1"]


def test_the_fifty_first_unfilled_order_within_ten_seconds_is_one_too_many() -> None:
    market = SmallBinance()
    market.to(1)
    for _ in range(50):
        market.place("BUY", "LIMIT", quantity="0.1", price="90")

    answer = market.signed("POST", ORDER, **LIMIT)

    assert (answer.status, answer.body["code"]) == (429, -1015)
    assert answer.body["msg"] == "Too many new orders; current limit is 50 orders per 10 SECOND."
    assert int(answer.headers["Retry-After"]) > 0


def test_a_fill_gives_the_order_count_back() -> None:
    market = SmallBinance()
    market.to(19.9)
    market.place("BUY", "MARKET", quantity="0.1")
    assert market.signed("GET", "/api/v3/rateLimit/order").body[1]["count"] == 1

    market.to(20)

    assert market.signed("GET", "/api/v3/rateLimit/order").body[1]["count"] == 0


# --------------------------------------------------------------------------- faults


def test_an_order_may_live_although_the_answer_was_an_error() -> None:
    market = SmallBinance(
        faults=[Fault(name="lost", kind="error_after", path=ORDER, method="POST", status=504, count_max=1)]
    )
    market.to(1)

    answer = market.signed("POST", ORDER, **LIMIT, newClientOrderId="one")

    assert (answer.status, answer.body["code"]) == (504, -1007)
    assert market.signed("GET", ORDER, symbol="BTCUSDT", origClientOrderId="one").body["status"] == "NEW"
