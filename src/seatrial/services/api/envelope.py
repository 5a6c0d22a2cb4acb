"""Around every answer: the request's id, the gate's word, security headers, and no body after HEAD."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog
from starlette.datastructures import MutableHeaders
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Asgi
from starlette.websockets import WebSocketDisconnect

from seatrial.services.access.access_record import AccessRecord
from seatrial.services.access.admission import ADMISSION, Admission, Gate, Kind, Turned
from seatrial.services.api.doors import POLICY_VIOLATION, opens_always, refuse_stream, turned_answer
from seatrial.services.api.headers import secure
from seatrial.services.api.measuring import Measuring
from seatrial.services.observability.meters import RoleMeters

REQUEST_ID_LENGTH_MAX = 128
OF_CALLER = (b"x-request-id", b"x-workflow-id")
STARTS = ("http.response.start", "websocket.accept", "websocket.http.response.start")
STILL_SECONDS = 1.0  # how long a stream may go on after its token was revoked

_log = structlog.get_logger("seatrial.services.access")


class Envelope:
    """An app behind its gate. An envelope in an envelope, as when one app is mounted in another, asks only once."""

    def __init__(
        self,
        doors: ASGIApp,
        routes: Sequence[BaseRoute],
        new_request_id: Callable[[], str],
        gate: Gate | None,
        meters: RoleMeters | None = None,
    ) -> None:
        self.routes = routes
        self.meters = meters
        self._doors = doors
        self._new_request_id = new_request_id
        self._gate = gate

    async def __call__(self, scope: Asgi, receive: Receive, send: Send) -> None:
        """One request or one WebSocket. Requests are counted, whatever became of them."""
        if scope["type"] not in {"http", "websocket"}:
            await self._doors(scope, receive, send)
        elif scope["type"] == "websocket" or self.meters is None:
            await self._enter(scope, receive, send)
        else:
            measuring = Measuring(scope, send)
            try:
                await self._enter(scope, receive, measuring)
            finally:
                if (asked := measuring.asked(scope)) is not None:
                    self.meters.asked(asked)

    async def _enter(self, scope: Asgi, receive: Receive, send: Send) -> None:
        said = {name: value for name, value in reversed(scope["headers"]) if name in OF_CALLER}
        request_id = echoable(said.get(b"x-request-id")) or self._new_request_id()
        workflow_id = echoable(said.get(b"x-workflow-id"))
        bound = {"request_id": request_id} | ({"workflow_id": workflow_id} if workflow_id else {})
        before = structlog.contextvars.bind_contextvars(**bound)
        try:
            with AccessRecord(scope) as record:
                await self._pass(scope, receive, record.hearing(send), request_id)
        finally:
            structlog.contextvars.reset_contextvars(**before)

    async def _pass(self, scope: Asgi, receive: Receive, send: Send, request_id: str) -> None:
        admission: Admission | None = scope.get(ADMISSION)
        fresh = admission is None and self._gate is not None
        if admission is None and self._gate is not None:
            admission = self._gate.admit(scope)
            scope[ADMISSION] = admission
        sending = _Sending(scope, send, request_id, admission, self._gate)
        turned = self._at_the_gate(scope, admission) if fresh and admission is not None else None
        if turned is None:
            await self._doors(scope, receive, sending)
        elif scope["type"] == "http":
            await turned_answer(turned)(scope, receive, sending)
        else:
            await refuse_stream(turned, scope, receive, sending)

    def _at_the_gate(self, scope: Asgi, admission: Admission) -> Turned | None:
        """What speaks against this request whatever door it is for."""
        if admission.barred is not None or admission.limited is None:
            return admission.barred
        return None if opens_always(self.routes, scope) else admission.limited


class _Sending:
    """One answer on its way: headers are added as it starts, and a stream ends when its token does."""

    def __init__(
        self, scope: Asgi, send: Send, request_id: str, admission: Admission | None, gate: Gate | None
    ) -> None:
        self._scope = scope
        self._send = send
        self._request_id = request_id
        self._admission = admission
        self._gate = gate if scope["type"] == "websocket" else None
        self._asked_at_seconds = 0.0

    async def __call__(self, message: Message) -> None:
        """Pass one message of the app on."""
        if message["type"] in STARTS:
            message.setdefault("headers", [])
            self._head(MutableHeaders(scope=message))
        elif message["type"] == "http.response.body" and self._scope["method"] == "HEAD":
            message = {**message, "body": b""}
        elif message["type"] == "websocket.send" and not self._still():
            await self._send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": "the token has ended"})
            _log.warning("websocket closed: auth ended", path=self._scope["path"])
            raise WebSocketDisconnect(POLICY_VIOLATION, "the token has ended")
        await self._send(message)

    def _head(self, headers: MutableHeaders) -> None:
        headers["x-request-id"] = self._request_id
        secure(headers, encrypted=self._scope["scheme"] in {"https", "wss"})
        if self._admission is not None:
            _put(headers, self._admission.headers)
            if self._admission.caller.kind is Kind.LOCAL:
                headers["x-seatrial-access"] = "local"

    def _still(self) -> bool:
        """Asked at most once a second: a stream may carry thousands of messages."""
        if self._gate is None or self._admission is None:
            return True
        now_seconds = asyncio.get_running_loop().time()
        if now_seconds - self._asked_at_seconds < STILL_SECONDS:
            return True
        self._asked_at_seconds = now_seconds
        return self._gate.still(self._admission.caller)


def _put(headers: MutableHeaders, more: Mapping[str, str]) -> None:
    for name, value in more.items():
        headers[name] = value


def echoable(said: bytes | None) -> str | None:
    """A caller's id, unless it could spoil a log line."""
    request_id = said.decode("latin-1") if said else None
    if request_id and len(request_id) <= REQUEST_ID_LENGTH_MAX and request_id.isascii() and request_id.isprintable():
        return request_id
    return None
