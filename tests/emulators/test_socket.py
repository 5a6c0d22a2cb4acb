"""The same applications on real sockets: dropped connections and counted bytes."""

from __future__ import annotations

import asyncio
from random import Random

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from seatrial.domain.faults import PortTaken
from seatrial.domain.time import Instant
from seatrial.emulators.faults import Asgi, Fault, FaultScript, FaultyApp, Words
from seatrial.emulators.history import History
from seatrial.emulators.socket import CountingProxy, SocketServer


class StoppedClock:
    """It is always noon."""

    def now_ns(self) -> Instant:
        return Instant(0)


async def hello(_: Request) -> Response:
    return PlainTextResponse("hello")


def app(*faults: Fault) -> Asgi:
    script = FaultScript(Random(1), History(StoppedClock()), faults)
    return FaultyApp(Starlette(routes=[Route("/", hello)]), script, Words(error=lambda _: b"{}"))


def test_a_lost_acknowledgement_drops_the_connection_and_the_next_request_is_served() -> None:
    async def main() -> None:
        server = await SocketServer.open(app(Fault(name="lost", kind="lost_ack", count_max=1)))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                await client.get("/")
            assert (await client.get("/")).text == "hello"
        await server.close()

    asyncio.run(main())


def test_the_proxy_counts_what_goes_up_and_what_comes_down() -> None:
    async def main() -> None:
        server = await SocketServer.open(app())
        proxy = await CountingProxy.open(server.port)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{proxy.port}") as client:
            assert (await client.get("/")).text == "hello"
        assert proxy.bytes_up > len("GET / HTTP/1.1")
        assert proxy.bytes_down > len("HTTP/1.1 200 OK hello")
        await proxy.close()
        await server.close()

    asyncio.run(main())


def test_a_taken_port_is_said_to_be_taken() -> None:
    async def main() -> None:
        server = await SocketServer.open(app())
        with pytest.raises(PortTaken, match=str(server.port)):
            await SocketServer.open(app(), port=server.port)
        await server.close()

    asyncio.run(main())
