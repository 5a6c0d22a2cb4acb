"""News inside one process: typed topics, bounded queues, every subscriber in the order of publication.

A topic is the type of its events. What happens when a subscriber is slow is said when it subscribes:
`WAIT` holds up the publisher (nothing is lost), `DROP_OLDEST` keeps the newest and counts what it lost,
`CUT_OFF` ends the subscription.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Generic, TypeVar

T = TypeVar("T")

QUEUED_MAX = 1_024


class Overflow(Enum):
    """What a full queue means."""

    WAIT = auto()
    DROP_OLDEST = auto()
    CUT_OFF = auto()


class Subscription(Generic[T]):
    """One subscriber's queue; iterate over it. It ends when it is closed or cut off, after what is queued."""

    def __init__(self, name: str, overflow: Overflow, queued_max: int, leave: Callable[[], None]) -> None:
        self.name = name
        self.overflow = overflow
        self.queued_max = queued_max
        self.dropped = 0
        self.closed = False
        self._leave = leave
        self._queue: deque[T] = deque()
        self._filled = asyncio.Event()
        self._room = asyncio.Event()

    def __len__(self) -> int:
        return len(self._queue)

    def __aiter__(self) -> Subscription[T]:
        return self

    async def __anext__(self) -> T:
        while not self._queue:
            if self.closed:
                raise StopAsyncIteration
            self._filled.clear()
            await self._filled.wait()
        event = self._queue.popleft()
        self._room.set()
        return event

    def close(self) -> None:
        """Take nothing more; whoever waits for room goes on."""
        if not self.closed:
            self.closed = True
            self._leave()
        self._filled.set()
        self._room.set()

    async def put(self, event: T) -> None:
        """For the bus only."""
        while self._full() and self.overflow is Overflow.WAIT and not self.closed:
            self._room.clear()
            await self._room.wait()
        if self._full() and self.overflow is Overflow.CUT_OFF:
            self.close()
        if self.closed:
            return
        if self._full():
            self._queue.popleft()
            self.dropped += 1
        self._queue.append(event)
        self._filled.set()

    def _full(self) -> bool:
        return len(self._queue) >= self.queued_max


class Bus:
    """Publishers and subscribers of one process. All subscribers of a topic see the same order."""

    def __init__(self) -> None:
        self._subscriptions: dict[type, list[Subscription[Any]]] = {}
        self._turns: dict[type, asyncio.Lock] = {}

    def subscribe(
        self, topic: type[T], name: str, *, overflow: Overflow, queued_max: int = QUEUED_MAX
    ) -> Subscription[T]:
        """Hear every event of a topic published from now on."""
        subscriptions = self._subscriptions.setdefault(topic, [])
        subscription: Subscription[T] = Subscription(
            name, overflow, queued_max, leave=lambda: subscriptions.remove(subscription)
        )
        subscriptions.append(subscription)
        return subscription

    async def publish(self, event: object) -> None:
        """Queue an event for all subscribers of its type; returns when all of them have it."""
        async with self._turns.setdefault(type(event), asyncio.Lock()):
            for subscription in tuple(self._subscriptions.get(type(event), ())):
                await subscription.put(event)
