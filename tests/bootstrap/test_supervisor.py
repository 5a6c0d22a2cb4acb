"""`seatrial up` as a person meets it: it trades, it survives a kill, it stops in order, it refuses a second start."""

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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from seatrial.bootstrap.ports import listen

DOORS = ("market_data", "execution", "execution_alias", "watch", "observability", "signals", "orchestrator")
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

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, symbol in (("shares", "AAPL"), ("coins", "BTCUSDT")):
            (folder / f"{name}.py").write_text(STRATEGY.format(symbol=symbol))
        names = (*DOORS, "alpaca", "binance")
        self.ports = dict(zip(names, _free_ports(len(names)), strict=True))
        chosen = {f"ports.{name}": str(port) for name, port in self.ports.items()}
        chosen |= {"strategies.alpaca": "shares.py", "strategies.binance": "coins.py", "speed": "120"}
        self.chosen = [part for name, raw in chosen.items() for part in ("--set", f"{name}={raw}")]
        self.lines: list[str] = []
        self.process = self._start("up")
        threading.Thread(target=self._listen, daemon=True).start()

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


def _free_ports(count: int) -> list[int]:
    held = [listen("127.0.0.1", 0, "test") for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("up"))
    try:
        installation.wait("all roles up", lambda: installation.said("Ctrl-C here stops everything"))
        yield installation
    finally:
        installation.process.send_signal(signal.SIGTERM)
        installation.process.wait(60)


@pytest.mark.timeout(900)
def test_it_trades_on_both_venues_survives_a_kill_and_stops_in_order(up):
    for role in ("venues", "platform", "watch"):
        assert up.said(rf"^{role} +(healthy|degraded) ")
    up.wait("fills on both venues", lambda: up.filled() == {"alpaca", "binance"})

    code, told = up.run("up")
    assert code == 3
    assert "runs already" in told
    assert up.run("reset", "--yes")[0] == 3

    platform = json.loads((up.folder / "data" / "run" / "platform.json").read_text())["pid"]
    os.kill(platform, signal.SIGKILL)
    up.wait("it says so", lambda: up.said(r"^platform +ended \(signal SIGKILL\); starting it again"))
    up.wait("it trades again", lambda: up.filled() == {"alpaca", "binance"})
    assert json.loads((up.folder / "data" / "run" / "platform.json").read_text())["pid"] != platform

    told = json.loads(up.run("status", "--json")[1])
    assert [role["role"] for role in told["roles"]] == ["venues", "platform", "watch"]
    assert all(role["pid"] for role in told["roles"])
    assert "starting" in up.run("logs", "platform")[1]
    config = up.get("execution_alias", "/api/v1/config")
    assert (config["mode"], config["dry_run"]) == ("sim", True)
    assert config["settings"]["speed"] == {"value": "120", "source": "command line"}

    code, told = up.run("down")
    assert code == 0
    assert up.process.wait(60) == 0
    assert [line.split()[0] for line in up.lines if line.endswith(" stopped")] == ["watch", "platform", "venues"]
    assert up.run("status", "--json")[0] == 1
