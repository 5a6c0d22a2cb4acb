"""The short way into a venue: the same answers as the ordinary one, over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import httpx
from tests.emulators.small_markets import flat_bars, session

from seatrial.bootstrap.clock import WallClock
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import us_equity
from seatrial.emulators.alpaca.app import AlpacaAccount, EmulatedAlpaca, build_alpaca
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.faults import Fault, FaultScript
from seatrial.emulators.history import History
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.socket import SocketServer
from seatrial.emulators.store import Store
from seatrial.emulators.tape import MemoryTape

ACCOUNT = AlpacaAccount()
KEYS = {"APCA-API-KEY-ID": ACCOUNT.key, "APCA-API-SECRET-KEY": ACCOUNT.secret}
ORDER = {"symbol": "SPY", "side": "buy", "type": "limit", "limit_price": "90", "time_in_force": "day", "qty": "1"}


def serve(scene: Callable[[httpx.AsyncClient, FaultScript, History, int], Awaitable[None]], **options: Any) -> None:
    """Play a scene against a venue on a socket."""

    async def main() -> None:
        clock = WallClock()
        tape = MemoryTape({Symbol("SPY"): flat_bars("SPY", 10)}, [session("2019-02-11", 10)])
        market_clock = MarketClock(clock, anchor_ns=tape.sessions[0].open_ns)
        exchange = Exchange([us_equity("SPY")], tape, market_clock=market_clock)
        history = History(clock)
        script = FaultScript(Random(1), history)
        venue: EmulatedAlpaca = build_alpaca(
            exchange,
            Store(":memory:").venue("alpaca"),
            api_clock=clock,
            seed=1,
            script=script,
            history=history,
            accounts=[ACCOUNT],
            **options,
        )
        server = await SocketServer.open(venue.app)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", headers=KEYS) as client:
            await scene(client, script, history, server.port)
        await server.close()

    asyncio.run(main())


def test_an_order_is_answered_the_same_with_and_without_asgi() -> None:
    async def scene(client: httpx.AsyncClient, script: FaultScript, history: History, _: int) -> None:
        short = await client.post("/v2/orders", json=ORDER | {"client_order_id": "short"})
        script.replace([Fault(name="never", kind="latency", probability=0.0)])  # while there are faults it is closed
        long = await client.post("/v2/orders", json=ORDER | {"client_order_id": "long"})
        assert (short.status_code, set(short.json())) == (long.status_code, set(long.json()))
        assert set(short.headers) == set(long.headers)
        noted = [one.op for one in history.operations if one.client_order_id in ("short", "long")]
        assert noted == ["request", "accepted", "answer"] * 2

    serve(scene)


def test_refusals_come_the_short_way_too() -> None:
    async def scene(client: httpx.AsyncClient, _: FaultScript, __: History, ___: int) -> None:
        for content, status in ((b"{", 400), (b"x" * 70_000, 413)):
            answer = await client.post("/v2/orders", content=content)
            assert (answer.status_code, "message" in answer.json()) == (status, True)
        stranger = await client.post("/v2/orders", json=ORDER, headers={"APCA-API-SECRET-KEY": "wrong"})
        assert (stranger.status_code, stranger.json()) == (401, {"message": "unauthorized."})
        assert (await client.post("/v2/orders", json=ORDER)).status_code == 429

    serve(scene, rate_per_minute=2)


def test_requests_on_one_connection_are_answered_in_their_order() -> None:
    async def scene(_: httpx.AsyncClient, __: FaultScript, ___: History, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = "".join(f"{name}: {value}\r\n" for name, value in {**KEYS, "host": "x"}.items())
        body = httpx.Request("POST", "http://x", json=ORDER).content.decode()
        ask = f"GET /v2/clock HTTP/1.1\r\n{head}\r\n"
        place = f"POST /v2/orders HTTP/1.1\r\n{head}content-length: {len(body)}\r\n\r\n{body}"
        last = place.replace("host: x", "host: x\r\nconnection: close")
        writer.write((place + ask + place + last).encode())
        told = (await asyncio.wait_for(reader.read(-1), 30)).decode()
        writer.close()
        kinds = ["clock" if '"is_open"' in part else "order" for part in told.split("HTTP/1.1 200 OK")[1:]]
        assert kinds == ["order", "clock", "order", "order"]

    serve(scene)
