"""W5: each door in a process of its own, a load generator in another; saturation, then an open loop at 500/s."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.contest import cache_folder
from benchmarks.doors.load import CONNECTIONS
from benchmarks.environments import ROOT

RATE = 500
FLUSHES = 200
DOORS = (
    ("Starlette and msgspec, nothing done", "limit", ("benchmarks.doors.serve_empty",)),
    ("emulated Alpaca, POST /v2/orders", "ours", ("benchmarks.doors.serve_alpaca",)),
    ("emulated Binance, POST /api/v3/order", "ours", ("benchmarks.doors.serve_binance",)),
    ("execution on SQLite, POST /orders", "ours", ("benchmarks.doors.serve_execution", "sqlite")),
    ("execution on PostgreSQL, POST /orders", "ours", ("benchmarks.doors.serve_execution", "postgres")),
)


def open_doors(*, quick: bool) -> Iterator[dict[str, Any]]:
    """Two results per door, and the disk's own flush beside them."""
    seconds = 2.0 if quick else 5.0
    flush_ms = flush_p50_ms()
    for name, role, (module, *arguments) in DOORS:
        for rate in (0, RATE):
            head = {"workload": "W5", "title": "HTTP doors, 32 connections", "role": role}
            how = f"open loop at {rate}/s" if rate else "saturated"
            head |= {"contender": f"{name}, {how}"}
            try:
                told = measure(module, arguments, seconds, rate)
            except (RuntimeError, subprocess.SubprocessError) as fault:
                yield {**head, "skipped": str(fault)[-400:]}
                continue
            yield {
                **head,
                "unit": "req/s",
                "median": told["rate"],
                "min": told["rate"],
                "max": told["rate"],
                "told": told,
                "flush_p50_ms": flush_ms,
                "note": f"p50 {told['p50_ms']} ms, p99 {told['p99_ms']} ms, disk flush p50 {flush_ms} ms",
                "versions": {each: metadata.version(each) for each in ("uvicorn", "starlette", "msgspec", "uvloop")},
            }


def measure(
    module: str, arguments: Sequence[str], seconds: float, rate: int, connections: int = CONNECTIONS
) -> dict[str, Any]:
    """Start a door afresh, load it, stop it.

    Raises:
        RuntimeError: the door or the load ended with an error, or an answer was none of success.
    """
    server_command = [sys.executable, "-m", module, str(cache_folder()), *arguments]
    with tempfile.TemporaryFile("w+") as complaints:
        server = subprocess.Popen(
            server_command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True, cwd=ROOT
        )
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            line = server.stdout.readline()
            if not line:
                server.wait(10)
                complaints.seek(0)
                raise RuntimeError(complaints.read()[-1500:])
            plan = json.loads(line)
            load = [sys.executable, "-m", "benchmarks.doors.load", "--port", str(plan["port"])]
            load += ["--seconds", str(seconds), "--rate", str(rate), "--connections", str(connections)]
            done = subprocess.run(load, input=line, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)
        finally:
            server.stdin.close()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    if done.returncode:
        raise RuntimeError(done.stderr[-1500:])
    told: dict[str, Any] = json.loads(done.stdout)
    if any(int(status) >= 300 for status in told["statuses"]):
        raise RuntimeError(f"answers were {told['statuses']}")
    return told


def flush_p50_ms() -> float:
    """What one small write and its flush cost on the disk the journal lies on."""
    with tempfile.NamedTemporaryFile(dir=cache_folder()) as file:
        took = []
        for _ in range(FLUSHES):
            os.write(file.fileno(), b"x" * 4096)
            started = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - started)
    return round(statistics.median(took) * 1e3, 3)


if __name__ == "__main__":
    Path(cache_folder()).mkdir(parents=True, exist_ok=True)
    for each in open_doors(quick=True):
        print(json.dumps(each), flush=True)
