"""Every kind of fault at the emulated venues themselves: what a client meets, and what was true meanwhile."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from httpx_ws import AsyncWebSocketSession, WebSocketDisconnect
from tests.emulators.alpaca_house import House, in_house
from tests.emulators.small_binance import FLAT, SmallBinance
from tests.emulators.test_binance_streams import with_stream

from seatrial.domain.faults import BadSetting
from seatrial.domain.time import MILLISECOND_NS
from seatrial.emulators.checking.rules import check_history
from seatrial.emulators.faults import Fault, parse_faults
from seatrial.emulators.faults.catalogue import CATALOGUE, COMMON, takes

ORDER = "/api/v3/order"
BUY = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.5"}
LIMIT = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.5", "price": "100"}


def binance(*faults: Fault, rows: Any = (FLAT,) * 5) -> SmallBinance:
    market = SmallBinance(rows, faults=faults)
    market.to(1)
    return market


# ------------------------------------------------------------------------ requests


@pytest.mark.parametrize(
    ("fault", "status", "code", "orders"),
    [
        (Fault("a", "reject"), 400, -2010, 0),
        (Fault("a", "halt", symbol="BTCUSDT"), 400, -2010, 0),
        (Fault("a", "rate_limited", retry_after_s=7), 429, -1003, 0),
        (Fault("a", "banned"), 418, -1003, 0),
        (Fault("a", "maintenance"), 503, -1000, 0),
        (Fault("a", "error_before", status=502), 502, -1000, 0),
        (Fault("a", "error_after", status=504), 504, -1007, 1),
        (Fault("a", "reject", symbol="ETHUSDT"), 200, None, 1),
        (Fault("a", "error_before", account="bob"), 200, None, 1),
        (Fault("a", "error_before", after_ms=60_000), 200, None, 1),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else None,
)
def test_a_binance_order_meets_the_venues_own_words(fault: Fault, status: int, code: int | None, orders: int) -> None:
    market = binance(fault)

    answer = market.signed("POST", ORDER, **BUY)

    assert (answer.status, answer.body.get("code")) == (status, code)
    assert len(market.alice.orders) == orders
    if fault.kind == "rate_limited":
        assert answer.headers["retry-after"] == "7"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Fault("a", "reject"), 403, 40310000),
        (Fault("a", "rate_limited"), 429, 42910000),
        (Fault("a", "banned"), 429, 42910000),
        (Fault("a", "maintenance"), 503, 50310000),
        (Fault("a", "halt"), 200, None),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else None,
)
def test_an_alpaca_order_meets_the_venues_own_words(fault: Fault, status: int, code: int | None) -> None:
    async def scene(house: House) -> None:
        await house.until(5)
        answer = await house.order()
        assert (answer.status_code, answer.json().get("code")) == (status, code)

    in_house(scene, faults=[fault])


def test_a_firewalls_page_is_no_json() -> None:
    async def scene(house: House) -> None:
        answer = await house.client.get("/v2/account")
        assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html")
        assert answer.text.startswith("<html>")

    in_house(scene, faults=[Fault("waf", "html_error")])


@pytest.mark.parametrize(("kind", "orders"), [("loss", 0), ("lost_ack", 1)])
def test_a_lost_request_was_not_applied_and_a_lost_answer_was(kind: str, orders: int) -> None:
    async def scene(house: House) -> None:
        await house.until(5)
        with pytest.raises(httpx.RemoteProtocolError):
            await house.order()
        assert len(await house.get("/v2/orders", status="all")) == orders

    in_house(scene, faults=[Fault("gone", kind, method="POST", count_max=1)])


def test_a_cancel_that_is_late_loses_to_a_fill_and_the_history_stays_legal() -> None:
    async def scene(house: House) -> None:
        await house.until(5)
        order = (await house.order()).json()
        answer = await house.client.delete(f"/v2/orders/{order['id']}")
        assert answer.status_code == 204
        await house.until(100)
        assert (await house.get(f"/v2/orders/{order['id']}"))["status"] == "filled"
        assert check_history(house.history.operations).broken == []

    in_house(scene, faults=[Fault("late", "fill_after_cancel", latency_ms=60_000)])


# ---------------------------------------------------------------- market and clock


def test_a_halt_meets_no_order_and_ends_by_itself() -> None:
    async def scene(house: House) -> None:
        await house.until(5)
        order = (await house.order()).json()
        await house.until(120)
        assert (await house.get(f"/v2/orders/{order['id']}"))["status"] != "filled"
        await house.until(300)
        assert (await house.get(f"/v2/orders/{order['id']}"))["status"] == "filled"

    in_house(scene, faults=[Fault("stop", "halt", symbol="SPY", for_ms=150_000)])


def test_a_clock_that_is_off_says_so_and_judges_signatures_by_it() -> None:
    market = binance(Fault("slow", "clock_skew", skew_ms=-9_000))
    now_ms = market.clock.at_ns // MILLISECOND_NS

    assert market.get("/api/v3/time").body["serverTime"] == now_ms - 9_000
    assert market.signed("GET", "/api/v3/account").body["code"] == -1021
    assert market.signed("GET", "/api/v3/account", timestamp=now_ms - 9_000).status == 200


def test_quotes_cross_and_stand_still() -> None:
    market = binance(rows=[FLAT, ("105", "105", "105", "105", "40"), FLAT])
    sound = market.get("/api/v3/ticker/bookTicker", symbol="BTCUSDT").body
    market.faults.add([Fault("cross", "crossed_quotes", symbol="BTCUSDT")])
    crossed = market.get("/api/v3/ticker/bookTicker", symbol="BTCUSDT").body
    assert (crossed["bidPrice"], crossed["askPrice"]) == (sound["askPrice"], sound["bidPrice"])

    market.faults.replace([Fault("stale", "stale_quotes")])
    before = market.get("/api/v3/depth", symbol="BTCUSDT", limit="5").body
    market.to(62)
    assert market.get("/api/v3/depth", symbol="BTCUSDT", limit="5").body == before
    market.faults.remove("stale")
    assert market.get("/api/v3/depth", symbol="BTCUSDT", limit="5").body != before


def test_alpacas_packed_and_plain_quotes_cross_alike() -> None:
    async def scene(house: House) -> None:
        await house.until(5)
        sound = (await house.get("/v2/stocks/quotes/latest", symbols="SPY"))["quotes"]["SPY"]
        house.script.add([Fault("cross", "crossed_quotes")])
        crossed = (await house.get("/v2/stocks/quotes/latest", symbols="SPY"))["quotes"]["SPY"]
        assert (crossed["bp"], crossed["ap"]) == (sound["ap"], sound["bp"])

    in_house(scene)


# ----------------------------------------------------------------------- streams


def test_a_gap_in_the_depth_is_a_hole_between_two_updates() -> None:
    market = SmallBinance([FLAT, ("101", "103", "99", "101", "40"), FLAT])

    async def talk(stream: AsyncWebSocketSession) -> None:
        market.to(1)
        first = json.loads(await stream.receive_text())
        market.faults.add([Fault("hole", "depth_gap", count_max=1)])
        for second in (61, 80, 100):
            market.to(second)
        second_event = json.loads(await stream.receive_text())
        assert second_event["U"] > first["u"] + 1

    with_stream(market, "/ws/btcusdt@depth", talk)


def test_the_connection_ends_at_a_partial_fill_and_the_order_lives() -> None:
    async def scene(house: House) -> None:
        await house.until(5)
        updates = await house.trade_updates()
        order = (await house.order(type="limit", limit_price="101", qty="900")).json()
        heard: list[str] = []

        async def hear() -> None:
            while True:
                heard.append((await updates.message())["data"]["event"])

        with pytest.raises(WebSocketDisconnect):
            await hear()
        assert "partial_fill" not in heard
        assert (await house.get(f"/v2/orders/{order['id']}"))["status"] == "partially_filled"

    in_house(scene, faults=[Fault("cut", "partial_fill_disconnect")])


# ----------------------------------------------------------------------- the table


@pytest.mark.parametrize("kind", CATALOGUE)
def test_every_kind_can_be_written_and_takes_only_what_it_says(kind: str) -> None:
    assert parse_faults(json.dumps({"faults": [{"kind": kind}]}).encode()) == [Fault(kind, kind)]
    assert set(takes(kind)) - set(COMMON) == set(CATALOGUE[kind].takes)
    with pytest.raises(BadSetting, match=rf"faults\[2\]\.nonsense: {kind} takes name, kind"):
        parse_faults(json.dumps({"faults": [{"kind": kind}, {"kind": kind, "nonsense": 1}]}).encode())
