"""Faults of connections, and of requests in frames: mute, half closed, storms, maintenance, a shutdown announced."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest
import websockets
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from tests.emulators.small_binance import HandClock

from seatrial.emulators.binance.fault_words import WORDS
from seatrial.emulators.faults import Fault, FaultScript, FaultyApp
from seatrial.emulators.history import History
from seatrial.emulators.outbox import Outbox
from seatrial.emulators.socket import SocketServer


class Echo:
    """A venue with a stream and a door for requests in frames; both say back what they hear."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.history = History(self.clock)
        self.script = FaultScript(Random(1), self.history)
        self.heard: list[str] = []
        self.outboxes: list[Outbox] = []
        routes = [
            Route("/api/v3/time", lambda _: PlainTextResponse("{}")),
            WebSocketRoute("/ws", self.serve),
            WebSocketRoute("/ws-api/v3", self.serve),
        ]
        self.app = FaultyApp(
            Starlette(routes=routes), self.script, WORDS, accounts={"k": "alice"}, history=self.history
        )

    async def serve(self, websocket: WebSocket) -> None:
        await websocket.accept()
        outbox = Outbox(websocket, self.script, "market")
        self.outboxes.append(outbox)

        def repeat(said: str | bytes) -> None:
            self.heard.append(str(said))
            outbox.put(str(said), "said")

        await outbox.converse(repeat)


@asynccontextmanager
async def connected(path: str = "/ws") -> AsyncIterator[tuple[Echo, websockets.ClientConnection]]:
    venue = Echo()
    server = await SocketServer.open(venue.app)
    try:
        async with websockets.connect(f"ws://127.0.0.1:{server.port}{path}", close_timeout=0.2) as stream:
            yield venue, stream
    finally:
        await server.close()


def test_a_mute_socket_stays_open_answers_pings_and_speaks_again_when_the_fault_is_gone() -> None:
    async def main() -> None:
        async with connected() as (venue, stream):
            await stream.send("one")
            assert await stream.recv() == "one"
            venue.script.add([Fault("mute", "stream_mute", stream="market")])
            await stream.send("two")
            await (await stream.ping())
            venue.script.remove("mute")
            await stream.send("three")
            assert await stream.recv() == "three"
            assert venue.heard == ["one", "two", "three"]

    asyncio.run(main())


def test_a_half_closed_connection_hears_nothing_any_more_and_says_nothing() -> None:
    async def main() -> None:
        async with connected() as (venue, stream):
            venue.script.add([Fault("half", "half_close")])
            with pytest.raises(websockets.ConnectionClosedError):
                await stream.recv()
            assert venue.heard == []

    asyncio.run(main())


def test_a_storm_ends_old_and_new_connections_and_maintenance_lets_nobody_in() -> None:
    async def main() -> None:
        async with connected() as (venue, stream):
            venue.script.add([Fault("storm", "disconnect_storm", latency_ms=1)])
            with pytest.raises(websockets.ConnectionClosedError) as closed:
                await stream.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
            host, port = stream.remote_address[:2]
            async with websockets.connect(f"ws://{host}:{port}/ws") as newcomer:
                with pytest.raises(websockets.ConnectionClosedError):
                    await newcomer.recv()
            venue.script.replace([Fault("works", "maintenance")])
            with pytest.raises(websockets.InvalidStatus) as refused:
                await websockets.connect(f"ws://{host}:{port}/ws")
            assert refused.value.response.status_code == 503

    asyncio.run(main())


def test_a_shutdown_is_announced_before_the_connection_ends() -> None:
    async def main() -> None:
        async with connected("/ws-api/v3") as (venue, stream):
            venue.script.add([Fault("down", "server_shutdown", latency_ms=5)])
            assert json.loads(await stream.recv())["event"]["e"] == "serverShutdown"
            with pytest.raises(websockets.ConnectionClosedError):
                await stream.recv()

    asyncio.run(main())


def test_requests_in_frames_are_refused_before_lost_after_and_written_down_without_secrets() -> None:
    async def main() -> None:
        order = {
            "id": 7,
            "method": "order.place",
            "params": {"apiKey": "k", "signature": "s", "newClientOrderId": "mine"},
        }
        async with connected("/ws-api/v3") as (venue, stream):
            venue.script.replace(
                [Fault("no", "reject"), Fault("deny", "error_after", method="WS", path="/ws-api/v3/ping")]
            )
            await stream.send(json.dumps(order))
            assert json.loads(await stream.recv())["error"]["code"] == -2010
            await stream.send('{"id": "p", "method": "ping"}')
            assert json.loads(await stream.recv()) == {"id": "p", "status": 503, "error": json.loads(WORDS.error(503))}
            assert venue.heard == ['{"id": "p", "method": "ping"}']
            asked, fault, answered = venue.history.operations[:3]
            assert (asked.op, asked.account, asked.client_order_id) == ("request", "alice", "mine")
            assert asked.data is not None
            assert json.loads(bytes(asked.data)) == {"newClientOrderId": "mine"}
            assert (fault.op, answered.op, answered.status, answered.request) == ("fault", "answer", 400, asked.request)
            venue.script.replace([Fault("gone", "lost_ack")])
            await stream.send(json.dumps(order))
            with pytest.raises(websockets.ConnectionClosedError):
                await stream.recv()
            assert len(venue.heard) == 2

    asyncio.run(main())


def test_a_fault_has_its_time_and_comes_by_itself() -> None:
    async def main() -> None:
        async with connected() as (venue, stream):
            venue.script.add([Fault("later", "stream_disconnect", after_ms=1_000, for_ms=500)])
            for step_ms, survives in ((999, True), (1, False)):
                venue.clock.at_ns += step_ms * 1_000_000
                await stream.send("word")
                if survives:
                    assert await stream.recv() == "word"
                else:
                    with pytest.raises(websockets.ConnectionClosedError):
                        await stream.recv()

    asyncio.run(main())


def test_messages_of_one_symbol_or_account_are_struck_and_swapped() -> None:
    async def main() -> None:
        async with connected() as (venue, stream):
            venue.script.add(
                [Fault("drop", "stream_drop", symbol="BTCUSDT"), Fault("his", "stream_drop", account="bob")]
            )
            venue.script.add([Fault("swap", "stream_reorder", symbol="ETHUSDT")])
            for said in ('{"s":"BTCUSDT"}', '{"s":"ETHUSDT"}', '{"s":"BTCUSDTX"}'):
                await stream.send(said)
            assert [await stream.recv() for _ in range(2)] == ['{"s":"BTCUSDTX"}', '{"s":"ETHUSDT"}']
            venue.outboxes[0].put("his", "event", account="bob")
            venue.outboxes[0].put("hers", "event", account="alice")
            assert await stream.recv() == "hers"

    asyncio.run(main())
