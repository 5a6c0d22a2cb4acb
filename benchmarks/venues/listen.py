"""Many subscribers of market streams in one process: counts whole frames, reads nothing else of them."""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import time
from typing import cast
from urllib.parse import urlsplit

STREAMS = "/".join(
    f"{pair}@{kind}"
    for pair in ("btcusdt", "ethusdt", "solusdt", "bnbusdt")
    for kind in ("trade", "aggTrade", "bookTicker", "kline_1m")
)
PER_ADDRESS = 200  # the venue lets 300 connections in from one address within five minutes


class Subscriber(asyncio.Protocol):
    """One connection: the handshake, then frames, which it counts by their lengths."""

    def __init__(self, host: str) -> None:
        key = base64.b64encode(b"seatrial-seatria").decode()
        self._hello = (
            f"GET /stream?streams={STREAMS} HTTP/1.1\r\nhost: {host}\r\nupgrade: websocket\r\n"
            f"connection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: {key}\r\n\r\n"
        ).encode()
        self._rest = b""
        self._shaken = False
        self.messages = 0
        self.bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the streams."""
        cast(asyncio.Transport, transport).write(self._hello)

    def data_received(self, data: bytes) -> None:
        """Count what is whole."""
        self.bytes += len(data)
        held = self._rest + data
        place = 0
        if not self._shaken:
            end = held.find(b"\r\n\r\n")
            if end < 0:
                self._rest = held
                return
            self._shaken, place = True, end + 4
        while (after := _after(held, place)) <= len(held):
            self.messages += held[place] & 0x0F == 1
            place = after
        self._rest = held[place:]


def _after(held: bytes, place: int) -> int:
    """Where the frame that begins here ends; beyond everything where that cannot be said yet."""
    left = len(held) - place
    if left < 2:
        return len(held) + 1
    length = held[place + 1] & 0x7F
    if length < 126:
        return place + 2 + length
    size = 2 if length == 126 else 8
    if left < 2 + size:
        return len(held) + 1
    return place + 2 + size + int.from_bytes(held[place + 2 : place + 2 + size], "big")


async def main() -> None:
    """Subscribe, wait until all hear something, count for a while."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--subscribers", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    asked = parser.parse_args()
    place = urlsplit(asked.url)
    loop, subscribers = asyncio.get_running_loop(), list[Subscriber]()
    for number in range(asked.subscribers):
        home = (f"127.0.0.{1 + number // PER_ADDRESS}", 0)
        _, one = await loop.create_connection(
            lambda: Subscriber(place.netloc), place.hostname, place.port, local_addr=home
        )
        subscribers.append(one)
    while not all(one.messages for one in subscribers):
        await asyncio.sleep(0.05)
    started, before = time.perf_counter(), [(one.messages, one.bytes) for one in subscribers]
    await asyncio.sleep(asked.seconds)
    seconds = time.perf_counter() - started
    heard = [one.messages - messages for one, (messages, _) in zip(subscribers, before, strict=True)]
    size = sum(one.bytes - count for one, (_, count) in zip(subscribers, before, strict=True))
    told = {
        "messages": sum(heard),
        "seconds": seconds,
        "megabytes": size / 1e6,
        "least": min(heard),
        "most": max(heard),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    try:
        import uvloop

        uvloop.run(main())
    except ImportError:
        asyncio.run(main())
