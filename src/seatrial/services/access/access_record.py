"""One record for every request: who asked nothing of its content, only which door, what came of it, how long it took.

The query is left out: it may carry signatures and tokens.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

import structlog
from starlette.types import Message, Scope, Send

_log = structlog.get_logger("seatrial.access")

_KEPT = "seatrial.access_record"  # in the scope of an app mounted in another: the outermost tells


class AccessRecord:
    """Around one request or WebSocket: told when it ends, with the status that was sent."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._outermost = _KEPT not in scope
        self._path = str(scope.get("root_path", "")) + str(scope["path"]) if not self._outermost else str(scope["path"])
        self._status: int | None = None
        self._started_seconds = 0.0
        scope[_KEPT] = True

    def hearing(self, send: Send) -> Send:
        """The same way out, listened to for its status."""
        if not self._outermost:
            return send

        async def heard(message: Message) -> None:
            match message["type"]:
                case "http.response.start" | "websocket.http.response.start":
                    self._status = int(message["status"])
                case "websocket.accept":
                    self._status = 101
                case "websocket.close" if self._status is None:
                    self._status = 403
            await send(message)

        return heard

    def _between_roles(self) -> bool:
        """A question that one role of this process asks another: it came over no port."""
        server = self._scope.get("server") or (None, None)
        return self._scope.get("method") == "GET" and server[1] is None

    def __enter__(self) -> Self:
        self._started_seconds = asyncio.get_running_loop().time()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Tell. `status` is None where the caller left before an answer began."""
        if not self._outermost:
            return
        seconds = asyncio.get_running_loop().time() - self._started_seconds
        say = _log.debug if self._between_roles() and (self._status or 500) < 400 else _log.info
        say(
            "websocket closed" if self._scope["type"] == "websocket" else "request",
            method=self._scope.get("method", "GET"),
            path=self._path,
            status=self._status,
            duration_ms=round(seconds * 1_000, 3),
        )
