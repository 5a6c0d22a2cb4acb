"""Faults strike where the script says, as often as it says, and leave a line in the history."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from random import Random

import httpx
import pytest
from httpx_ws import WebSocketDisconnect, aconnect_ws
from httpx_ws.transport import ASGIWebSocketTransport
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from seatrial.domain.faults import BadSetting
from seatrial.emulators.control import ControlDoor
from seatrial.emulators.faults import Fault, FaultScript, FaultyApp, Words, parse_faults
from seatrial.emulators.history import History
from seatrial.emulators.outbox import Outbox
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop, run_virtual


class Counter:
    """An application that counts what was applied, with a stream that repeats what it hears, slowly read or not."""

    def __init__(self, loop: VirtualLoop, faults: list[Fault], *, size_max: int = 10) -> None:
        self.applied = 0
        self.history = History(VirtualClock(loop))
        self.script = FaultScript(Random(1), self.history, faults)
        self.size_max = size_max
        routes = [Route("/count", self.count, methods=["POST"]), WebSocketRoute("/echo", self.echo)]
        self.app = FaultyApp(
            Starlette(routes=[*routes, *ControlDoor(self.script, self.history).routes()]),
            self.script,
            Words(error=lambda status: b'{"code":%d}' % status),
        )

    async def count(self, _: Request) -> Response:
        self.applied += 1
        return PlainTextResponse("counted")

    async def echo(self, websocket: WebSocket) -> None:
        await websocket.accept()
        outbox = Outbox(websocket, self.script, "echo", farewell="too slow", size_max=self.size_max)

        def repeat(said: str | bytes) -> None:
            for _ in range(int(said)):
                outbox.put(str(said), "number")

        await outbox.converse(repeat)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://venue")


def test_a_request_that_fails_before_is_not_applied_and_one_that_fails_after_is() -> None:
    async def main(loop: VirtualLoop) -> None:
        faults = [
            Fault(name="first", kind="error_before", status=502, count_max=1),
            Fault(name="second", kind="error_after", status=504, path="/count", method="POST", count_max=1),
        ]
        venue = Counter(loop, faults)
        async with venue.client() as client:
            before = await client.post("/count")
            assert (before.status_code, before.json(), venue.applied) == (502, {"code": 502}, 0)

    run_virtual(main)


def test_a_lost_acknowledgement_was_applied_and_nobody_was_told() -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = Counter(loop, [Fault(name="lost", kind="lost_ack", count_max=1)])
        async with venue.client() as client:
            with pytest.raises(httpx.RemoteProtocolError):
                await client.post("/count")
            assert venue.applied == 1
            assert (await client.post("/count")).text == "counted"
        assert [operation.what for operation in venue.history.operations] == ["lost lost_ack on POST /count"]

    run_virtual(main)


def test_latency_waits_in_virtual_time_before_or_after_the_request_is_applied() -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = Counter(loop, [Fault(name="slow", kind="latency", latency_ms=250, when="after")])
        async with venue.client() as client:
            asking = asyncio.create_task(client.post("/count"))
            await asyncio.sleep(0.2)
            assert venue.applied == 1
            await asking
            assert loop.elapsed_ns == 250_000_000

    run_virtual(main)


def test_stream_messages_are_dropped_doubled_and_cut_off() -> None:
    async def main(loop: VirtualLoop) -> None:
        faults = [
            Fault(name="drop", kind="stream_drop", stream="echo", count_max=1),
            Fault(name="double", kind="stream_duplicate", what="number", count_max=2),
        ]
        venue = Counter(loop, faults)
        async with (
            httpx.AsyncClient(transport=ASGIWebSocketTransport(venue.app)) as client,
            aconnect_ws("ws://venue/echo", client) as stream,
        ):
            await stream.send_text("1")
            await stream.send_text("01")
            await stream.send_text("001")
            assert [await stream.receive_text() for _ in range(3)] == ["01", "01", "001"]
            venue.script.replace([Fault(name="cut", kind="stream_disconnect")])
            await stream.send_text("1")
            with pytest.raises(WebSocketDisconnect):
                await stream.receive_text()

    run_virtual(main)


def test_a_client_that_does_not_read_fills_its_outbox_and_is_dropped_with_a_farewell() -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = Counter(loop, [])
        async with (
            httpx.AsyncClient(transport=ASGIWebSocketTransport(venue.app)) as client,
            aconnect_ws("ws://venue/echo", client) as stream,
        ):
            await stream.send_text("11")
            heard: list[str] = []
            with suppress(WebSocketDisconnect):
                while True:
                    heard.append(await stream.receive_text())
            assert heard[-1] == "too slow"
            assert len(heard) < 11

    run_virtual(main)


def test_the_same_seed_gives_the_same_faults() -> None:
    async def main(loop: VirtualLoop) -> list[bool]:
        script = FaultScript(
            Random(7), History(VirtualClock(loop)), [Fault(name="some", kind="lost_ack", probability=0.5)]
        )
        return [script.on_request("GET", "/").lost for _ in range(50)]

    first, second = run_virtual(main), run_virtual(main)

    assert first == second
    assert 10 < sum(first) < 40


def test_the_control_door_sets_faults_and_shows_history() -> None:
    async def main(loop: VirtualLoop) -> None:
        venue = Counter(loop, [])
        async with venue.client() as client:
            fault = {"name": "down", "kind": "error_before", "path": "/count"}
            assert (await client.post("/control/faults", json={"faults": [fault]})).status_code == 200
            assert (await client.post("/count")).status_code == 503
            assert (await client.get("/control/faults")).json()["struck"] == {"down": 1}
            history = (await client.get("/control/history", params={"from": "1"})).json()
            assert [line["op"] for line in history["operations"]] == ["fault"]
            refused = await client.post("/control/faults", json={"faults": [{**fault, "probability": 2}]})
            assert (refused.status_code, refused.json()) == (
                422,
                {"message": "faults[1] down.probability: accepted is 0 to 1, was 2.0"},
            )

    run_virtual(main)


def test_the_control_door_answers_on_loopback_only() -> None:
    async def main(loop: VirtualLoop) -> None:
        transport = httpx.ASGITransport(Counter(loop, []).app, client=("10.0.0.7", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://venue") as client:
            assert (await client.get("/control/history")).status_code == 403

    run_virtual(main)


def test_a_script_may_be_toml_and_an_unknown_key_is_named() -> None:
    assert parse_faults(b'[[faults]]\nname = "a"\nkind = "lost_ack"\n', form="toml") == [
        Fault(name="a", kind="lost_ack")
    ]
    with pytest.raises(BadSetting, match="chance"):
        parse_faults(b'{"faults": [{"name": "a", "kind": "lost_ack", "chance": 1}]}')
    with pytest.raises(BadSetting, match="kind"):
        parse_faults(b'{"faults": [{"name": "a", "kind": "meteor"}]}')
