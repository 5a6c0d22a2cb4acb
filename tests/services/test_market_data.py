"""market-data: from a venue's stream to execution, the bus and the doors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import httpx
from httpx_ws import AsyncWebSocketSession, aconnect_ws
from httpx_ws.transport import ASGIWebSocketTransport
from tests.services.tape_venue import AAPL, ACCOUNT, OPEN_NS, SPY, TapeVenue, bar, who

from seatrial.domain.bars import Bar
from seatrial.domain.ids import AccountId
from seatrial.domain.instrument import us_equity
from seatrial.domain.time import MINUTE_NS, SECOND_NS
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop, run_virtual
from seatrial.services.api.market_data import market_data_doors
from seatrial.services.bus import Bus, Overflow, Subscription
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.market_data import MarketData, build_market_data
from seatrial.services.topics import BarBatch
from seatrial.venues.port import BarEvent, StreamDown, StreamUp, TickEvent


class Heard:
    """Execution's ear: what it was told, and when."""

    def __init__(self) -> None:
        self.bars: list[Bar] = []

    def on_bars(self, account: AccountId, bars: Sequence[Bar]) -> None:
        self.bars += bars


class Desk:
    """market-data over one written market."""

    def __init__(self, loop: VirtualLoop) -> None:
        clock = VirtualClock(loop)
        self.venue = TapeVenue(clock)
        self.execution = Heard()
        self.bus = Bus()
        self.batches: Subscription[BarBatch] = self.bus.subscribe(BarBatch, "test", overflow=Overflow.WAIT)
        self.role: MarketData = build_market_data(
            identity=who("market-data"),
            clock=clock,
            market=MarketTime(clock),
            venues=[self.venue],
            instruments={ACCOUNT: [us_equity("AAPL"), us_equity("SPY")]},
            execution=self.execution,
            bus=self.bus,
        )
        self.doors = market_data_doors(self.role, new_request_id=lambda: "id")

    def put(self, *events: BarEvent | TickEvent | StreamUp | StreamDown) -> None:
        for event in events:
            self.venue.events.put_nowait(event)

    async def batch(self) -> BarBatch:
        return await anext(self.batches)

    async def get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.doors), base_url="http://door") as client:
            return await client.get(path)


def played(script: Callable[[Desk], Awaitable[None]]) -> None:
    async def main(loop: VirtualLoop) -> None:
        desk = Desk(loop)
        await desk.role.start()
        await script(desk)
        await desk.role.close()
        assert len(asyncio.all_tasks(loop)) == 1, "every task has ended with its role"

    run_virtual(main, epoch_ns=OPEN_NS)


def test_execution_hears_a_batch_before_anybody_else() -> None:
    async def script(desk: Desk) -> None:
        desk.put(BarEvent(bar("SPY", 1)), BarEvent(bar("AAPL", 1)))
        batch = await desk.batch()
        assert batch.bars == (bar("AAPL", 1), bar("SPY", 1))
        assert desk.execution.bars == [*batch.bars]

    played(script)


def test_a_batch_without_one_symbol_leaves_after_fifty_milliseconds() -> None:
    async def script(desk: Desk) -> None:
        desk.put(BarEvent(bar("SPY", 1)))
        batch = await desk.batch()
        assert [each.symbol for each in batch.bars] == ["SPY"]
        assert asyncio.get_running_loop().time() == 0.05

    played(script)


