"""The market streams: `/ws`, `/ws/<anything>` and `/stream`.

A path after `/ws/` that is no stream name is accepted and means nothing: ccxt.pro connects to `/ws/0` and
subscribes afterwards. An unknown stream can be subscribed, as at the venue, and stays silent.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from seatrial.domain.time import SECOND_NS, Clock
from seatrial.emulators.binance.feed import Feed
from seatrial.emulators.binance.rates import Window
from seatrial.emulators.faults import FaultScript
from seatrial.emulators.outbox import CLOSED_AS_SLOW, Outbox

STREAMS_MAX = 1_024
MESSAGES_PER_SECOND_MAX = 5
STREAM_NAME = "market"  # what faults call these streams
METHODS = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")
ID_LENGTH_MAX = 36


@dataclass(eq=False, slots=True)
class Listener:
    """One connection: what it subscribed to, and in which form it wants it."""

    outbox: Outbox
    combined: bool
    names: dict[str, None] = field(default_factory=dict)

    def tell(self, name: str, event: bytes) -> None:
        """Send an event of a stream; raw, or wrapped where the connection is a combined one."""
        body = b'{"stream":"%s","data":%s}' % (name.encode(), event) if self.combined else event
        self.outbox.put(body.decode(), name)


class _BadRequest(Exception):
    def __init__(self, code: int, msg: str) -> None:
        self.code, self.msg = code, msg
        super().__init__(msg)


class StreamDoor:
    """Accepts connections and keeps their subscriptions in the feed."""

    def __init__(self, feed: Feed, script: FaultScript, clock: Clock) -> None:
        self._feed = feed
        self._script = script
        self._clock = clock

    def routes(self) -> list[WebSocketRoute]:
        """The paths of the market streams."""
        return [
            WebSocketRoute("/ws", self.raw),
            WebSocketRoute("/ws/{names:path}", self.raw),
            WebSocketRoute("/stream", self.combined),
        ]

    async def raw(self, websocket: WebSocket) -> None:
        """A connection whose events come as they are."""
        names = str(websocket.path_params.get("names", "")).split("/")
        await self._serve(websocket, [name for name in names if "@" in name], combined=False)

    async def combined(self, websocket: WebSocket) -> None:
        """A connection whose events come wrapped with the stream's name."""
        names = websocket.query_params.get("streams", "").split("/")
        await self._serve(websocket, [name for name in names if name], combined=True)

    async def _serve(self, websocket: WebSocket, names: list[str], *, combined: bool) -> None:
        await websocket.accept()
        outbox = Outbox(websocket, self._script, STREAM_NAME)
        listener = Listener(outbox, combined)
        rate = Window(SECOND_NS)

        def hear(message: str | bytes) -> None:
            if rate.add(self._clock.now_ns(), 1) > MESSAGES_PER_SECOND_MAX:
                outbox.close(CLOSED_AS_SLOW)
            else:
                outbox.answer(self._answer(listener, message))

        try:
            for name in names[:STREAMS_MAX]:
                self._feed.subscribe(listener, name)
            await outbox.converse(hear)
        finally:
            self._feed.forget(listener)

    def _answer(self, listener: Listener, message: str | bytes) -> str:
        answer: dict[str, object] = {}
        try:
            request = _decode(message)
            answer["id"] = request.get("id")
            answer = {"result": self._obey(listener, request)} | answer
        except _BadRequest as bad:
            answer = {"error": {"code": bad.code, "msg": bad.msg}} | answer
        return msgspec.json.encode(answer).decode()

    def _obey(self, listener: Listener, request: dict[str, object]) -> object:
        method, params = _method(request), request.get("params")
        if method == "LIST_SUBSCRIPTIONS":
            return list(listener.names)
        if not isinstance(params, list):
            raise _BadRequest(2, "Invalid request: missing field `params`")
        if method == "SET_PROPERTY":
            listener.combined = _property(params)
            return None
        if method == "GET_PROPERTY":
            if params != ["combined"]:
                raise _BadRequest(0, "Unknown property")
            return listener.combined
        names = [name for name in params if isinstance(name, str)]
        if len(names) != len(params):
            raise _BadRequest(2, "Invalid request: stream name must be a string")
        if method == "SUBSCRIBE":
            if len(listener.names.keys() | names) > STREAMS_MAX:
                raise _BadRequest(2, f"Invalid request: at most {STREAMS_MAX} streams per connection")
            for name in names:
                self._feed.subscribe(listener, name)
        else:
            for name in names:
                self._feed.unsubscribe(listener, name)
        return None


def _decode(message: str | bytes) -> dict[str, object]:
    try:
        request = msgspec.json.decode(message)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise _BadRequest(3, "Invalid JSON: expected value at line 1 column 1") from None
    if not isinstance(request, dict):
        raise _BadRequest(2, "Invalid request: expected an object")
    return request


def _method(request: dict[str, object]) -> str:
    number = request.get("id")
    fits = number is None or (isinstance(number, int) and not isinstance(number, bool))
    if not fits and not (isinstance(number, str) and len(number) <= ID_LENGTH_MAX):
        request["id"] = None
        raise _BadRequest(2, "Invalid request: request ID must be an unsigned integer")
    method = request.get("method")
    if method is None:
        raise _BadRequest(2, "Invalid request: missing field `method`")
    if method not in METHODS:
        names = ", ".join(f"`{name}`" for name in METHODS)
        raise _BadRequest(2, f"Invalid request: unknown variant `{method}`, expected one of {names}")
    return str(method)


def _property(params: list[object]) -> bool:
    if len(params) != 2 or params[0] != "combined":
        raise _BadRequest(0, "Unknown property")
    if not isinstance(params[1], bool):
        raise _BadRequest(1, "Invalid value type: expected Boolean")
    return params[1]
