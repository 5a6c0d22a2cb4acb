"""HTTP without ASGI for the few doors of a venue that are asked thousands of times a second.

An application that has a method `swift(method, target, address)` answers such requests through it: the callable it
gives takes the headers, the body and a `respond(status, headers, body)` that it may call now or later. `target` is path
and query as they were sent, `address` the client's. Everything else, and every request for which `swift` says None,
goes the ordinary way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

Headers = list[tuple[bytes, bytes]]
Respond = Callable[[int, Headers, bytes], None]
Swift = Callable[[Headers, bytes, Respond], None]
Find = Callable[[bytes, bytes, str], Swift | None]

BODY_BYTES_KEPT_MAX = 1 << 20  # far beyond what a venue accepts: it refuses the rest without having seen it

_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}


class SwiftApp:
    """An ASGI application, and the way around it."""

    def __init__(self, app: ASGIApp, swift: Find) -> None:
        self._app = app
        self.swift = swift

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ordinary way."""
        await self._app(scope, receive, send)


class DroppableHttp(HttpToolsProtocol):
    """uvicorn's HTTP, whose connection the fault script can abort: scope extension `seatrial.drop`."""

    def on_message_begin(self) -> None:
        """Give each request the means to end its own connection without an answer."""
        super().on_message_begin()
        extensions: dict[str, Any] = {"seatrial.drop": self.transport.abort}
        self.scope["extensions"] = extensions


class SwiftHttp(DroppableHttp):
    """The same with a way around ASGI; `find` is the application's `swift`."""

    find: Find

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Nothing is being answered swiftly yet."""
        super().connection_made(transport)
        self._swift: Swift | None = None
        self._parts: list[bytes] = []
        self._size = 0

    def on_headers_complete(self) -> None:
        """Choose the way. Behind a request that is still being answered, the ordinary one keeps the order."""
        is_free = self.cycle is None or self.cycle.response_complete
        if is_free and not self.parser.should_upgrade() and not self.expect_100_continue:
            address = self.client[0] if self.client else ""
            self._swift = type(self).find(self.parser.get_method(), self.url, address)
        if self._swift is None:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        if self._swift is None:
            super().on_body(body)
        elif self._size < BODY_BYTES_KEPT_MAX:
            self._size += len(body)
            self._parts.append(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._swift is None:
            super().on_message_complete()
            return
        swift, self._swift = self._swift, None
        body, self._parts, self._size = b"".join(self._parts), [], 0
        keep = self.parser.should_keep_alive()
        swift(self.headers, body, lambda status, headers, told: self._respond(status, headers, told, keep=keep))

    def _respond(self, status: int, headers: Headers, body: bytes, *, keep: bool) -> None:
        if self.transport.is_closing():
            return
        lines = [_LINES[status], *(b"%b: %b\r\n" % header for header in headers)]
        if not keep:
            lines.append(b"connection: close\r\n")
        self.transport.write(b"".join((*lines, b"\r\n", body)))
        if not keep:
            self.transport.close()
