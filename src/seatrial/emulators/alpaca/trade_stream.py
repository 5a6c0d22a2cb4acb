"""The trade-update stream: JSON in binary frames, authorization and listening acknowledged first (`venues.md` 2.2)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from seatrial.emulators.alpaca.desk import Desk
from seatrial.emulators.alpaca.keys import Keys
from seatrial.emulators.faults import FaultScript
from seatrial.emulators.outbox import Outbox

STREAM = "trade_updates"
AUTHENTICATE_SECONDS_MAX = 10
CLOSED_UNAUTHENTICATED = 4401


class TradeStream:
    """The doors `/stream` and `/stream/`."""

    def __init__(self, desk: Desk, keys: Keys, script: FaultScript) -> None:
        self._keys = keys
        self._script = script
        self._listeners: set[_Listener] = set()
        desk.news.listeners.append(self)

    def routes(self) -> list[WebSocketRoute]:
        """alpaca-py connects without the slash, alpaca-trade-api with it."""
        return [WebSocketRoute("/stream", self._serve), WebSocketRoute("/stream/", self._serve)]

    def wants(self, account: str) -> bool:
        """Whether anybody listens to this account now."""
        return any(one.account == account and STREAM in one.streams for one in self._listeners)

    def tell(self, account: str, event: str, message: bytes) -> None:
        """Hand an update to whoever listens to the account."""
        for listener in self._listeners:
            if listener.account == account and STREAM in listener.streams:
                listener.outbox.put(message, event, account=account)

    async def _serve(self, websocket: WebSocket) -> None:
        await websocket.accept()
        listener = _Listener(Outbox(websocket, self._script, STREAM), self._keys)
        impatience = asyncio.get_running_loop().call_later(AUTHENTICATE_SECONDS_MAX, listener.lose_patience)
        self._listeners.add(listener)
        try:
            await listener.outbox.converse(listener.hear)
        finally:
            impatience.cancel()
            self._listeners.discard(listener)


class _Listener:
    """One client; tells nothing before it is authenticated."""

    def __init__(self, outbox: Outbox, keys: Keys) -> None:
        self.outbox = outbox
        self.account: str | None = None
        self.streams: list[str] = []
        self._keys = keys

    def lose_patience(self) -> None:
        if self.account is None:
            self.outbox.close(CLOSED_UNAUTHENTICATED)

    def hear(self, said: str | bytes) -> None:
        message = _object(said)
        action, data = message.get("action"), message.get("data")
        data = data if isinstance(data, dict) else {}
        if action in ("authenticate", "auth"):
            key = data.get("key_id") or message.get("key") or ""
            secret = data.get("secret_key") or message.get("secret") or ""
            self._authenticate(str(action), str(key), str(secret))
        elif action == "listen" and self.account is not None:
            streams = data.get("streams")
            asked = streams if isinstance(streams, list) else []
            self.streams = [stream for stream in asked if stream == STREAM]
            self._answer("listening", {"streams": self.streams})
        elif action == "listen":
            self._answer("authorization", {"status": "unauthorized", "action": "listen"})
        else:
            self._answer("error", {"message": "accepted actions are authenticate and listen"})

    def _authenticate(self, action: str, key: str, secret: str) -> None:
        self.account = self._keys.account(key, secret)
        status = "unauthorized" if self.account is None else "authorized"
        self._answer("authorization", {"status": status, "action": action})

    def _answer(self, stream: str, data: dict[str, Any]) -> None:
        self.outbox.answer(msgspec.json.encode({"stream": stream, "data": data}))


def _object(said: str | bytes) -> dict[str, Any]:
    try:
        message = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}
