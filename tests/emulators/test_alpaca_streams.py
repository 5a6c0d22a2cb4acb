"""The data streams of the emulated Alpaca: every kind of message, and every error a client can earn."""

from __future__ import annotations

import json
from typing import Any

import pytest
from httpx_ws import aconnect_ws
from tests.emulators.alpaca_house import FIRST, House, in_house
from tests.emulators.small_markets import equity_bars, flat_bars, session
from tests.emulators.test_alpaca_rules import coins

from seatrial.domain.ids import Symbol
from seatrial.emulators.alpaca.subscriber import Plan


class Ear:
    """A client of a data stream, in JSON."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    async def hear(self) -> list[dict[str, Any]]:
        heard: list[dict[str, Any]] = json.loads(await self.stream.receive_text())
        return heard

    async def say(self, **message: Any) -> list[dict[str, Any]]:
        await self.stream.send_text(json.dumps(message))
        return await self.hear()

    async def enter(self) -> list[dict[str, Any]]:
        assert await self.hear() == [{"T": "success", "msg": "connected"}]
        return await self.say(action="auth", key=FIRST.key, secret=FIRST.secret)


async def listen(house: House, path: str = "/v2/iex") -> Ear:
    return Ear(await house.stack.enter_async_context(aconnect_ws(f"ws://alpaca{path}", house.client)))


def error(code: int) -> list[dict[str, Any]]:
    messages = {
        400: "invalid syntax",
        401: "not authenticated",
        402: "auth failed",
        403: "already authenticated",
        405: "symbol limit exceeded",
        406: "connection limit exceeded",
        409: "insufficient subscription",
        410: "invalid subscribe action for this feed",
    }
    return [{"T": "error", "code": code, "msg": messages[code]}]


def test_every_mistake_earns_its_error_and_the_socket_stays() -> None:
    async def scene(house: House) -> None:
        ear = await listen(house)
        await ear.hear()
        assert await ear.say(action="auth", key="wrong", secret="wrong") == error(402)
        assert await ear.say(action="subscribe", bars=["SPY"]) == error(401)
        assert await ear.say(action="auth", key=FIRST.key, secret=FIRST.secret) == [
            {"T": "success", "msg": "authenticated"}
        ]
        assert await ear.say(action="auth", key=FIRST.key, secret=FIRST.secret) == error(403)
        assert await ear.say(action="dance") == error(400)
        assert await ear.say(action="subscribe", orderbooks=["SPY"]) == error(410)
        assert await ear.say(action="subscribe", bars="SPY") == error(410)
        assert await ear.say(action="subscribe", bars=["A", "B", "C"]) == error(405)
        (told,) = await ear.say(action="subscribe", bars=["A", "B"], statuses=["*"])
        assert (told["bars"], told["statuses"], told["trades"]) == (["A", "B"], ["*"], [])

    in_house(scene, data_plan=Plan(connections_max=1, symbols_max=2))


def test_the_newcomer_is_refused_and_the_incumbent_lives() -> None:
    async def scene(house: House) -> None:
        first = await listen(house)
        await first.enter()
        assert await (await listen(house)).enter() == error(406)
        assert await (await listen(house, "/v2/sip")).enter() == error(409)
        assert (await first.say(action="subscribe", bars=["SPY"]))[0]["bars"] == ["SPY"]
        recent = await house.client.get("/v2/stocks/bars", params={"symbols": "SPY", "feed": "sip"})
        assert recent.status_code == 403
        assert recent.json()["message"] == "subscription does not permit querying recent SIP data"

    in_house(scene, data_plan=Plan(connections_max=1, sip=False))


def test_the_day_so_far_comes_with_each_minute() -> None:
    async def scene(house: House) -> None:
        ear = await listen(house)
        await ear.enter()
        await ear.say(action="subscribe", dailyBars=["SPY"])
        first, second = await ear.hear(), await ear.hear()
        assert [(rows[0]["T"], rows[0]["o"], rows[0]["c"], rows[0]["v"]) for rows in (first, second)] == [
            ("d", 100, 101, 4_000),
            ("d", 100, 103, 8_000),
        ]
        assert first[0]["t"] == "2019-02-11T05:00:00Z"

    rows = [("100", "101", "100", "101", 4_000), ("102", "103", "102", "103", 4_000)]
    in_house(scene, equity_bars("SPY", rows), [session("2019-02-11", 2)])


def test_a_halt_is_told_once_and_its_end() -> None:
    async def scene(house: House) -> None:
        ear = await listen(house)
        await ear.enter()
        await ear.say(action="subscribe", statuses=["*"])
        for stop in (house.exchange.halt, house.exchange.halt, house.exchange.resume):
            stop(Symbol("SPY"))
        (halted, trading) = await ear.hear()
        assert (halted["T"], halted["S"], halted["sc"], trading["sc"]) == ("s", "SPY", "H", "T")

    in_house(scene, flat_bars("SPY", 2))


@pytest.mark.parametrize("path", ["/v2/iex", "/v1beta3/crypto/us"])
def test_a_feed_knows_its_own_assets_only(path: str) -> None:
    async def scene(house: House) -> None:
        ear = await listen(house, path)
        await ear.enter()
        (told,) = await ear.say(action="subscribe", trades=["*"])
        assert ("orderbooks" in told) == ("crypto" in path)
        rows = await ear.hear() + await ear.hear()
        assert {row["S"] for row in rows} == ({"BTC/USD"} if "crypto" in path else {"SPY"})

    in_house(scene, tape=coins())
