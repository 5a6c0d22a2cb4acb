"""`seatrial up` in a folder and on ports of its own: the running system that tests talk to from outside."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.ports import free_ports

from seatrial.bootstrap.declarations import SETTINGS

DOORS = tuple(each.name.removeprefix("ports.") for each in SETTINGS if each.name.startswith("ports."))
PATIENCE_S = 240.0  # a shared machine may be slow; nothing here is a measurement

STRATEGY = """
from seatrial.strategy import BarView, Context, Strategy

class Flip(Strategy):
    symbols = ("{symbol}",)

    def on_start(self, context: Context) -> None:
        self.bars = 0

    def on_bar(self, context: Context, bar: BarView) -> None:
        self.bars += 1
        context.target(bar.symbol, weight=0.02 if self.bars % 4 < 2 else 0.01)
"""


class Installation:
    """A folder of its own with `seatrial up` running in it, and what it said so far."""

    def __init__(self, folder: Path, *, speed: int = 120, chosen: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        for name, symbol in (("shares", "AAPL"), ("coins", "BTCUSDT")):
            (folder / f"{name}.py").write_text(STRATEGY.format(symbol=symbol))
        self.ports = dict(zip(DOORS, free_ports(len(DOORS)), strict=True))
        said = {f"ports.{name}": str(port) for name, port in self.ports.items()}
        said |= {"strategies.alpaca": "shares.py", "strategies.binance": "coins.py", "speed": str(speed)}
        said |= chosen or {}
        self.chosen = [part for name, raw in said.items() for part in ("--set", f"{name}={raw}")]
        self.lines: list[str] = []
        self.process = self._start("up")
        threading.Thread(target=self._listen, daemon=True).start()

    def url(self, door: str) -> str:
        """Where a door listens."""
        return f"http://127.0.0.1:{self.ports[door]}"

    def _start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "seatrial", *arguments, *self.chosen],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={name: raw for name, raw in os.environ.items() if not name.startswith("SEATRIAL_")},
        )

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def run(self, *arguments: str) -> tuple[int, str]:
        """Another terminal: the exit code and what was said."""
        process = self._start(*arguments)
        told, _ = process.communicate()
        return process.returncode, told

    def get(self, door: str, path: str) -> Any:
        """What a door answers."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[door]}{path}", timeout=5) as answer:
            return json.loads(answer.read())

    def wait(self, what: str, until: Callable[[], bool]) -> None:
        """Poll; a door that does not answer yet is not there yet."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                if until():
                    return
            except (urllib.error.URLError, OSError, ValueError):
                pass
            assert self.process.poll() is None, "\n".join(self.lines)
            time.sleep(0.2)
        raise AssertionError(f"{what}\n" + "\n".join(self.lines))

    def said(self, pattern: str) -> bool:
        """Whether a line of `up` matches."""
        return any(re.search(pattern, line) for line in self.lines)

    def filled(self) -> set[str]:
        """The accounts that have a filled order."""
        orders = self.get("execution", "/orders?status=all&limit=1000")["orders"]
        return {order["account"] for order in orders if order["status"] == "filled"}

    def close(self) -> None:
        """Stop it in order."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
