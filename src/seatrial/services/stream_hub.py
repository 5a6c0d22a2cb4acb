"""Who listens to `ws /stream`, and what is sent to them: each frame encoded once for all.

A client that cannot keep up is let go, with a reason, rather than served late or with holes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from seatrial.domain.bars import Bar
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import Clock, rfc3339
from seatrial.services.board import PriceBoard
from seatrial.services.bus import Bus, Overflow, Subscription
from seatrial.services.encoding import encode
from seatrial.services.topics import BarBatch, Tick

CHANNELS = ("tick", "quote", "bar")
UNSOURCED = ("quote",)  # no venue adapter carries quotes yet, and none is invented
CLIENTS_MAX = 1_000
FRAMES_QUEUED_MAX = 4_096
PING_SECONDS = 30.0


@dataclass(eq=False, slots=True)
class StreamClient:
    """One listener. Without a subscription of its own it hears everything."""

    channels: set[str] = field(default_factory=lambda: set(CHANNELS))
    symbols: set[str] | None = None  # None: all
    too_slow: bool = False
    let_go: Callable[[], object] = lambda: None
    frames: deque[str] = field(default_factory=deque)
    filled: asyncio.Event = field(default_factory=asyncio.Event)

    def wants(self, channel: str, symbol: str) -> bool:
        """Whether it subscribed to this."""
        return channel in self.channels and (self.symbols is None or symbol in self.symbols)

    def send(self, frame: str) -> None:
        """Queue a frame. A client with a full queue is let go."""
        if len(self.frames) >= FRAMES_QUEUED_MAX:
            self.too_slow = True
            self.let_go()
            return
        self.frames.append(frame)
        self.filled.set()


class StreamHub:
    """All clients of the stream."""

    def __init__(self, bus: Bus, board: PriceBoard, clock: Clock) -> None:
        self.board = board
        self._clock = clock
        self._clients: dict[StreamClient, None] = {}  # in the order they came
        self._bars: Subscription[BarBatch] = bus.subscribe(BarBatch, "stream bars", overflow=Overflow.DROP_OLDEST)
        self._ticks: Subscription[Tick] = bus.subscribe(Tick, "stream ticks", overflow=Overflow.DROP_OLDEST)

    def __len__(self) -> int:
        return len(self._clients)

    def join(self) -> StreamClient | None:
        """A new client; None when the house is full."""
        if len(self._clients) >= CLIENTS_MAX:
            return None
        client = StreamClient()
        self._clients[client] = None
        return client

    def leave(self, client: StreamClient) -> None:
        """The client is gone."""
        self._clients.pop(client, None)

    def close(self) -> None:
        """Let everybody go."""
        self._bars.close()
        self._ticks.close()
        for client in tuple(self._clients):
            client.let_go()

    def frame(self, type: str, **fields: object) -> str:
        """One message of the stream."""
        return encode({"type": type, **fields}).decode()

    # ------------------------------------------------------ what is relayed

    async def relay_bars(self) -> None:
        """Pass every bar on."""
        async for batch in self._bars:
            for bar in batch.bars:
                self._broadcast("bar", bar.symbol, partial(self._bar_frame, bar))

    async def relay_ticks(self) -> None:
        """Pass every tick on."""
        async for tick in self._ticks:
            self._broadcast("tick", tick.symbol, partial(self._tick_frame, tick))

    async def ping(self) -> None:
        """A sign of life for everybody."""
        while True:
            await asyncio.sleep(PING_SECONDS)
            frame = self.frame("ping", timestamp=rfc3339(self._clock.now_ns()))
            for client in tuple(self._clients):
                client.send(frame)

    def _broadcast(self, channel: str, symbol: str, encoded: Callable[[], str]) -> None:
        listening = [client for client in self._clients if client.wants(channel, symbol)]
        if listening:
            frame = encoded()
            for client in listening:
                client.send(frame)

    def _tick_frame(self, tick: Tick) -> str:
        instrument = self.board.instruments[tick.symbol]
        derived = {"derived": tick.derived} if tick.derived else {}
        return self.frame(
            "tick",
            symbol=tick.symbol,
            price=Decimal(instrument.price_text(tick.price_units)),
            timestamp=rfc3339(tick.at_ns),
            source=tick.source,
            **derived,
        )

    def _bar_frame(self, bar: Bar) -> str:
        return self.frame("bar", symbol=bar.symbol, **bar_fields(bar, self.board.instruments[bar.symbol]))


def bar_fields(bar: Bar, instrument: Instrument) -> dict[str, object]:
    """A bar as JSON fields: numbers with exactly their digits; `timestamp` is its end, when it was known."""
    return {
        "start": rfc3339(bar.start_ns),
        "timestamp": rfc3339(bar.end_ns),
        "open": Decimal(instrument.price_text(bar.open_units)),
        "high": Decimal(instrument.price_text(bar.high_units)),
        "low": Decimal(instrument.price_text(bar.low_units)),
        "close": Decimal(instrument.price_text(bar.close_units)),
        "volume": Decimal(instrument.qty_text(bar.volume_units)),
    }
