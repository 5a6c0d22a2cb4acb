"""What ASGI cannot say: the doors of market-data over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
from httpx_ws import WebSocketDisconnect, aconnect_ws
from tests.services.tape_venue import AAPL, ACCOUNT, OPEN_NS, TapeVenue, bar, who

from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.servers import Doors, Served
from seatrial.domain.bars import Bar
from seatrial.domain.ids import AccountId
from seatrial.domain.instrument import us_equity
from seatrial.services.api.market_data import market_data_doors
from seatrial.services.bus import Bus
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.market_data import MarketData, build_market_data
from seatrial.venues.port import BarEvent, TickEvent


class Deaf:
    def on_bars(self, account: AccountId, bars: Sequence[Bar]) -> None:
        return


@dataclass
class House:
    role: MarketData
    venue: TapeVenue
    client: httpx.AsyncClient
    port: int

    async def listening(self, count: int) -> None:
        while len(self.role.hub) != count:
            await asyncio.sleep(0.01)


@asynccontextmanager
async def served() -> AsyncIterator[House]:
    clock = WallClock()
    venue = TapeVenue(clock)
    role = build_market_data(
        identity=who("market-data"),
        clock=clock,
        market=MarketTime(clock),
        venues=[venue],
        instruments={ACCOUNT: [us_equity("AAPL")]},
        execution=Deaf(),
        bus=Bus(),
    )
    doors = Doors("127.0.0.1", [Served(market_data_doors(role, new_request_id=lambda: "id"), 0, "port")])
    await doors.open()
    await role.start()
    [port] = doors.ports
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        yield House(role, venue, client, port)
    await role.close()
    await doors.close()


def test_head_answers_like_get_and_without_a_body_on_the_wire() -> None:
    async def main() -> None:
        async with served() as house:
            got, headed = (
                await house.client.get("/api/v1/bars?symbol=AAPL"),
                await house.client.head("/api/v1/bars?symbol=AAPL"),
            )
            assert headed.headers["content-length"] == got.headers["content-length"] != "0"
            assert headed.content == b""
            assert (await house.client.get("/health", headers={"x-request-id": "mine"})).headers[
                "x-request-id"
            ] == "mine"

    asyncio.run(main())


def test_every_client_hears_the_same_and_one_that_vanishes_disturbs_nobody() -> None:
    async def main() -> None:
        async with served() as house:
            _, vanishing = await asyncio.open_connection("127.0.0.1", house.port)
            vanishing.write(
                b"GET /stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            async with aconnect_ws("/stream", house.client) as one, aconnect_ws("/stream", house.client) as two:
                await house.listening(3)
                vanishing.transport.abort()
                await house.listening(2)
                house.venue.events.put_nowait(TickEvent(AAPL, 1_500_100, 1, OPEN_NS))
                house.venue.events.put_nowait(BarEvent(bar("AAPL", 1)))
                heard = [[await each.receive_json() for _ in range(3)] for each in (one, two)]
                assert heard[0] == heard[1]
                assert {frame["type"] for frame in heard[0]} == {"tick", "bar"}
                assert next(frame["price"] for frame in heard[0] if frame["type"] == "tick") == 150.01

    asyncio.run(main())


def test_clients_are_told_when_the_role_closes() -> None:
    async def main() -> None:
        async with served() as house, aconnect_ws("/stream", house.client) as socket:
            await house.listening(1)
            await house.role.close()
            with pytest.raises(WebSocketDisconnect) as told:
                await socket.receive()
            assert (told.value.code, told.value.reason) == (1001, "closing")

    asyncio.run(main())
