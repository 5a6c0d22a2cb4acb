"""The wire between the platform and its venues, and the witness that listens on it.

A request runs in a task of the venue: whoever sent it may die or give up, the venue goes on. A generation
that is dead cannot send, and hears nothing any more.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, MutableMapping
from random import Random
from typing import Any

import httpx
from httpx_ws.transport import ASGIWebSocketTransport
from starlette.types import ASGIApp

from seatrial.domain.faults import InvariantBroken
from seatrial.domain.ids import ClientOrderId
from seatrial.runs.simulation.process import Durable, Generation, outside

HOP_SECONDS_MAX = 0.02
_OURS = re.compile(rb'(?:"client_order_id"\s*:\s*"|newClientOrderId=)([A-Za-z0-9_.:-]+)')

NO_DUPLICATE = "no duplicate exposure"
JOURNALLED = "journalled before sent"
HALTED = "nothing sent after halt"


class Witness:
    """Hears every order as it leaves, and compares with what is durable and what is halted at that moment."""

    def __init__(self, durable: Durable) -> None:
        self.sends: list[ClientOrderId] = []
        self.broken: list[InvariantBroken] = []
        self.latched: Callable[[], str | None] = lambda: None
        self._durable = durable

    def hear(self, request: httpx.Request) -> None:
        """One request leaves the process."""
        if request.method != "POST" or not request.url.path.endswith(("/orders", "/order")):
            return
        found = _OURS.search(request.content) or _OURS.search(request.url.query)
        if found is None:
            self.broken.append(InvariantBroken(JOURNALLED, f"an order without our id left: {request.url.path}"))
            return
        client_order_id = ClientOrderId(found[1].decode())
        if client_order_id in self.sends:
            self.broken.append(InvariantBroken(NO_DUPLICATE, f"{client_order_id} was sent twice"))
        if client_order_id not in self._durable.approved or client_order_id not in self._durable.sent:
            self.broken.append(InvariantBroken(JOURNALLED, f"{client_order_id} left and is not in the journal"))
        if (reason := self.latched()) is not None:
            self.broken.append(InvariantBroken(HALTED, f"{client_order_id} left although {reason}"))
        self.sends.append(client_order_id)


class VenueWire(ASGIWebSocketTransport):
    """One connection of one generation to one venue."""

    def __init__(self, app: ASGIApp, generation: Generation, witness: Witness, random: Random) -> None:
        super().__init__(app=app, initial_receive_timeout=30.0)
        self._generation = generation
        self._witness = witness
        self._random = random

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request over, with a hop each way."""
        self._generation.check()
        if request.url.scheme in {"ws", "wss"}:
            await asyncio.sleep(self._hop())
            self._generation.check()
            return await super().handle_async_request(request)
        self._witness.hear(request)
        answer = outside(lambda: self._carry(request))
        answer.add_done_callback(_heard)
        await asyncio.wait({answer})
        self._generation.check()
        return answer.result()

    async def _carry(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(self._hop())
        response = await _served(self.app, request)
        await asyncio.sleep(self._hop())
        return response

    def _hop(self) -> float:
        return self._random.random() * HOP_SECONDS_MAX


async def _served(app: Any, request: httpx.Request) -> httpx.Response:
    """One request through an ASGI application. As httpx's own transport, which looks for trio every time."""
    body = await request.aread()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }
    said: list[MutableMapping[str, Any]] = []
    asked = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> MutableMapping[str, Any]:
        return next(asked, {"type": "http.disconnect"})

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    await app(scope, receive, send)
    content = b"".join(message.get("body", b"") for message in said[1:])
    return httpx.Response(said[0]["status"], headers=said[0].get("headers", []), content=content)


def _heard(answer: asyncio.Task[httpx.Response]) -> None:
    """Nobody may be left to hear a dropped connection; that is no error of the venue's."""
    if not answer.cancelled():
        answer.exception()


class DoorWire(httpx.AsyncBaseTransport):
    """The way of somebody outside to the doors of a process that may die while it answers."""

    def __init__(self, generation: Generation, app: ASGIApp) -> None:
        self._generation = generation
        self._inner = httpx.ASGITransport(app=app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, or a dropped connection."""
        if not self._generation.alive:
            raise httpx.ConnectError("nobody listens", request=request)
        answer = self._generation.spawn(self._inner.handle_async_request(request))
        await asyncio.wait({answer})
        if answer.cancelled() or not self._generation.alive:
            raise httpx.RemoteProtocolError("the process died before it answered", request=request)
        return answer.result()
