"""One answer, measured as it is sent: its status, how long it took, and the code of a refusal."""

from __future__ import annotations

import asyncio

import msgspec
from starlette.types import Message, Scope, Send

from seatrial.services.api.doors import DOOR
from seatrial.services.observability.meters import Asked

ERROR_BYTES_MAX = 64 << 10  # a longer body is no refusal of ours


class _Refused(msgspec.Struct):
    error: str


_REFUSED = msgspec.json.Decoder(_Refused)


class Measuring:
    """Stands between an app and its server for one request. The door writes its path into the scope."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._began_seconds = self._loop.time()
        self._status: int | None = None
        self._error: str | None = None

    async def __call__(self, message: Message) -> None:
        """Pass one message on."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
        elif message["type"] == "http.response.body" and (self._status or 0) >= 400 and self._error is None:
            self._error = _code(message.get("body", b""))
        await self._send(message)

    def asked(self, scope: Scope) -> Asked | None:
        """What there is to count; None where nothing was answered, because the caller had gone."""
        if self._status is None:
            return None
        now_seconds = self._loop.time()
        took_seconds = now_seconds - self._began_seconds
        return Asked(scope.get(DOOR), scope["method"], self._status, took_seconds, self._error, now_seconds)


def _code(body: bytes) -> str | None:
    if not body or len(body) > ERROR_BYTES_MAX:
        return None
    try:
        return _REFUSED.decode(body).error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
