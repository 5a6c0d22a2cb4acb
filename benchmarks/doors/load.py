"""A bounded load generator: HTTP/1.1 over kept connections, as fast as answers come or at a fixed rate.

At a fixed rate every request has the moment it was due, whether or not a connection was free then, and its
latency counts from that moment: a server that stalls cannot hide behind a client that waits for it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import deque
from dataclasses import dataclass, field

CONNECTIONS = 32
REQUESTS_MAX = 200_000


@dataclass
class Tally:
    """What came back."""

    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    def note(self, seconds: float, status: int) -> None:
        """One answer."""
        self.latencies.append(seconds)
        self.statuses[status] = self.statuses.get(status, 0) + 1


class Connection:
    """One kept connection; one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, request: bytes) -> int:
        """Send one request, read its whole answer, return its status."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n")[1:]:
            if line[:15].lower() == b"content-length:":
                length = int(line[15:])
        await self._reader.readexactly(length)
        return int(head[9:12])

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def saturate(connections: list[Connection], requests: list[bytes], seconds: float) -> tuple[Tally, float]:
    """Every connection asks again as soon as it is answered."""
    tally, started = Tally(), time.perf_counter()
    places = iter(range(REQUESTS_MAX))

    async def one(connection: Connection) -> None:
        while (now := time.perf_counter()) - started < seconds:
            place = next(places, None)
            if place is None:
                return
            status = await connection.ask(requests[place % len(requests)])
            tally.note(time.perf_counter() - now, status)

    await asyncio.gather(*(one(connection) for connection in connections))
    return tally, time.perf_counter() - started


async def keep_rate(
    connections: list[Connection], requests: list[bytes], seconds: float, rate: int
) -> tuple[Tally, float]:
    """Ask `rate` times a second, come what may; a request without a free connection waits, and that counts."""
    tally, due, ended = Tally(), deque[tuple[float, bytes]](), asyncio.Event()
    waiting = asyncio.Semaphore(0)
    started = time.perf_counter()
    total = min(int(seconds * rate), REQUESTS_MAX)

    async def one(connection: Connection) -> None:
        while True:
            await waiting.acquire()
            at, request = due.popleft()
            status = await connection.ask(request)
            tally.note(time.perf_counter() - at, status)
            if len(tally.latencies) == total:
                ended.set()

    tasks = [asyncio.create_task(one(connection)) for connection in connections]
    for place in range(total):
        at = started + place / rate
        if (early := at - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        due.append((at, requests[place % len(requests)]))
        waiting.release()
    await ended.wait()
    elapsed = time.perf_counter() - started
    for task in tasks:
        task.cancel()
    return tally, elapsed


def result(tally: Tally, seconds: float) -> dict[str, object]:
    """Rate and quantiles in milliseconds."""
    ordered = sorted(tally.latencies)
    last = len(ordered) - 1
    quantiles = {f"p{name}_ms": round(ordered[int(last * share)] * 1e3, 3) for name, share in QUANTILES}
    return {"rate": len(ordered) / seconds, "answers": len(ordered), "statuses": tally.statuses, **quantiles}


QUANTILES = (("50", 0.5), ("90", 0.9), ("99", 0.99), ("99_9", 0.999), ("100", 1.0))


async def main() -> None:
    """Read the plan from standard input, print the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--rate", type=int, default=0, help="0: as fast as answers come")
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    asked = parser.parse_args()
    plan = json.load(sys.stdin)
    head = "".join(f"{name}: {value}\r\n" for name, value in plan["headers"].items())
    requests = [
        f"POST {plan['path']} HTTP/1.1\r\nhost: bench\r\n{head}content-length: {len(body)}\r\n\r\n{body}".encode()
        for body in plan["bodies"]
    ]
    connections = [
        Connection(*await asyncio.open_connection("127.0.0.1", asked.port)) for _ in range(asked.connections)
    ]
    await saturate(connections, requests, 0.3)  # warm up
    if asked.rate:
        tally, seconds = await keep_rate(connections, requests, asked.seconds, asked.rate)
    else:
        tally, seconds = await saturate(connections, requests, asked.seconds)
    for connection in connections:
        connection.close()
    print(json.dumps(result(tally, seconds)))


if __name__ == "__main__":
    asyncio.run(main())
