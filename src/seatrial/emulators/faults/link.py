"""One WebSocket between a client and a venue, as faults of connections strike it.

Messages of streams are struck one by one in the `outbox`; here is what happens to the connection itself,
and, at a door that takes requests (`Words.requests_path`), what REST meets in `app`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from seatrial.emulators.faults.fault import Fault
from seatrial.emulators.faults.frames import MILLISECONDS, FrameRequests, wait
from seatrial.emulators.faults.script import FaultScript
from seatrial.emulators.faults.words import Words
from seatrial.emulators.history import History

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]

CLOSED_BY_FAULT = 1012  # "service restart"
GONE = (OSError, RuntimeError)  # what servers raise when the client was faster


class FaultyLink:
    """A connection; `serve` runs the venue's side of it."""

    def __init__(
        self,
        script: FaultScript,
        words: Words,
        scope: Message,
        receive: Receive,
        send: Send,
        accounts: Mapping[str, str],
        history: History | None,
    ) -> None:
        self._script = script
        self._words = words
        self._scope = scope
        self._receive = receive
        self._send = send
        self._stream = words.stream_of(scope["path"])
        self._requests: FrameRequests | None = None
        if scope["path"] == words.requests_path:
            self._requests = FrameRequests(script, words, accounts, history, say=self._say, close=self._close)
        self._muted_by: Fault | None = None
        self._deaf = self._closed = self._accepted = False
        self._suffered: list[Fault] = []
        self._timer: asyncio.TimerHandle | None = None
        self._ends: set[asyncio.Task[None]] = set()

    async def serve(self, app: Asgi) -> None:
        """Run the venue's side, until it or the client ends it."""
        for fault in self._script.on_link(self._stream):
            if fault.kind == "maintenance" and self._script.strike(fault, f"a new {self._stream} connection"):
                await self._refuse(fault)
                return
        self._script.on_change.append(self._review)
        try:
            await app({**self._scope, "extensions": self._extensions()}, self.receive, self.send)
        finally:
            self._script.on_change.remove(self._review)
            if self._timer is not None:
                self._timer.cancel()
            for end in self._ends:
                end.cancel()

    async def send(self, message: Message) -> None:
        """What the venue says."""
        if self._closed:
            return
        if message["type"] == "websocket.send":
            if self._requests is not None and self._requests.awaited and await self._requests.answer(_text(message)):
                return
            if self._muted_by is None and not self._deaf:
                await self._send(message)
            return
        await self._send(message)
        if message["type"] == "websocket.accept":
            self._accepted = True
            self._review()
        elif message["type"] == "websocket.close":
            self._closed = True

    async def receive(self) -> Message:
        """What the client says, as far as it arrives."""
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                return message
            if not self._deaf and (self._requests is None or await self._requests.ask(_text(message))):
                return message

    def _extensions(self) -> dict[str, Any]:
        """The server's, but frames made elsewhere pass through here; where requests are answered, each alone."""
        extensions = dict(self._scope.get("extensions") or {})
        write = extensions.pop("seatrial.write", None)
        if write is None or self._requests is not None:
            return extensions

        async def unless_silent(frames: bytes) -> None:
            if not (self._closed or self._deaf or self._muted_by):
                await write(frames)

        return extensions | {"seatrial.write": unless_silent}

    async def _say(self, text: str) -> None:
        if not self._closed and self._muted_by is None and not self._deaf:
            await self._send({"type": "websocket.send", "text": text})

    # ----------------------------------------------------------------- the connection

    async def _refuse(self, fault: Fault) -> None:
        await self._receive()
        if "websocket.http.response" in (self._scope.get("extensions") or {}):
            status, body = self._words.refusal(fault)
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
            await self._send({"type": "websocket.http.response.start", "status": status, "headers": headers})
            await self._send({"type": "websocket.http.response.body", "body": body})
        else:
            await self._send({"type": "websocket.close", "code": CLOSED_BY_FAULT, "reason": ""})

    def _review(self) -> None:
        """Something changed, or the time for it has come: suffer what is in force, be whole where nothing is."""
        if self._closed or not self._accepted:
            return
        self._suffered = [fault for fault in self._suffered if self._script.stands(fault)]
        if self._muted_by is not None and self._muted_by not in self._suffered:
            self._muted_by = None
        for fault in self._script.on_link(self._stream):
            if fault not in self._suffered:
                self._suffered.append(fault)
                if self._script.strike(fault, f"a {self._stream} connection"):
                    self._suffer(fault)
        self._look_again()

    def _look_again(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        next_ms = self._script.next_change_ms()
        loop = asyncio.get_running_loop()
        self._timer = None if next_ms is None else loop.call_later(next_ms / MILLISECONDS, self._review)

    def _suffer(self, fault: Fault) -> None:
        match fault.kind:
            case "stream_mute":
                self._muted_by = fault
            case "half_close":
                self._deaf = True
                half_close = (self._scope.get("extensions") or {}).get("seatrial.half_close")
                if half_close is not None:
                    half_close()
            case _:
                end = asyncio.get_running_loop().create_task(self._end(fault))
                self._ends.add(end)
                end.add_done_callback(self._ends.discard)

    async def _end(self, fault: Fault) -> None:
        if fault.kind == "server_shutdown" and self._words.shutdown is not None:
            await self._say(self._words.shutdown(self._stream, self._script.now_ms()))
        await wait(fault.latency_ms)
        await self._close()

    async def _close(self) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            await self._send({"type": "websocket.close", "code": CLOSED_BY_FAULT, "reason": ""})
        except GONE:
            return


def _text(message: Message) -> str:
    text = message.get("text")
    return text if text is not None else (message.get("bytes") or b"").decode("utf-8", "replace")
