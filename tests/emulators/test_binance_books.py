"""The emulated Binance on a market with books: orders meet it at their arrival, and everybody meets everybody."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from httpx_ws import AsyncWebSocketSession
from tests.emulators.small_binance import ALICE, BOB, SmallBinance
from tests.emulators.small_floor import ask, bid, bought, sold
from tests.emulators.test_binance_streams import with_stream

OPENING = [bid(99, 10), bid(98, 10), ask(101, 2), ask(102, 10)]
ORDER = "/api/v3/order"
BUY = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "5"}


def opened(*later: list[object]) -> SmallBinance:
    """A book of four levels, a trade at 101, and what comes later, a second apart."""
    market = SmallBinance(bursts=[OPENING, [bought(101, 1)], *later])  # type: ignore[list-item]
    market.to(2.5)
    return market


def test_a_market_order_is_answered_with_its_fills() -> None:
    market = opened()

    answer = market.signed("POST", ORDER, **BUY).body

    assert (answer["status"], answer["executedQty"]) == ("FILLED", "5.00000000")
    assert [(fill["price"], fill["qty"]) for fill in answer["fills"]] == [
        ("101.00000000", "1.00000000"),
        ("102.00000000", "4.00000000"),
    ]
    assert market.free("USDT") == Decimal(100_000 - 101 - 408)
    assert market.locked("USDT") == 0
    public = market.get("/api/v3/trades", symbol="BTCUSDT").body
    assert [trade["id"] for trade in public[-2:]] == [fill["tradeId"] for fill in answer["fills"]]


def test_reports_tell_of_a_new_order_before_its_trades() -> None:
    market = opened()
    market.signed("POST", ORDER, **BUY)
    assert [event["x"] for event in market.events if "x" in event] == ["NEW", "TRADE", "TRADE"]


def test_a_budget_buys_what_the_book_gives_for_it() -> None:
    market = opened()
    answer = market.signed("POST", ORDER, symbol="BTCUSDT", side="BUY", type="MARKET", quoteOrderQty="305").body
    assert (answer["executedQty"], answer["cummulativeQuoteQty"]) == ("3.00000000", "305.00000000")


def test_a_market_order_beyond_the_balance_is_refused_before_it_trades() -> None:
    market = opened()
    answer = market.signed("POST", ORDER, BOB, **(BUY | {"quantity": "10"}))
    assert answer.body["msg"] == "Account has insufficient balance for requested action."
    assert market.bob.trades == []


def test_two_accounts_trade_with_each_other() -> None:
    market = opened()
    limit = {"symbol": "BTCUSDT", "type": "LIMIT", "timeInForce": "GTC", "price": "100", "quantity": "2"}

    market.signed("POST", ORDER, ALICE, **limit, side="SELL")
    answer = market.signed("POST", ORDER, BOB, **limit, side="BUY").body

    assert answer["status"] == "FILLED"
    (mine,), (theirs,) = market.alice.trades, market.bob.trades
    assert (mine.trade_id, mine.maker, theirs.maker) == (theirs.trade_id, True, False)
    assert market.free("BTC", "bob") == Decimal("1.998")
    assert market.free("USDT") == Decimal(100_000) + Decimal("199.8")


@pytest.mark.parametrize(
    ("tif", "status", "reason"),
    [("IOC", "EXPIRED", "UNFILLED_IOC_QUANTITY_EXPIRED"), ("FOK", "EXPIRED", "UNFILLED_FOK_ORDER_EXPIRED")],
)
def test_what_does_not_fill_at_once_expires_and_says_why(tif: str, status: str, reason: str) -> None:
    market = opened()
    values = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": tif, "price": "101", "quantity": "3"}
    answer = market.signed("POST", ORDER, **values).body
    assert (answer["status"], answer["expiryReason"]) == (status, reason)
    assert answer["executedQty"] == ("1.00000000" if tif == "IOC" else "0.00000000")
    assert market.locked("USDT") == 0


@pytest.mark.parametrize(
    ("mode", "taker", "maker"),
    [
        ("EXPIRE_TAKER", "EXPIRED_IN_MATCH", "NEW"),
        ("EXPIRE_MAKER", "NEW", "EXPIRED_IN_MATCH"),
        ("EXPIRE_BOTH", "EXPIRED_IN_MATCH", "EXPIRED_IN_MATCH"),
        ("DECREMENT", "EXPIRED_IN_MATCH", "NEW"),
    ],
)
def test_the_book_keeps_an_account_from_trading_with_itself(mode: str, taker: str, maker: str) -> None:
    market = opened()
    limit = {"symbol": "BTCUSDT", "type": "LIMIT", "timeInForce": "GTC", "price": "100"}
    market.signed("POST", ORDER, **limit, side="SELL", quantity="3", newClientOrderId="maker")
    answer = market.signed("POST", ORDER, **limit, side="BUY", quantity="1", selfTradePreventionMode=mode).body

    assert answer["status"] == taker
    assert [row["makerOrderId"] for row in answer["preventedMatches"]] == [1]
    rest = market.alice.find("BTCUSDT", None, "maker")
    assert rest is not None
    assert rest.status == maker
    assert market.alice.trades == []
    assert market.locked("BTC") == (0 if maker != "NEW" else rest.left)


def test_own_orders_stand_in_the_book_and_updates_lead_to_it() -> None:
    market = opened([sold(99, 3)], [bid(97, 4)])

    async def talk(stream: AsyncWebSocketSession) -> None:
        before = market.get_now("/api/v3/depth", symbol="BTCUSDT")
        market.place("BUY", "LIMIT", quantity="7", price="100")
        for second in (3, 4, 5):
            market.to(second)
        events = [json.loads(await stream.receive_text()) for _ in range(3)]
        seen = before["lastUpdateId"]
        for event in events:
            assert event["U"] == seen + 1
            seen = event["u"]
        bids = dict(map(tuple, before["bids"]))
        for event in events:
            bids |= dict(map(tuple, event["b"]))
        now = market.get_now("/api/v3/depth", symbol="BTCUSDT")
        assert now["lastUpdateId"] == events[-1]["u"]
        assert {price: qty for price, qty in bids.items() if float(qty)} == dict(map(tuple, now["bids"]))

    with_stream(market, "/ws/btcusdt@depth@100ms", talk)


def test_candles_are_made_of_the_books_trades_and_an_empty_minute_repeats_the_close() -> None:
    market = opened([sold(99, 3)])
    market.to(181)

    rows = market.get("/api/v3/klines", symbol="BTCUSDT", interval="1m").body

    told = [(row[1], row[2], row[3], row[4], row[5], row[8]) for row in rows]
    flat = ("99.00000000",) * 4
    assert told == [
        ("101.00000000", "101.00000000", "99.00000000", "99.00000000", "4.00000000", 2),
        (*flat, "0.00000000", 0),
        (*flat, "0.00000000", 0),
    ]
    assert market.get("/api/v3/ticker/bookTicker", symbol="BTCUSDT").body["askPrice"] == "101.00000000"
    seconds = market.get("/api/v3/klines", symbol="BTCUSDT", interval="1s", limit=1000).body
    assert [row[8] for row in seconds[:3]] == [1, 1, 0]


def test_an_amended_order_is_smaller_in_the_book() -> None:
    market = opened()
    market.place("BUY", "LIMIT", quantity="7", price="100", newClientOrderId="big")
    market.signed("PUT", "/api/v3/order/amend/keepPriority", symbol="BTCUSDT", origClientOrderId="big", newQty="2")
    assert market.get("/api/v3/depth", symbol="BTCUSDT").body["bids"][0] == ["100.00000000", "2.00000000"]


def test_an_amended_order_keeps_its_place_before_those_who_came_later() -> None:
    market = opened([sold(99, 3)])
    market.place("BUY", "LIMIT", quantity="4", price="100", newClientOrderId="first")
    market.place("BUY", "LIMIT", quantity="4", price="100", newClientOrderId="second")
    answer = market.signed(
        "PUT", "/api/v3/order/amend/keepPriority", symbol="BTCUSDT", origClientOrderId="first", newQty="2"
    )
    assert answer.status == 200
    market.to(5)
    first, second = market.alice.orders.values()
    assert (first.status, second.executed) == ("FILLED", 1)


def test_a_pair_in_the_book_ends_by_the_leg_that_the_market_reaches() -> None:
    market = opened([sold(99, 10), sold(98, 5)])
    values = {"symbol": "BTCUSDT", "side": "SELL", "quantity": "1", "aboveType": "LIMIT_MAKER", "abovePrice": "103"}
    market.signed("POST", "/api/v3/orderList/oco", **values, belowType="STOP_LOSS", belowStopPrice="98")
    market.to(5)
    assert [order.status for order in market.alice.orders.values()] == ["EXPIRED", "FILLED"]
    assert market.locked("BTC") == 0
