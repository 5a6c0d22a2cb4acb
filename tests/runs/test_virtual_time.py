"""Virtual time: it jumps, it keeps order, it refuses what would break it, and the web stack runs on it."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from httpx_ws import aconnect_ws
from httpx_ws.transport import ASGIWebSocketTransport
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from seatrial.domain.faults import InvariantBroken
from seatrial.domain.time import DAY_NS, HOUR_NS
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop, run_virtual


def test_a_day_of_sleep_takes_a_day_of_virtual_time_to_the_nanosecond() -> None:
    async def main(loop: VirtualLoop) -> int:
        for _ in range(24):
            await asyncio.sleep(3600)
        return VirtualClock(loop).now_ns()

    assert run_virtual(main, epoch_ns=7) == 7 + DAY_NS


def test_timers_of_equal_time_run_in_the_order_they_were_set() -> None:
    async def main(loop: VirtualLoop) -> list[int]:
        seen: list[int] = []
        for number in range(50):
            loop.call_at(0.1 + 0.2 if number % 2 else 0.3, seen.append, number)
        await asyncio.sleep(1)
        return seen

    assert run_virtual(main) == list(range(50))


def test_time_does_not_drift_over_many_small_sleeps() -> None:
    async def main(loop: VirtualLoop) -> int:
        for _ in range(36_000):
            await asyncio.sleep(0.1)
        return loop.now_ns()

    assert run_virtual(main) == HOUR_NS


def test_waiting_for_ever_raises_and_names_the_tasks() -> None:
    async def wait_for_nothing(loop: VirtualLoop) -> None:
        await loop.create_future()

    with pytest.raises(InvariantBroken, match="wait_for_nothing"):
        run_virtual(wait_for_nothing)


def test_threads_and_sockets_are_refused() -> None:
    async def thread(loop: VirtualLoop) -> None:
        await asyncio.to_thread(int)

    async def socket(loop: VirtualLoop) -> None:
        await asyncio.open_connection("127.0.0.1", 1)

    async def server(loop: VirtualLoop) -> None:
        await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)

    for main in (thread, socket, server):
        with pytest.raises(InvariantBroken, match="no threads and no sockets"):
            run_virtual(main)


def test_a_step_can_be_hooked_and_replays_at_the_same_moment() -> None:
    def run() -> list[int]:
        async def main(loop: VirtualLoop) -> list[int]:
            seen: list[int] = []
            loop.at_step(loop.steps + 10, lambda: seen.append(loop.now_ns()))
            for _ in range(20):
                await asyncio.sleep(1)
            return [*seen, loop.steps]

        return run_virtual(main)

    first = run()
    assert len(first) == 2
    assert first == run()


def test_loopback_sockets_meet_before_time_jumps() -> None:
    async def main(loop: VirtualLoop) -> tuple[bytes, int]:
        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.readexactly(4))
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"ping")
        answer = await asyncio.wait_for(reader.readexactly(4), 1)
        asked_ns = loop.now_ns()
        writer.close()
        await asyncio.sleep(3600)
        server.close()
        return answer, asked_ns

    assert run_virtual(main, sockets=True) == (b"ping", 0)


async def _double(request: Request) -> JSONResponse:
    await asyncio.sleep(30)
    return JSONResponse({"doubled": 2 * int(request.query_params["n"])})


async def _count(socket: WebSocket) -> None:
    await socket.accept()
    for number in range(int(await socket.receive_text())):
        await asyncio.sleep(60)
        await socket.send_json(number)
    await socket.close()


def test_httpx_and_websockets_run_on_virtual_time_over_asgi() -> None:
    app = Starlette(routes=[Route("/double", _double), WebSocketRoute("/count", _count)])

    async def main(loop: VirtualLoop) -> tuple[int, list[int], int]:
        transport = ASGIWebSocketTransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://venue") as client:
            doubled = (await client.get("/double", params={"n": 21})).json()["doubled"]
            async with aconnect_ws("/count", client, keepalive_ping_interval_seconds=None) as socket:  # type: ignore[var-annotated]
                await socket.send_text("100")
                counted = [await socket.receive_json() for _ in range(100)]
        return doubled, counted, loop.now_ns()

    doubled, counted, ended_ns = run_virtual(main)
    assert doubled == 42
    assert counted == list(range(100))
    assert ended_ns >= (30 + 100 * 60) * 10**9


def test_a_client_timeout_is_virtual_too() -> None:
    app = Starlette(routes=[Route("/double", _double)])

    async def main(loop: VirtualLoop) -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://venue") as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(5):
                    await client.get("/double", params={"n": 1})
        return loop.now_ns()

    assert run_virtual(main) == 5 * 10**9
