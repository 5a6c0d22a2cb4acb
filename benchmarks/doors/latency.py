"""W6: what a person or a page waits for at each door of a running system, asked one after the other; and starts.

The system is `seatrial up` on the synthetic market, trading while it is asked. One connection per door, nothing in
parallel: this is latency, not saturation.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from tests.conformance.rows import DOORS, DoorRow
from tests.installation import Installation

RATE = "1000000"  # the limiter is not what is measured
ANSWERS = 200


def door_latencies(*, quick: bool) -> Iterator[dict[str, Any]]:
    """One result per GET door: p50 and p99 in milliseconds, and how long `up`, `--help` and `status` took."""
    with tempfile.TemporaryDirectory() as folder:
        up = Installation(Path(folder), speed=60, chosen={"access.rate_per_second": RATE})
        try:
            started = time.perf_counter()
            up.wait("all roles up", lambda: up.said("Ctrl-C here stops everything"))
            yield _result("seatrial up, every role healthy", [time.perf_counter() - started])
            yield _result("seatrial --help", _timed(up, ["--help"]))
            yield _result("seatrial status", _timed(up, ["status", *up.chosen]))
            up.wait("fills on both venues", lambda: up.filled() == {"alpaca", "binance"})
            with httpx.Client(trust_env=False, timeout=10) as client:
                for row in DOORS:
                    if row.method == "GET" and row.later is None:
                        yield _result(f"GET {row.role} {row.path}", _asked(client, up, row, 20 if quick else ANSWERS))
        finally:
            up.close()


def _asked(client: httpx.Client, up: Installation, row: DoorRow, times: int) -> list[float]:
    url = up.url(row.role.replace("-", "_")) + row.path
    took = []
    for _ in range(times):
        started = time.perf_counter()
        answer = client.get(url)
        took.append(time.perf_counter() - started)
        if answer.status_code >= 500:
            raise RuntimeError(f"{row.path} answers {answer.status_code}")
    return took[times // 10 :]


def _timed(up: Installation, words: list[str]) -> list[float]:
    took = []
    for _ in range(5):
        started = time.perf_counter()
        command = [sys.executable, "-m", "seatrial", *words]
        subprocess.run(command, cwd=up.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        took.append(time.perf_counter() - started)
    return took


def _result(name: str, took_s: list[float]) -> dict[str, Any]:
    ordered = sorted(took_s)
    p50_ms, p99_ms = (round(ordered[int((len(ordered) - 1) * share)] * 1e3, 2) for share in (0.5, 0.99))
    return {
        "workload": "W6",
        "title": "latency of doors and commands of a running system",
        "role": "ours",
        "contender": name,
        "unit": "ms p50",
        "median": round(statistics.median(took_s) * 1e3, 2),
        "min": round(ordered[0] * 1e3, 2),
        "max": round(ordered[-1] * 1e3, 2),
        "note": f"p50 {p50_ms} ms, p99 {p99_ms} ms of {len(ordered)}",
    }
