"""The market streams: `/ws`, `/ws/<anything>` and `/stream`.

A path after `/ws/` that is no stream name is accepted and means nothing: ccxt.pro connects to `/ws/0` and
subscribes afterwards. An unknown stream can be subscribed, as at the venue, and stays silent. Where listenKeys are
played, one of them is the name of its account's events.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from seatrial.domain.time import MILLISECOND_NS, SECOND_NS
from seatrial.emulators.binance.account_events import AccountEvent
from seatrial.emulators.binance.connections import Lifetimes, client_of
from seatrial.emulators.binance.desk import Desk
from seatrial.emulators.binance.encoded import Encoded
from seatrial.emulators.binance.fault_words import shutdown
from seatrial.emulators.binance.feed import Feed, micro_or_milli
from seatrial.emulators.binance.orders import TimeUnit
from seatrial.emulators.binance.rates import Window
from seatrial.emulators.binance.stream_requests import (
    BadRequest,
    check_property,
    combined_of,
    decode,
    method_of,
    names_of,
    params_of,
)
from seatrial.emulators.faults import FaultScript
from seatrial.emulators.outbox import CLOSED_AS_SLOW, Outbox

STREAMS_MAX = 1_024
MESSAGES_PER_SECOND_MAX = 5
STREAM_NAME = "market"  # what faults call these streams
ACCOUNT_STREAM_NAME = "userData"


@dataclass(eq=False, slots=True)
class Listener:
    """One connection: what it subscribed to, and in which form it wants it."""

    outbox: Outbox
    combined: bool
    unit: TimeUnit
    names: dict[str, None] = field(default_factory=dict)
    listen_keys: dict[str, str] = field(default_factory=dict)  # and whose they are

    def tell(self, event: Encoded) -> None:
        """Send an event of a stream; raw, or wrapped where the connection is a combined one."""
        self.outbox.put(event.wrapped if self.combined else event.raw, event.name)


class StreamDoor:
    """Accepts connections and keeps their subscriptions in the feed."""

    def __init__(self, feed: Feed, script: FaultScript, desk: Desk, lifetimes: Lifetimes) -> None:
        self._feed = feed
        self._script = script
        self._desk = desk
        self._lifetimes = lifetimes
        self._listeners: dict[Listener, None] = {}
        desk.spot.clearing.bulletin.on_event.append(self._tell_account)

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
        await self._serve(websocket, [name for name in names if self._is_stream(name)], combined=False)

    async def combined(self, websocket: WebSocket) -> None:
        """A connection whose events come wrapped with the stream's name."""
        names = websocket.query_params.get("streams", "").split("/")
        await self._serve(websocket, [name for name in names if name], combined=True)

    def _is_stream(self, name: str) -> bool:
        return "@" in name or self._owner(name) is not None

    def _owner(self, name: str) -> str | None:
        """Whose listenKey this is."""
        return None if self._desk.listen_keys is None else self._desk.listen_keys.account_of(name)

    async def _serve(self, websocket: WebSocket, names: list[str], *, combined: bool) -> None:
        if not self._lifetimes.admit(client_of(websocket)):
            await websocket.close()
            return
        await websocket.accept()
        outbox = Outbox(websocket, self._script, STREAM_NAME)
        listener = Listener(outbox, combined, micro_or_milli(websocket.query_params.get("timeUnit", "")))
        rate = Window(SECOND_NS)

        def hear(message: str | bytes) -> None:
            if rate.add(self._desk.clock.now_ns(), 1) > MESSAGES_PER_SECOND_MAX:
                outbox.close(CLOSED_AS_SLOW)
            else:
                outbox.answer(self._answer(listener, message))

        self._listeners[listener] = None
        try:
            for name in names[:STREAMS_MAX]:
                self._subscribe(listener, name)
            with self._lifetimes.of(outbox, lambda at_ms: shutdown(STREAM_NAME, at_ms)):
                await outbox.converse(hear)
        finally:
            del self._listeners[listener]
            self._feed.forget(listener)

    def _subscribe(self, listener: Listener, name: str) -> None:
        owner = self._owner(name)
        if owner is not None:
            listener.listen_keys[name] = owner
        self._feed.subscribe(listener, name)

    def _tell_account(self, account: str, event: AccountEvent) -> None:
        """A bare event to whoever listens by the account's listenKey; one that is over says so, once."""
        for listener in list(self._listeners):
            for key, owner in list(listener.listen_keys.items()):
                if owner != account:
                    continue
                body, what = event.json.decode(), event.what
                if self._owner(key) is None:
                    del listener.listen_keys[key]
                    now_ms = self._desk.clock.now_ns() // MILLISECOND_NS
                    expired = {"e": "listenKeyExpired", "E": now_ms, "listenKey": key}
                    body, what = msgspec.json.encode(expired).decode(), "listenKeyExpired"
                message = f'{{"stream":"{key}","data":{body}}}' if listener.combined else body
                listener.outbox.put(message, f"{ACCOUNT_STREAM_NAME} {what}", account=account)

    # ---------------------------------------------------------------- requests

    def _answer(self, listener: Listener, message: str | bytes) -> str:
        answer: dict[str, object] = {}
        try:
            request = decode(message)
            answer["id"] = request.get("id")
            answer = {"result": self._obey(listener, request)} | answer
        except BadRequest as bad:
            answer = {"error": {"code": bad.code, "msg": bad.msg}} | answer
        return msgspec.json.encode(answer).decode()

    def _obey(self, listener: Listener, request: dict[str, object]) -> object:
        method = method_of(request)
        if method == "LIST_SUBSCRIPTIONS":
            return list(listener.names)
        params = params_of(request)
        if method == "SET_PROPERTY":
            listener.combined = combined_of(params)
            return None
        if method == "GET_PROPERTY":
            check_property(params)
            return listener.combined
        names = names_of(params)
        if method == "SUBSCRIBE":
            if len(listener.names.keys() | names) > STREAMS_MAX:
                raise BadRequest(2, f"Invalid request: at most {STREAMS_MAX} streams per connection")
            for name in names:
                self._subscribe(listener, name)
        else:
            for name in names:
                listener.listen_keys.pop(name, None)
                self._feed.unsubscribe(listener, name)
        return None
