"""A WebSocket that reconnects for ever and says so.

The socket lives in a task of its own, which puts events into a bounded queue: whoever reads may be
cancelled anywhere without tearing the socket's scopes, and a slow reader slows the venue down, not
the process. An unreadable message, a silence that is news, a refused login and a dropped connection
are all the same here: `StreamDown`, a growing delay, another attempt, `StreamUp`. What was missed in
between is the reader's to backfill.

Nothing makes it knock often: the delay is drawn anew for every attempt, a venue that says for how long
to stay away is obeyed, and only a connection that held for a while makes the next delay a small one. A
venue that takes every login and hangs up at once is an outage, not a recovery (pains: alpaca-py 740).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Generic, TypeVar

import anyio
import httpx
import wsproto
from httpx_ws import AsyncWebSocketSession, HTTPXWSException, WebSocketDisconnect, WebSocketUpgradeError, aconnect_ws

from seatrial.domain.faults import VenueFault, VenueUnavailable, VenueUnreadable
from seatrial.venues.backoff import Backoff
from seatrial.venues.port import StreamDown, StreamUp
from seatrial.venues.silence import ShouldSpeak, Watchdog

STEADY_SECONDS = 30.0  # a connection that held for so long had recovered
_RETRY_AFTER_SECONDS_MAX = 3_600
_QUEUED_MAX = 10_000

E = TypeVar("E")

_LOST = (
    HTTPXWSException,
    httpx.HTTPError,
    httpx.StreamError,
    anyio.ClosedResourceError,
    anyio.BrokenResourceError,
    anyio.EndOfStream,
    wsproto.utilities.ProtocolError,
    OSError,  # TimeoutError among them
    VenueFault,
)


@dataclass(frozen=True, slots=True)
class SocketSettings:
    """`ping_seconds` and `silence_seconds` are None where nothing of the kind is wanted, as in simulation.

    `silence_seconds`: without any message for so long we ask whether the venue should be speaking; see `silence`.
    """

    ping_seconds: float | None = 20.0
    silence_seconds: float | None = None
    answer_seconds: float = 10.0


class Line:
    """An open connection during its handshake: say something, hear one message."""

    def __init__(self, session: AsyncWebSocketSession) -> None:
        self._session = session

    async def say(self, message: bytes) -> None:
        """Send one text message."""
        await self._session.send_text(message.decode())

    async def hear(self, timeout_seconds: float | None) -> str | bytes:
        """The next message, text or binary."""
        event = await self._session.receive(timeout_seconds)
        if not isinstance(event, wsproto.events.TextMessage | wsproto.events.BytesMessage):
            raise VenueUnreadable(f"an unexpected frame: {type(event).__name__}")
        return bytes(event.data) if isinstance(event, wsproto.events.BytesMessage) else event.data


@dataclass(frozen=True, slots=True)
class Subscription(Generic[E]):
    """What to say on a fresh connection, and what its messages mean.

    `log_in` returns once the venue has acknowledged, with the events that came before that. `parse`
    turns one message into events. `should_speak` judges silence; without it any silence is a loss.
    """

    name: str
    url: str
    log_in: Callable[[Line], Awaitable[Iterable[E]]]
    parse: Callable[[str | bytes], Iterable[E]]
    should_speak: ShouldSpeak | None = None


class Sockets:
    """The streams of one adapter: what they share, and how they are hung up together."""

    def __init__(self, http: httpx.AsyncClient, random: Random, settings: SocketSettings) -> None:
        self.http = http
        self.random = random
        self.settings = settings
        self.gate = asyncio.Lock()  # the in-process transport cannot open two sockets at once
        self._pumps: set[asyncio.Task[None]] = set()

    async def listen(self, subscription: Subscription[E]) -> AsyncGenerator[E | StreamUp | StreamDown, None]:
        """Everything in order, for ever. Ends when `close` is called; raises only on our own bugs."""
        queue: asyncio.Queue[E | StreamUp | StreamDown | None] = asyncio.Queue(_QUEUED_MAX)
        pump = asyncio.create_task(_Pump(self, subscription, queue).run(), name=subscription.name)
        pump.add_done_callback(lambda _: None if queue.full() else queue.put_nowait(None))
        self._pumps.add(pump)
        try:
            while not (pump.done() and queue.empty()):
                event = await queue.get()
                if event is not None:
                    yield event
            if not pump.cancelled():
                pump.result()
        finally:
            pump.cancel()
            self._pumps.discard(pump)

    async def close(self) -> None:
        """Hang up every stream; their readers end."""
        pumps = tuple(self._pumps)
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)


class _Pump(Generic[E]):
    """Keeps one connection and fills one queue."""

    def __init__(
        self, sockets: Sockets, subscription: Subscription[E], queue: asyncio.Queue[E | StreamUp | StreamDown | None]
    ) -> None:
        self._http = sockets.http
        self._gate = sockets.gate
        self._settings = sockets.settings
        self._backoff = Backoff(sockets.random)
        self._subscription = subscription
        self._queue = queue

    async def run(self) -> None:
        told = False
        while True:
            up_at, reason, away_seconds = None, "", 0
            try:
                async with contextlib.AsyncExitStack() as stack:
                    line = Line(await self._connect(stack))
                    early = await self._subscription.log_in(line)
                    up_at, told = _now(), False
                    await self._queue.put(StreamUp(self._subscription.name))
                    for event in early:
                        await self._queue.put(event)
                    reason = await self._listen(line)
            except _LOST as fault:  # hanging up a broken line may fail too; the first reason is the one to tell
                reason, away_seconds = reason or _reason(fault), _retry_after_seconds(fault)
            except BaseExceptionGroup as group:
                _, ours = group.split(_LOST)
                if ours is not None:
                    raise
                reason = reason or _reason(group)
            if not told:  # one outage, one message
                await self._queue.put(StreamDown(self._subscription.name, reason))
                told = True
            await self._stay_away(up_at, away_seconds)

    async def _stay_away(self, up_at: float | None, away_seconds: int) -> None:
        if up_at is not None and _now() - up_at >= STEADY_SECONDS:
            self._backoff.reset()
        await asyncio.sleep(max(self._backoff.next_ms() / 1000, away_seconds))

    async def _connect(self, stack: contextlib.AsyncExitStack) -> AsyncWebSocketSession:
        async with self._gate:
            try:
                async with asyncio.timeout(self._settings.answer_seconds):
                    return await stack.enter_async_context(
                        aconnect_ws(
                            self._subscription.url,
                            self._http,
                            keepalive_ping_interval_seconds=self._settings.ping_seconds,
                            keepalive_ping_timeout_seconds=self._settings.ping_seconds,
                        )
                    )
            except RuntimeError as fault:  # the in-process transport says so when nobody accepts
                raise VenueUnavailable(str(fault)) from fault

    async def _listen(self, line: Line) -> str:
        """Read until the connection is lost; returns why. Faults are caught here, inside the socket's scope."""
        watchdog = Watchdog(self._subscription.should_speak)
        try:
            while True:
                try:
                    message = await line.hear(self._settings.silence_seconds)
                except TimeoutError:
                    if await watchdog.is_lost():
                        return "silence"
                    continue
                watchdog.heard()
                for event in self._subscription.parse(message):
                    await self._queue.put(event)
        except _LOST as fault:
            return _reason(fault)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _retry_after_seconds(fault: BaseException) -> int:
    """For how long a venue that refused the connection wants us to stay away."""
    if not isinstance(fault, WebSocketUpgradeError):
        return 0
    text = fault.response.headers.get("retry-after", "")
    return min(int(text), _RETRY_AFTER_SECONDS_MAX) if text.isdecimal() else 0


def _reason(fault: BaseException) -> str:
    match fault:
        case BaseExceptionGroup():
            return _reason(fault.exceptions[0])
        case WebSocketDisconnect():
            return f"closed by the venue: {fault.code} {fault.reason}".rstrip()
        case WebSocketUpgradeError():
            return f"no WebSocket there: HTTP {fault.response.status_code}"
        case TimeoutError():
            return "silence"
        case _:
            return f"{type(fault).__name__}: {fault}".rstrip(": ")
