"""An ASGI application asked without a client in between: any bytes, as a socket would bring them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LOOPBACK = ("127.0.0.1", 40_000)


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def scope_of(kind: str, method: str, target: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """What a server tells an application of a request."""
    path, _, query = target.partition("?")
    return {
        "type": kind,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http" if kind == "http" else "ws",
        "path": path,
        "raw_path": path.encode("utf-8", "surrogatepass"),
        "query_string": query.encode("utf-8", "surrogatepass"),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers.items()],
        "client": LOOPBACK,
        "server": ("127.0.0.1", 80),
        "subprotocols": [],
    }


async def ask(
    app: Any, method: str, target: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Heard:
    """One request and its answer. What the application raises is raised here: to a client it is a 500."""
    told: list[dict[str, Any]] = []
    given = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return given.pop() if given else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    await app(scope_of("http", method, target, {"host": "venue"} | dict(headers or {})), receive, send)
    names = {name.decode(): value.decode("latin-1") for name, value in told[0].get("headers", [])}
    return Heard(told[0]["status"], names, b"".join(message.get("body", b"") for message in told[1:]))


class Socket:
    """One WebSocket connection to an application, that says what it is given and keeps what it hears."""

    def __init__(self, app: Any, target: str, headers: Mapping[str, str] | None = None) -> None:
        self._given: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._given.put_nowait({"type": "websocket.connect"})
        self.heard: list[dict[str, Any]] = []
        scope = scope_of("websocket", "GET", target, {"host": "venue"} | dict(headers or {}))
        self._running = asyncio.ensure_future(app(scope, self._given.get, self._send))

    async def _send(self, message: dict[str, Any]) -> None:
        self.heard.append(message)

    async def say(self, message: str | bytes) -> None:
        """One message, and time for its answer."""
        kind = "text" if isinstance(message, str) else "bytes"
        self._given.put_nowait({"type": "websocket.receive", kind: message})
        await self.rest()

    async def rest(self) -> None:
        """Let the application do what it has to."""
        for _ in range(6):
            await asyncio.sleep(0)

    @property
    def closed(self) -> bool:
        """Whether the application ended the conversation; an exception of it is raised."""
        if self._running.done():
            self._running.result()
            return True
        return any(message["type"] == "websocket.close" for message in self.heard)

    async def close(self) -> None:
        """Hang up and see that the application ends."""
        if not self._running.done():
            self._given.put_nowait({"type": "websocket.disconnect", "code": 1000})
            await asyncio.wait_for(self._running, 10)
        self._running.result()
