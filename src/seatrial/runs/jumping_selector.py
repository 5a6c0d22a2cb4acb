"""What a virtual loop waits with: it looks at the sockets where there are any, and lets time jump instead."""

from __future__ import annotations

import selectors
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seatrial.runs.virtual_time import VirtualLoop

SOCKET_POLLS_MAX = 2
SOCKET_POLL_SECONDS = 0.001  # real time: bytes on loopback arrive within it
SOCKET_SILENCE_SECONDS_MAX = 10.0  # real time without a timer and without a byte: nobody will speak any more


class JumpingSelector(selectors.BaseSelector):
    """asyncio asks it to wait; it looks, and lets time jump instead."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._real = selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        loop = self._loop
        if not loop.sockets:
            if timeout is None:
                loop.deadlocked()
            if timeout > 0:
                loop.jump()
            return []
        events = self._real.select(0)
        if events or timeout == 0:
            return events
        while loop.executing:
            if events := self._real.select(SOCKET_SILENCE_SECONDS_MAX):
                return events
        if timeout is None:
            return self._real.select(SOCKET_SILENCE_SECONDS_MAX) or loop.deadlocked()
        for _ in range(SOCKET_POLLS_MAX):
            if events := self._real.select(SOCKET_POLL_SECONDS):
                return events
        loop.jump()
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.get_key(fileobj)

    def close(self) -> None:
        self._real.close()
