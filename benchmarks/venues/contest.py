"""W7: order round trips at 1, 50 and 500 clients, streams to 100 and 1,000 subscribers, memory, and a day of trading.

The fan-out and the memory are of `seatrial emulate`, started as a user starts it; orders go to the emulated Alpaca
with its durable store, as in W5.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from typing import Any

import psutil

from benchmarks.doors.contest import measure
from benchmarks.environments import ROOT
from benchmarks.venues.day import trade_a_day

CLIENTS = (1, 50, 500)
SUBSCRIBERS = (100, 1_000)
FAST = 120  # market seconds a second: many prints, and a market that keeps up
SYMBOLS = (10, 60)
PER_SYMBOLS = 1_000
MIB = 2**20
TITLE = "emulated venues over the wire"


def meet_venues(*, quick: bool) -> Iterator[dict[str, Any]]:
    """One result per question."""
    questions = (
        *((f"POST /v2/orders, {clients} clients", _round_trips, clients) for clients in CLIENTS),
        *((f"Binance streams, {count} subscribers", _fan_out, count) for count in SUBSCRIBERS),
        ("memory of 1,000 symbols more", _memory, PER_SYMBOLS),
        ("a day of trading, compressed", _day, 2 if quick else 24),
    )
    for name, ask, size in questions:
        head = {"workload": "W7", "title": TITLE, "role": "ours", "contender": name}
        try:
            told = ask(size, quick)
        except (RuntimeError, OSError, subprocess.SubprocessError) as fault:
            yield {**head, "skipped": str(fault)[-400:]}
            continue
        yield head | {"min": told["median"], "max": told["median"], "versions": _versions()} | told


def _versions() -> dict[str, str]:
    return {each: metadata.version(each) for each in ("uvicorn", "starlette", "msgspec", "uvloop", "wsproto")}


def _round_trips(clients: int, quick: bool) -> dict[str, Any]:
    told = measure("benchmarks.doors.serve_alpaca", (), 2.0 if quick else 5.0, 0, clients)
    note = f"p50 {told['p50_ms']} ms, p99 {told['p99_ms']} ms"
    return {"unit": "orders/s", "median": told["rate"], "told": told, "note": note}


def _fan_out(subscribers: int, quick: bool) -> dict[str, Any]:
    seconds = 2 if quick else 5
    with emulating("--speed", str(FAST), "--symbols", "BTCUSDT,ETHUSDT,SOLUSDT,BNBUSDT") as (venues, _):
        words = [sys.executable, "-m", "benchmarks.venues.listen", "--url", venues["binance"]["ws"]]
        words += ["--subscribers", str(subscribers), "--seconds", str(seconds)]
        done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, timeout=180, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-1500:])
    told = json.loads(done.stdout)
    note = f"{told['megabytes']:.0f} MB in {told['seconds']:.1f} s"
    return {"unit": "messages/s", "median": told["messages"] / told["seconds"], "told": told, "note": note}


def _memory(per: int, quick: bool) -> dict[str, Any]:
    few, many = SYMBOLS
    held = []
    for count in SYMBOLS:
        names = ",".join(f"{_letters(number)}USDT" for number in range(count))
        with emulating("--symbols", names) as (_, process):
            held.append(psutil.Process(process.pid).memory_info().rss / MIB)
    figure = (held[1] - held[0]) / (many - few) * per
    note = f"{held[0]:.0f} MiB with {few} symbols, {held[1]:.0f} MiB with {many}, ten sessions of minute bars each"
    return {"unit": "MiB", "median": figure, "told": {"rss_mib": dict(zip(SYMBOLS, held, strict=True))}, "note": note}


def _letters(number: int) -> str:
    return "C" + chr(65 + number // 26) + chr(65 + number % 26)


def _day(hours: int, quick: bool) -> dict[str, Any]:
    told = trade_a_day(hours)
    note = f"{told['orders']:,} orders, {told['fills']:,} fills; {told['kib_per_order']:.1f} KiB stay for each order"
    return {"unit": "orders/s", "median": told["orders"] / told["seconds"], "told": told, "note": note}


@contextmanager
def emulating(*words: str) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    """`seatrial emulate` in an empty folder until the block ends; yields its JSON line and the process."""
    command = [sys.executable, "-m", "seatrial", "emulate", "--json", "--alpaca-port", "0", "--binance-port", "0"]
    kept = {name: raw for name, raw in os.environ.items() if not name.startswith("SEATRIAL_")}
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [*command, *words], cwd=folder, env=kept, stdout=subprocess.PIPE, stderr=said, text=True
        )
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                said.seek(0)
                raise RuntimeError(said.read()[-1500:])
            yield json.loads(line), process
        finally:
            process.terminate()
            process.wait(30)


if __name__ == "__main__":
    for each in meet_venues(quick=True):
        print(json.dumps(each), flush=True)
