"""The emulated Alpaca's doors: who may enter, how often, and what reference and market data say."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from httpx_ws import aconnect_ws
from tests.emulators.alpaca_house import FIRST, SECOND, House, in_house
from tests.emulators.small_markets import OPEN_NS, equity_bars, flat_bars, session

from seatrial.domain.time import DAY_NS, parse_rfc3339
from seatrial.emulators.alpaca.app import AlpacaAccount
from seatrial.emulators.alpaca.new_york import new_york
from seatrial.emulators.faults import Fault
from seatrial.emulators.store import Store


def test_a_wrong_key_or_secret_opens_nothing() -> None:
    async def scene(house: House) -> None:
        for account in (AlpacaAccount(secret="wrong"), AlpacaAccount(key="wrong")):
            async with house.client_of(account) as stranger:
                answer = await stranger.get("/v2/account")
                assert (answer.status_code, answer.json()) == (401, {"message": "unauthorized."})
        basic = await house.client.get("/v2/account", headers={"APCA-API-KEY-ID": ""})
        assert basic.status_code == 401
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(house.venue.app), base_url="http://alpaca", auth=(FIRST.key, FIRST.secret)
        ) as client:
            assert (await client.get("/v2/account")).status_code == 200

    in_house(scene)


def test_the_rate_limit_is_per_account_and_minute_and_every_answer_tells_it() -> None:
    async def scene(house: House) -> None:
        first = await house.client.get("/v2/clock")
        assert (first.headers["X-RateLimit-Limit"], first.headers["X-RateLimit-Remaining"]) == ("2", "1")
        await house.client.get("/v2/clock")
        refused = await house.client.get("/v2/clock")
        assert (refused.status_code, refused.json()) == (429, {"code": 42910000, "message": "too many requests."})
        async with house.client_of(SECOND) as other:
            assert (await other.get("/v2/clock")).status_code == 200
        await house.until(60)
        assert (await house.client.get("/v2/clock")).status_code == 200
        assert first.headers["X-Request-ID"] != refused.headers["X-Request-ID"]

    in_house(scene, rate_per_minute=2)


def test_unknown_paths_and_wrong_methods_are_refused_in_json() -> None:
    async def scene(house: House) -> None:
        for method, path, status in (("GET", "/v2/nothing", 404), ("PUT", "/v2/orders", 405)):
            answer = await house.client.request(method, path)
            assert (answer.status_code, set(answer.json())) == (status, {"code", "message"})

    in_house(scene)


def test_the_clock_is_in_new_york_time_and_follows_the_session() -> None:
    async def scene(house: House) -> None:
        await house.until(30)
        assert await house.get("/v2/clock") == {
            "timestamp": "2019-02-11T09:30:30-05:00",
            "is_open": True,
            "next_open": "2019-02-12T09:30:00-05:00",
            "next_close": "2019-02-11T09:40:00-05:00",
        }
        await house.until(600)
        closed = await house.get("/v2/clock")
        assert (closed["is_open"], closed["next_close"]) == (False, "2019-02-12T09:40:00-05:00")

    bars = flat_bars("SPY", 10) + flat_bars("SPY", 10, start_ns=OPEN_NS + DAY_NS)
    in_house(scene, bars, [session("2019-02-11", 10), session("2019-02-12", 10, start_ns=OPEN_NS + DAY_NS)])


def test_after_the_data_the_market_is_closed_for_good() -> None:
    async def scene(house: House) -> None:
        await house.until(700)
        assert (await house.get("/v2/clock"))["is_open"] is False
        assert (await house.order()).json()["status"] == "accepted"

    in_house(scene)


def test_new_york_moves_its_clocks_in_march_and_november() -> None:
    for text, offset in (
        ("2019-03-10T06:59:59", -5),
        ("2019-03-10T07:00:00", -4),
        ("2019-11-03T05:59:59", -4),
        ("2019-11-03T06:00:00", -5),
    ):
        assert new_york(parse_rfc3339(text + "Z")).utcoffset() == timedelta(hours=offset), text


def test_the_calendar_lists_sessions_between_two_dates() -> None:
    async def scene(house: House) -> None:
        days = await house.get("/v2/calendar", start="2019-02-12", end="2019-02-28T00:00:00Z")
        assert days == [
            {
                "date": "2019-02-12",
                "open": "09:30",
                "close": "09:40",
                "session_open": "0400",
                "session_close": "2000",
                "settlement_date": "2019-02-13",
            }
        ]
        assert (await house.client.get("/v2/calendar", params={"start": "soon"})).status_code == 422

    bars = flat_bars("SPY", 10) + flat_bars("SPY", 10, start_ns=OPEN_NS + DAY_NS)
    in_house(scene, bars, [session("2019-02-11", 10), session("2019-02-12", 10, start_ns=OPEN_NS + DAY_NS)])


def test_an_asset_is_found_by_symbol_and_by_id() -> None:
    async def scene(house: House) -> None:
        (asset,) = await house.get("/v2/assets", status="active")
        assert (asset["symbol"], asset["class"], asset["tradable"], asset["fractionable"]) == (
            "SPY",
            "us_equity",
            True,
            True,
        )
        assert await house.get(f"/v2/assets/{asset['id']}") == asset
        missing = await house.client.get("/v2/assets/NOPE")
        assert (missing.status_code, missing.json()["code"]) == (404, 40410000)

    in_house(scene)


def test_bars_are_told_once_finished_page_by_page() -> None:
    async def scene(house: House) -> None:
        await house.until(185)
        query = {"symbols": "SPY,QQQ,NOPE", "timeframe": "1Min", "start": "2019-02-11", "limit": "4"}
        first = await house.get("/v2/stocks/bars", **query)
        rest = await house.get("/v2/stocks/bars", **query, page_token=first["next_page_token"])
        assert [len(first["bars"]["QQQ"]), len(first["bars"]["SPY"]), len(rest["bars"]["SPY"])] == [3, 1, 2]
        assert rest["next_page_token"] is None
        assert rest["bars"]["SPY"][1] == {
            "t": "2019-02-11T14:32:00Z",
            "o": 100.0,
            "h": 100.0,
            "l": 100.0,
            "c": 100.0,
            "v": 4000,
            "n": 4,
            "vw": 100.0,
        }
        empty = await house.get("/v2/stocks/bars", symbols="SPY", start="2019-01-01", end="2019-01-02")
        assert empty == {"bars": {}, "next_page_token": None}

    in_house(scene, flat_bars("SPY", 10) + flat_bars("QQQ", 10))


def test_bars_of_five_minutes_and_of_a_day_are_made_of_minutes() -> None:
    async def scene(house: House) -> None:
        await house.until(650)
        five = (await house.get("/v2/stocks/SPY/bars", timeframe="5Min", start="2019-02-11"))["bars"]
        assert [(bar["t"][11:16], bar["o"], bar["h"], bar["l"], bar["c"], bar["v"]) for bar in five] == [
            ("14:30", 100, 105, 99, 104, 20_000),
            ("14:35", 105, 110, 104, 109, 20_000),
        ]
        day = (await house.get("/v2/stocks/SPY/bars", timeframe="1Day", start="2019-02-11"))["bars"]
        assert [(bar["t"], bar["o"], bar["c"], bar["v"]) for bar in day] == [("2019-02-11T05:00:00Z", 100, 109, 40_000)]
        wrong = await house.client.get("/v2/stocks/SPY/bars", params={"timeframe": "1Year"})
        assert (wrong.status_code, "1Min to 59Min" in wrong.json()["message"]) == (422, True)

    rows = [(f"{100 + i}", f"{101 + i}", f"{99 + i}", f"{100 + i}", 4_000) for i in range(10)]
    in_house(scene, equity_bars("SPY", rows))


def test_the_newest_bar_trade_and_quote_are_of_the_last_print_and_the_quote_says_how_it_was_made() -> None:
    async def scene(house: House) -> None:
        assert await house.get("/v2/stocks/trades/latest", symbols="SPY") == {"trades": {}}
        await house.until(61.5)
        trade = (await house.get("/v2/stocks/trades/latest", symbols="SPY"))["trades"]["SPY"]
        assert (trade["p"], trade["s"], trade["t"]) == (100.0, 1000, "2019-02-11T14:31:01Z")
        answer = await house.client.get("/v2/stocks/quotes/latest", params={"symbols": "SPY"})
        quote = answer.json()["quotes"]["SPY"]
        assert (quote["bp"], quote["ap"]) == (99.99, 100.01)
        assert answer.headers["X-Seatrial-Derived"].startswith("derived: last print")
        snapshot = (await house.get("/v2/stocks/snapshots", symbols="SPY"))["SPY"]
        assert set(snapshot) == {"latestTrade", "latestQuote", "minuteBar", "dailyBar", "prevDailyBar"}
        assert snapshot["minuteBar"]["t"] == "2019-02-11T14:30:00Z"

    in_house(scene)


@pytest.mark.parametrize("packed", [False, True])
def test_the_data_stream_tells_trades_quotes_and_bars_in_json_and_in_msgpack(packed: bool) -> None:
    async def scene(house: House) -> None:
        headers = {"Content-Type": "application/msgpack"} if packed else {}
        async with aconnect_ws("ws://alpaca/v2/iex", house.client, headers=headers) as stream:

            async def hear() -> Any:
                if not packed:
                    return json.loads(await stream.receive_text())
                return msgspec.msgpack.decode(await stream.receive_bytes())

            async def say(**message: Any) -> None:
                if packed:
                    await stream.send_bytes(msgspec.msgpack.encode(message))
                else:
                    await stream.send_text(json.dumps(message))

            assert await hear() == [{"T": "success", "msg": "connected"}]
            await say(action="subscribe", bars=["SPY"])
            assert await hear() == [{"T": "error", "code": 401, "msg": "not authenticated"}]
            await say(action="auth", key=FIRST.key, secret="wrong")
            assert (await hear())[0]["code"] == 402
            await say(action="auth", key=FIRST.key, secret=FIRST.secret)
            assert await hear() == [{"T": "success", "msg": "authenticated"}]
            await say(action="subscribe", trades=["SPY"], bars=["*"])
            (subscribed,) = await hear()
            assert (subscribed["trades"], subscribed["corrections"], subscribed["bars"]) == (["SPY"], ["SPY"], ["*"])

            rows = [row for _ in range(5) for row in await hear()]

            assert [(row["T"], row["S"]) for row in rows] == [("t", "SPY")] * 4 + [("b", "SPY")]
            if packed:
                assert rows[0]["t"].isoformat() == "2019-02-11T14:30:01+00:00"
            else:
                assert rows[0]["t"] == "2019-02-11T14:30:01Z"
            await say(action="unsubscribe", trades=["SPY"])
            assert (await hear())[0]["trades"] == []

    in_house(scene)


def test_a_stream_without_a_key_is_closed_after_ten_seconds() -> None:
    async def scene(house: House) -> None:
        async with aconnect_ws("ws://alpaca/v2/iex", house.client) as stream:
            await stream.receive_text()
            assert json.loads(await stream.receive_text()) == [{"T": "error", "code": 404, "msg": "auth timeout"}]
            assert house.loop.elapsed_ns == 10 * 10**9

    in_house(scene)


def test_an_order_whose_acknowledgement_was_lost_is_there_and_can_be_found() -> None:
    async def scene(house: House) -> None:
        with pytest.raises(httpx.RemoteProtocolError):
            await house.order(type="limit", limit_price=90, client_order_id="lost")
        found = await house.get("/v2/orders:by_client_order_id", client_order_id="lost")
        assert found["status"] == "new"
        assert [line.op for line in house.history.orders()] == ["fault", "accepted"]

    in_house(scene, faults=[Fault(name="lost", kind="lost_ack", path="/v2/orders", method="POST")])


def test_after_a_restart_everything_a_client_was_told_is_there_and_the_market_goes_on() -> None:
    store = Store(":memory:")
    told: dict[str, Any] = {}

    async def before(house: House) -> None:
        await house.until(2)
        await house.order(qty=10)
        await house.until(21)
        await house.order(client_order_id="resting", type="limit", limit_price=99)
        await house.order(client_order_id="large", qty=250)
        await house.until(41)
        told["account"] = await house.get("/v2/account")
        told["orders"] = await house.get("/v2/orders", status="all")
        told["activities"] = await house.get("/v2/account/activities")

    async def after(house: House) -> None:
        assert await house.get("/v2/account") == told["account"]
        assert await house.get("/v2/orders", status="all") == told["orders"]
        assert await house.get("/v2/account/activities") == told["activities"]
        assert (await house.get("/v2/clock"))["timestamp"] == "2019-02-11T09:30:40-05:00"
        again = await house.order(client_order_id="resting", type="limit", limit_price=99)
        assert again.json()["message"] == "client_order_id must be unique"
        await house.until(101)
        resting = await house.get("/v2/orders:by_client_order_id", client_order_id="resting")
        large = await house.get("/v2/orders:by_client_order_id", client_order_id="large")
        assert (large["status"], resting["status"], resting["filled_avg_price"]) == ("filled", "filled", "99")

    rows = [("100", "100", "100", "100", 4_000), ("100", "100", "98", "98", 4_000), ("98", "98", "98", "98", 4_000)]
    in_house(before, equity_bars("SPY", rows), store=store)
    in_house(after, equity_bars("SPY", rows), store=store)


def test_a_reset_gives_the_account_another_identity() -> None:
    store = Store(":memory:")
    seen: list[str] = []

    async def scene(house: House) -> None:
        seen.append((await house.get("/v2/account"))["id"])

    in_house(scene, store=store)
    in_house(scene, store=store)
    store.venue("alpaca").reset()
    in_house(scene, store=store)

    assert seen[0] == seen[1] != seen[2]
