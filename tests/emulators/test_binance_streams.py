"""The streams of the emulated Binance, in process: market streams and the WebSocket API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from httpx_ws import AsyncWebSocketSession, WebSocketDisconnect, aconnect_ws
from httpx_ws.transport import ASGIWebSocketTransport
from tests.emulators.small_binance import ALICE, BOB, DAY_START_NS, FLAT, SmallBinance

from seatrial.domain.time import MILLISECOND_NS
from seatrial.emulators.binance.keys import hmac_hex
from seatrial.emulators.binance.signature import socket_payload
from seatrial.emulators.binance.wallet import Credentials
from seatrial.emulators.faults import Fault

START_MS = DAY_START_NS // MILLISECOND_NS
API = "/ws-api/v3"


def with_stream(market: SmallBinance, path: str, talk: Callable[[AsyncWebSocketSession], Awaitable[None]]) -> None:
    """Talk to a stream of the venue."""

    async def main() -> None:
        transport = ASGIWebSocketTransport(app=market.venue.app)
        async with (
            httpx.AsyncClient(transport=transport) as client,
            aconnect_ws(f"http://venue{path}", client, keepalive_ping_interval_seconds=None) as stream,
        ):
            await talk(stream)

    asyncio.run(main())


async def ask(stream: AsyncWebSocketSession, request: dict[str, Any]) -> Any:
    """Send a request and take the next message as its answer."""
    await stream.send_text(json.dumps(request))
    return json.loads(await stream.receive_text())


def signed(market: SmallBinance, who: Credentials = ALICE, **values: Any) -> dict[str, Any]:
    """Parameters with key, time and signature."""
    values |= {"apiKey": who.key, "timestamp": market.clock.at_ns // MILLISECOND_NS}
    texts = {name: str(value) for name, value in values.items()}
    return values | {"signature": hmac_hex(who.secret, socket_payload(texts))}


# ------------------------------------------------------------------- market streams


def test_a_subscription_is_answered_and_then_told_every_trade() -> None:
    market = SmallBinance([("100", "103", "99", "101", "40"), FLAT])

    async def talk(stream: AsyncWebSocketSession) -> None:
        asked = {"method": "SUBSCRIBE", "params": ["btcusdt@trade"], "id": 1}
        assert await ask(stream, asked) == {"result": None, "id": 1}
        market.to(20)
        events = [json.loads(await stream.receive_text()) for _ in range(2)]
        assert [(event["t"], event["p"], event["m"]) for event in events] == [
            (1, "100.00000000", False),
            (2, "99.00000000", True),
        ]
        assert [event["T"] - START_MS for event in events] == [1_000, 20_000]

    with_stream(market, "/ws", talk)


def test_a_candle_is_closed_exactly_once_a_tenth_of_a_second_after_its_minute() -> None:
    market = SmallBinance()

    async def talk(stream: AsyncWebSocketSession) -> None:
        for second in (1, 20, 40, 59, 60, 60.1, 61):
            market.to(second)
        events = [json.loads(await stream.receive_text()) for _ in range(6)]
        assert [event["k"]["x"] for event in events] == [False] * 4 + [True, False]
        closed = events[4]
        assert closed["E"] == START_MS + 60_100
        assert (closed["k"]["t"], closed["k"]["T"]) == (START_MS, START_MS + 59_999)
        assert (closed["k"]["v"], closed["k"]["n"]) == ("40.00000000", 4)

    with_stream(market, "/ws/btcusdt@kline_1m", talk)


def test_a_longer_candle_closes_with_its_last_minute() -> None:
    market = SmallBinance()

    async def talk(stream: AsyncWebSocketSession) -> None:
        market.to(239)
        events = [json.loads(await stream.receive_text()) for _ in range(17)]
        closed = [event["k"] for event in events if event["k"]["x"]]
        assert [(candle["t"], candle["v"]) for candle in closed] == [(START_MS, "120.00000000")]

    with_stream(market, "/ws/btcusdt@kline_3m", talk)


def test_a_combined_stream_wraps_each_event_with_its_name() -> None:
    market = SmallBinance()

    async def talk(stream: AsyncWebSocketSession) -> None:
        market.to(1)
        events = [json.loads(await stream.receive_text()) for _ in range(2)]
        assert [event["stream"] for event in events] == ["btcusdt@aggTrade", "btcusdt@bookTicker"]
        assert set(events[1]["data"]) == {"u", "s", "b", "B", "a", "A"}

    with_stream(market, "/stream?streams=btcusdt@bookTicker/btcusdt@aggTrade", talk)


def test_a_path_that_is_no_stream_is_accepted_and_subscriptions_are_listed() -> None:
    market = SmallBinance()

    async def talk(stream: AsyncWebSocketSession) -> None:
        await ask(stream, {"method": "SUBSCRIBE", "params": ["btcusdt@trade", "btcusdt@ticker"], "id": "a"})
        await ask(stream, {"method": "UNSUBSCRIBE", "params": ["btcusdt@trade"], "id": None})
        listed = await ask(stream, {"method": "LIST_SUBSCRIPTIONS", "id": 3})
        assert listed == {"result": ["btcusdt@ticker"], "id": 3}
        market.to(1)
        event = json.loads(await stream.receive_text())
        assert (event["e"], event["c"]) == ("24hrTicker", "100.00000000")

    with_stream(market, "/ws/0", talk)


@pytest.mark.parametrize("message", ["{", "[]", '{"id": 1}', '{"method": "BUY", "id": 1}', '{"method": "SUBSCRIBE"}'])
def test_nonsense_is_answered_with_an_error_and_the_connection_lives(message: str) -> None:
    async def talk(stream: AsyncWebSocketSession) -> None:
        await stream.send_text(message)
        assert "error" in json.loads(await stream.receive_text())
        assert (await ask(stream, {"method": "LIST_SUBSCRIPTIONS", "id": 1}))["result"] == []

    with_stream(SmallBinance(), "/ws", talk)


def test_more_than_five_messages_a_second_end_the_connection() -> None:
    async def talk(stream: AsyncWebSocketSession) -> None:
        for number in range(6):
            await stream.send_text(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": number}))
        with pytest.raises(WebSocketDisconnect):
            await drain(stream)

    with_stream(SmallBinance(), "/ws", talk)


def test_book_updates_follow_each_other_without_a_gap_and_lead_to_the_book() -> None:
    market = SmallBinance([("100", "103", "99", "101", "40"), FLAT])

    async def talk(stream: AsyncWebSocketSession) -> None:
        market.to(61)
        events = [json.loads(await stream.receive_text()) for _ in range(5)]
        assert [(event["U"], event["u"]) for event in events] == [(number, number) for number in range(1, 6)]
        bids: dict[str, str] = {}
        for event in events:
            bids |= dict(event["b"])
        depth = market.venue.markets.pairs["BTCUSDT"].levels(100)[1]  # as deep as REST shows it
        kept = {price: qty for price, qty in bids.items() if float(qty)}
        assert kept == {f"{price:.8f}": f"{qty:.8f}" for price, qty in depth}

    with_stream(market, "/ws/btcusdt@depth@100ms", talk)


# -------------------------------------------------------------------- WebSocket API


def test_account_events_come_after_a_signed_subscription_in_the_venues_order() -> None:
    market = SmallBinance()
    market.to(1)

    async def talk(stream: AsyncWebSocketSession) -> None:
        method = "userDataStream.subscribe.signature"
        answer = await ask(stream, {"id": 1, "method": method, "params": signed(market)})
        assert (answer["status"], answer["result"]) == (200, {"subscriptionId": 0})
        market.place("BUY", "MARKET", quantity="0.5", newClientOrderId="one")
        market.place("BUY", "MARKET", quantity="0.5", account="bob")
        market.to(20)
        events = [json.loads(await stream.receive_text()) for _ in range(4)]
        assert {event["subscriptionId"] for event in events} == {0}
        assert [event["event"]["e"] for event in events] == ["executionReport", "outboundAccountPosition"] * 2
        assert [event["event"].get("x") for event in events[::2]] == ["NEW", "TRADE"]
        assert events[2]["event"]["c"] == "one"

    with_stream(market, API, talk)


def test_a_second_subscription_of_one_account_is_refused_and_another_account_is_not() -> None:
    market = SmallBinance()

    async def talk(stream: AsyncWebSocketSession) -> None:
        method = "userDataStream.subscribe.signature"
        await ask(stream, {"id": 1, "method": method, "params": signed(market)})
        again = await ask(stream, {"id": 2, "method": method, "params": signed(market)})
        assert (again["status"], again["error"]["code"]) == (400, -2035)
        other = await ask(stream, {"id": 3, "method": method, "params": signed(market, BOB)})
        assert other["result"] == {"subscriptionId": 1}
        await ask(stream, {"id": 4, "method": "userDataStream.unsubscribe", "params": {"subscriptionId": 0}})
        listed = await ask(stream, {"id": 5, "method": "session.subscriptions"})
        assert listed["result"] == [{"subscriptionId": 1}]

    with_stream(market, API, talk)


def test_orders_are_placed_found_and_cancelled_over_the_socket() -> None:
    market = SmallBinance()
    market.to(1)
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1", "price": "90"}
    which = {"symbol": "BTCUSDT", "origClientOrderId": "one"}

    async def talk(stream: AsyncWebSocketSession) -> None:
        params = signed(market, **order, newClientOrderId="one")
        placed = await ask(stream, {"id": "x", "method": "order.place", "params": params})
        assert (placed["id"], placed["status"], placed["result"]["status"]) == ("x", 200, "NEW")
        assert [row["rateLimitType"] for row in placed["rateLimits"]] == ["ORDERS", "ORDERS", "REQUEST_WEIGHT"]
        found = await ask(stream, {"id": 2, "method": "order.status", "params": signed(market, **which)})
        assert found["result"]["clientOrderId"] == "one"
        gone = await ask(stream, {"id": 3, "method": "v3/order.cancel", "params": signed(market, **which)})
        assert gone["result"]["status"] == "CANCELED"
        again = await ask(stream, {"id": 4, "method": "order.cancel", "params": signed(market, **which)})
        assert (again["status"], again["error"]) == (400, {"code": -2011, "msg": "Unknown order sent."})
        quiet = await ask(stream, {"id": 5, "method": "time", "params": {"returnRateLimits": False}})
        assert "rateLimits" not in quiet

    with_stream(market, API, talk)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"id": 1, "method": "userDataStream.start", "params": {"apiKey": "alice-key"}}, -1020),
        ({"id": 1, "method": "account.status"}, -2014),
        ({"id": 1, "method": "account.status", "params": {"apiKey": "alice-key"}}, -1102),
        ({"id": 1, "method": "klines", "params": {"symbol": "BTCUSDT", "interval": "2s"}}, -1120),
        ({"id": [], "method": "ping"}, -1135),
        ({"method": 7}, -1135),
    ],
)
def test_a_bad_request_over_the_socket_gets_the_venues_code(request_: dict[str, Any], code: int) -> None:
    async def talk(stream: AsyncWebSocketSession) -> None:
        assert (await ask(stream, request_))["error"]["code"] == code

    with_stream(SmallBinance(), API, talk)


def test_a_fault_can_drop_and_duplicate_account_events() -> None:
    drop = Fault(name="drop", kind="stream_drop", stream="userData", what="executionReport NEW")
    twice = Fault(name="twice", kind="stream_duplicate", stream="userData", what="executionReport TRADE")
    market = SmallBinance(faults=[drop, twice])
    market.to(1)

    async def talk(stream: AsyncWebSocketSession) -> None:
        await ask(stream, {"id": 1, "method": "userDataStream.subscribe.signature", "params": signed(market)})
        market.place("BUY", "MARKET", quantity="0.5")
        market.to(20)
        events = [json.loads(await stream.receive_text())["event"] for _ in range(4)]
        assert [event.get("x") for event in events] == [None, "TRADE", "TRADE", None]

    with_stream(market, API, talk)


async def drain(stream: AsyncWebSocketSession) -> None:
    """Read until the other side hangs up."""
    while True:
        await stream.receive_text()
