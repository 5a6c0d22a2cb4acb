"""Who listens to `ws /ws/metrics`. A frame is made once for all of them, and only while somebody listens.

Frames are pictures of one moment, so a client that cannot keep up misses some and always gets the newest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

CLIENTS_MAX = 200
PING_SECONDS = 30.0


@dataclass(eq=False, slots=True)
class MetricsClient:
    """One listener. `frame` is the newest not yet sent."""

    frame: str | None = None
    pings: int = 0  # to be sent
    let_go: Callable[[], object] = lambda: None
    filled: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, frame: str) -> None:
        """A newer picture takes the older one's place."""
        self.frame = frame
        self.filled.set()


class MetricsHub:
    """All clients. `picture` makes the frame; `seconds_between` is `observability.metrics_interval_ms`."""

    def __init__(self, picture: Callable[[], str], seconds_between: float) -> None:
        self._picture = picture
        self._seconds_between = seconds_between
        self._clients: dict[MetricsClient, None] = {}
        self._joined = asyncio.Event()

    def __len__(self) -> int:
        return len(self._clients)

    def join(self) -> MetricsClient | None:
        """A new client, with a first picture; None when the house is full."""
        if len(self._clients) >= CLIENTS_MAX:
            return None
        client = MetricsClient()
        self._clients[client] = None
        client.put(self._picture())
        self._joined.set()
        return client

    def leave(self, client: MetricsClient) -> None:
        """The client is gone."""
        self._clients.pop(client, None)
        if not self._clients:
            self._joined.clear()

    def close(self) -> None:
        """Let everybody go."""
        for client in tuple(self._clients):
            client.let_go()

    async def run(self) -> None:
        """Send pictures while somebody listens; rest while nobody does."""
        while True:
            await self._joined.wait()
            await asyncio.sleep(self._seconds_between)
            if self._clients:
                frame = self._picture()
                for client in tuple(self._clients):
                    client.put(frame)

    async def ping(self) -> None:
        """A sign of life for everybody, whatever else is sent."""
        while True:
            await asyncio.sleep(PING_SECONDS)
            for client in tuple(self._clients):
                client.pings += 1
                client.filled.set()