def test_what_a_broken_stream_missed_is_fetched_and_only_the_newest_is_decided_on() -> None:
    async def script(desk: Desk) -> None:
        await asyncio.sleep(60)
        desk.put(StreamUp("bars"), BarEvent(bar("AAPL", 1)), BarEvent(bar("SPY", 1)))
        await desk.batch()
        desk.put(StreamDown("bars", "reset"))
        await asyncio.sleep(3 * 60 + 1)
        desk.venue.history = [bar(symbol, minute) for symbol in ("AAPL", "SPY") for minute in range(5)]
        desk.put(StreamUp("bars"), BarEvent(bar("AAPL", 4)), BarEvent(bar("AAPL", 5)), BarEvent(bar("SPY", 5)))
        batches = [await desk.batch() for _ in range(4)]
        assert [(each.end_ns - OPEN_NS) // MINUTE_NS for each in batches] == [2, 3, 4, 5]
        assert [each.backfilled for each in batches] == [True, True, False, False]

    played(script)


def test_a_price_says_its_source_its_time_and_whether_it_is_stale() -> None:
    async def script(desk: Desk) -> None:
        assert (await desk.get("/api/v1/prices/latest?symbol=AAPL")).status_code == 503
        desk.put(TickEvent(AAPL, 1_234_567, 10**9, OPEN_NS + SECOND_NS))
        await asyncio.sleep(1)
        fresh = (await desk.get("/api/v1/prices/latest?symbol=AAPL")).json()
        assert fresh | {"price": 123.4567, "source": "tape", "derived": None, "stale": False} == fresh
        await asyncio.sleep(600)
        old = (await desk.get("/api/v1/prices/latest?symbol=AAPL")).json()
        assert old == fresh | {"stale": True}

    played(script)


def test_the_bars_door_shows_the_newest_oldest_first() -> None:
    async def script(desk: Desk) -> None:
        for minute in (1, 2, 3):
            desk.put(BarEvent(bar("AAPL", minute)), BarEvent(bar("SPY", minute)))
            await desk.batch()
        answer = (await desk.get("/api/v1/bars?symbol=SPY&limit=2")).json()
        assert [each["close"] for each in answer["bars"]] == [100, 100]
        assert answer["bars"][-1]["timestamp"] == answer["as_of"]

    played(script)


def test_a_wrong_question_names_the_parameter_and_what_is_accepted() -> None:
    async def script(desk: Desk) -> None:
        wrong = await desk.get("/api/v1/bars?symbol=TSLA")
        assert (wrong.status_code, wrong.json()["field"], wrong.json()["accepted"]) == (422, "symbol", "AAPL, SPY")
        wrong = await desk.get("/api/v1/bars?symbol=SPY&limit=0")
        assert (wrong.status_code, wrong.json()["field"]) == (422, "limit")

    played(script)


def test_health_tells_a_stream_that_is_down_and_prices_that_are_old() -> None:
    async def script(desk: Desk) -> None:
        async def feed() -> dict[str, str]:
            found: dict[str, str] = (await desk.get("/health")).json()["components"][1]
            return found

        assert (await feed())["status"] == "degraded"
        desk.put(StreamUp("bars"), BarEvent(bar("AAPL", 1)), BarEvent(bar("SPY", 1)))
        await desk.batch()
        assert (await feed())["status"] == "healthy"
        await asyncio.sleep(600)
        assert "AAPL, SPY" in (await feed())["message"]
        desk.put(StreamDown("bars", "reset by peer"))
        await asyncio.sleep(1)
        assert "reset by peer" in (await feed())["message"]

    played(script)


def test_a_feed_that_ends_makes_the_role_unhealthy() -> None:
    async def script(desk: Desk) -> None:
        desk.put(BarEvent(bar("TSLA", 1)))  # never subscribed: a bug of the adapter
        await asyncio.sleep(1)
        assert (await desk.get("/health")).status_code == 503

    played(script)


# ------------------------------------------------------------------ ws /stream


def streamed(script: Callable[[Desk, AsyncWebSocketSession], Awaitable[None]]) -> None:
    async def whole(desk: Desk) -> None:
        async with (
            httpx.AsyncClient(transport=ASGIWebSocketTransport(desk.doors), base_url="http://door") as client,
            aconnect_ws("/stream", client, keepalive_ping_interval_seconds=None) as socket,
        ):
            await script(desk, socket)

    played(whole)


async def hear(socket: AsyncWebSocketSession, type: str) -> dict[str, object]:
    while True:
        frame: dict[str, object] = await socket.receive_json()
        if frame["type"] == type:
            return frame


def test_a_client_that_says_nothing_hears_every_tick_and_bar() -> None:
    async def script(desk: Desk, socket: AsyncWebSocketSession) -> None:
        desk.put(TickEvent(AAPL, 1_500_000, 10**9, OPEN_NS), BarEvent(bar("SPY", 1)))
        tick = await hear(socket, "tick")
        assert tick == {"type": "tick", "symbol": "AAPL", "price": 150, "timestamp": "2019-06-08T13:20:00Z"} | {
            "source": "tape"
        }
        assert (await hear(socket, "bar"))["symbol"] == "SPY"

    streamed(script)


def test_a_subscriber_hears_only_what_it_asked_for() -> None:
    async def script(desk: Desk, socket: AsyncWebSocketSession) -> None:
        await socket.send_json({"action": "subscribe", "channels": ["bar"], "symbols": ["SPY"]})
        taken = await hear(socket, "subscribed")
        assert taken == {"type": "subscribed", "channels": ["bar"], "symbols": ["SPY"], "unavailable": ["quote"]}
        desk.put(TickEvent(AAPL, 1, 1, OPEN_NS), BarEvent(bar("AAPL", 1)), BarEvent(bar("SPY", 1)))
        frame = await socket.receive_json()
        assert (frame["type"], frame["symbol"]) == ("bar", "SPY")

    streamed(script)


def test_a_wrong_subscription_gets_an_error_frame_and_keeps_the_connection() -> None:
    async def script(desk: Desk, socket: AsyncWebSocketSession) -> None:
        for said, field, accepted in (
            ({"type": "subscribe", "channels": ["tic"]}, "channels[0]", "bar, quote, tick"),
            ({"type": "subscribe", "symbols": ["TSLA"]}, "symbols", "AAPL, SPY"),
            ({"symbols": ["SPY"]}, "type", "subscribe, unsubscribe, ping"),
            ({"type": "subscribe", "simbols": []}, "simbols", "type, action, channels, symbols"),
        ):
            await socket.send_json(said)
            error = await hear(socket, "error")
            assert (error["code"], error["field"]) == (422, field)
            assert accepted in str(error["accepted"])
        await socket.send_text("{nope")
        assert (await hear(socket, "error"))["code"] == 400
        await socket.send_text("ping")
        assert await hear(socket, "pong") == {"type": "pong"}

    streamed(script)


def test_the_stream_pings_every_thirty_seconds() -> None:
    async def script(desk: Desk, socket: AsyncWebSocketSession) -> None:
        times = [(await hear(socket, "ping"))["timestamp"] for _ in range(2)]
        assert times == ["2019-06-08T13:20:30Z", "2019-06-08T13:21:00Z"]

    streamed(script)


def test_a_client_that_does_not_read_is_let_go_and_the_others_go_on() -> None:
    async def script(desk: Desk) -> None:
        hub = desk.role.hub
        slow, quick = hub.join(), hub.join()
        assert slow is not None
        assert quick is not None
        let_go: list[str] = []
        slow.let_go = lambda: let_go.append("slow")
        for number in range(5_000):
            desk.put(TickEvent(SPY, 1, 1, OPEN_NS + number))
            await asyncio.sleep(0.001)
            quick.frames.clear()
        assert set(let_go) == {"slow"}
        assert slow.too_slow
        assert not quick.too_slow

    played(script)
