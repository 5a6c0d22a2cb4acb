"""What a venue wants to tell one client of a stream: a bounded queue between the market and a socket.

The market never waits for a client. A client that reads too slowly fills its queue and is dropped; the
others notice nothing. Over a socket what waits is written at once, in frames that were made once for all clients.
The fault script decides per message whether it is sent, twice, late, out of order or never.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import anyio
from starlette.websockets import WebSocket, WebSocketDisconnect

from seatrial.emulators.faults.plans import PLAIN
from seatrial.emulators.faults.script import FaultScript
from seatrial.emulators.frames import frame_of

MILLISECONDS = 1_000
OUTBOX_MAX = 4_096
TOGETHER_MAX = 64  # messages in one write
CLOSED_BY_FAULT = 1012  # "service restart"
CLOSED_AS_SLOW = 1008  # "policy violation"

GONE = (WebSocketDisconnect, anyio.ClosedResourceError, anyio.BrokenResourceError, ConnectionError)


class Outbox:
    """The messages one client has still to get.

    Args:
        websocket: an accepted WebSocket.
        script: the venue's faults.
        stream: the name faults know this stream by.
        farewell: sent to a client that is dropped for slowness, or None.
        size_max: how many messages may wait.
    """

    def __init__(
        self,
        websocket: WebSocket,
        script: FaultScript,
        stream: str,
        *,
        farewell: str | bytes | None = None,
        size_max: int = OUTBOX_MAX,
    ) -> None:
        self._websocket = websocket
        self._script = script
        self._stream = stream
        self._farewell = farewell
        self._size_max = size_max
        self._write: Callable[[bytes], Awaitable[None]] | None = (websocket.scope.get("extensions") or {}).get(
            "seatrial.write"
        )
        self._waiting: deque[tuple[int, str | bytes | None]] = deque()
        self._sleeper: asyncio.Future[None] | None = None  # the sender, while nothing waits
        self._next: tuple[int, str | bytes | None] | None = None  # taken out, and not to be sent with the others
        self._closing = asyncio.Event()
        self._close_code = CLOSED_AS_SLOW
        self._too_slow = False
        self._held: list[tuple[int, str | bytes]] = []

    def put(self, message: str | bytes, what: str = "", *, account: str = "") -> None:
        """Queue an event; faults may strike it. Text is sent as a text frame, bytes as a binary one."""
        if not self._script.faults and not self._held:  # as nearly always, and thousands of times a second
            self._queue(0, message)
            return
        plan = self._script.on_stream(self._stream, what, account=account, message=message)
        if plan is PLAIN and not self._held:
            self._queue(0, message)
            return
        said = self._script.alter(plan.altered, message)
        if plan.disconnect:
            self.close(CLOSED_BY_FAULT)
        messages = [] if said is None else [(plan.wait_ms, said)] * plan.copies
        if plan.swap_ms and messages:
            self._held += messages
            asyncio.get_running_loop().call_later(plan.swap_ms / MILLISECONDS, self._release)
        else:
            for waited in messages:
                self._queue(*waited)
            self._release()
        if plan.disconnect_after:
            self.close_after_sending(CLOSED_BY_FAULT)

    def _release(self) -> None:
        """Queue what a fault held back: the next message has overtaken it, or there was none."""
        held, self._held = self._held, []
        for waited in held:
            self._queue(*waited)

    def answer(self, message: str | bytes) -> None:
        """Queue the answer to what the client said; faults do not strike it."""
        self._queue(0, message)

    def close(self, code: int) -> None:
        """End the conversation from this side; what waits is not sent."""
        if not self._closing.is_set():
            self._close_code = code
            self._closing.set()

    def close_after_sending(self, code: int) -> None:
        """End the conversation once everything that waits is sent."""
        self._close_code = code
        self._append(0, None)

    def _queue(self, wait_ms: int, message: str | bytes) -> None:
        if self._closing.is_set():
            return
        if len(self._waiting) >= self._size_max:
            self._too_slow = True
            self.close(CLOSED_AS_SLOW)
            return
        self._append(wait_ms, message)

    def _append(self, wait_ms: int, message: str | bytes | None) -> None:
        self._waiting.append((wait_ms, message))
        if self._sleeper is not None and not self._sleeper.done():
            self._sleeper.set_result(None)

    async def _take(self) -> tuple[int, str | bytes | None]:
        while not self._waiting:
            self._sleeper = asyncio.get_running_loop().create_future()
            await self._sleeper
            self._sleeper = None
        return self._waiting.popleft()

    async def converse(self, hear: Callable[[str | bytes], None]) -> None:
        """Send what is put and hear what the client says, until either side ends it."""
        tasks = [
            asyncio.create_task(self._listen(hear)),
            asyncio.create_task(self._send()),
            asyncio.create_task(self._closing.wait()),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()
        if self._closing.is_set():
            await self._say_farewell()

    async def _listen(self, hear: Callable[[str | bytes], None]) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text: str | None = message.get("text")
            hear(message["bytes"] if text is None else text)

    async def _send(self) -> None:
        try:
            while True:
                (wait_ms, message), self._next = self._next or await self._take(), None
                if message is None:
                    self._closing.set()
                    return
                if wait_ms:
                    await asyncio.sleep(wait_ms / MILLISECONDS)
                if self._write is None:
                    await self._transmit(message)
                else:
                    await self._write(b"".join(map(frame_of, [message, *self._at_hand()])))
        except GONE:
            return

    def _at_hand(self) -> list[str | bytes]:
        """What else can be sent at once."""
        found: list[str | bytes] = []
        while len(found) < TOGETHER_MAX and self._waiting:
            wait_ms, message = self._waiting.popleft()
            if wait_ms or message is None:
                self._next = wait_ms, message
                break
            found.append(message)
        return found

    async def _transmit(self, message: str | bytes) -> None:
        if isinstance(message, str):
            await self._websocket.send_text(message)
        else:
            await self._websocket.send_bytes(message)

    async def _say_farewell(self) -> None:
        try:
            if self._farewell is not None and self._too_slow:
                await self._transmit(self._farewell)
            await self._websocket.close(self._close_code)
        except GONE:
            return
