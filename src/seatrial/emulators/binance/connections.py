"""How many connections an address may open, and how long one lives: a day, with a warning before its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.websockets import WebSocket

from seatrial.domain.time import MILLISECOND_NS, MINUTE_NS, Clock
from seatrial.emulators.binance.rates import Window
from seatrial.emulators.outbox import Outbox

CONNECTIONS_MAX = 300  # per address and five minutes
CONNECTIONS_SPAN_NS = 5 * MINUTE_NS
ADDRESSES_MAX = 10_000
WARNING_SECONDS = 600.0
CLOSED_AS_OLD = 1001  # "going away"
UNKNOWN_ADDRESS = "unknown"


def client_of(websocket: WebSocket) -> str:
    """The address a connection comes from."""
    return websocket.client.host if websocket.client else UNKNOWN_ADDRESS


class Lifetimes:
    """All connections of the venue.

    Args:
        clock: the API clock.
        seconds: how long a connection lives; None: until somebody ends it, as in virtual time, where a day passes
            in a moment and nobody would learn anything from its end.
        warning_seconds: how long before that `serverShutdown` is told.
    """

    def __init__(self, clock: Clock, *, seconds: float | None, warning_seconds: float = WARNING_SECONDS) -> None:
        self._clock = clock
        self._seconds = seconds
        self._warning_seconds = warning_seconds
        self._opened: dict[str, Window] = {}

    def admit(self, address: str) -> bool:
        """Count a connection; False where the address has opened too many."""
        window = self._opened.pop(address, None) or Window(CONNECTIONS_SPAN_NS)
        self._opened[address] = window
        if len(self._opened) > ADDRESSES_MAX:
            del self._opened[next(iter(self._opened))]
        return window.add(self._clock.now_ns(), 1) <= CONNECTIONS_MAX

    @contextmanager
    def of(self, outbox: Outbox, shutdown: Callable[[int], str]) -> Iterator[None]:
        """Around a conversation: warn, and end it, when its time has come."""
        if self._seconds is None:
            yield
            return
        loop = asyncio.get_running_loop()
        warn_after = max(0.0, self._seconds - self._warning_seconds)
        timers = (
            loop.call_later(warn_after, lambda: outbox.answer(shutdown(self._clock.now_ns() // MILLISECOND_NS))),
            loop.call_later(self._seconds, outbox.close_after_sending, CLOSED_AS_OLD),
        )
        try:
            yield
        finally:
            for timer in timers:
                timer.cancel()
