"""Real processes to be killed: venues and platform in a folder of their own, on ports of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from tests.ports import free_ports

KEY = "PROOFKEY000000000001"
SECRET = "a-secret-that-opens-local-venues-only"
SPEED = 60  # a bar a second
PATIENCE_S = 150.0  # an order that may still arrive at Alpaca is waited for a minute; a shared machine is slow
POLL_S = 0.1
DOORS = (
    "market_data",
    "execution",
    "execution_alias",
    "watch",
    "observability",
    "signals",
    "orchestrator",
    "dashboard",
)
VENUES = ("alpaca", "binance")

# Every bar an order to market, a fresh limit order and a cancel of the stale: a kill always strikes in mid-trade.
# The second symbol is thin: large orders by hand take many prints of it to fill.
STRATEGY = """
from seatrial.strategy import BarView, Context, Strategy

class Busy(Strategy):
    symbols = {symbols}

    def on_start(self, context: Context) -> None:
        self.bars = 0

    def on_bar(self, context: Context, bar: BarView) -> None:
        flips, quotes = self.symbols
        if bar.symbol == flips:
            self.bars += 1
            context.target(flips, weight=0.02 if self.bars % 2 else 0.01)
            return
        for order in context.working(quotes):
            if order.quantity <= {clip}:
                context.cancel(order)
        if self.bars % 3:
            context.buy(quotes, {clip}, limit_price=bar.close * 0.9998)
        elif context.position(quotes) > {clip}:
            context.sell(quotes, {clip}, limit_price=bar.close * 1.0002)
"""
SYMBOLS = {"alpaca": ("AAPL", "AMD"), "binance": ("BTCUSDT", "BCHUSDT")}
CLIPS = {"alpaca": 40, "binance": 20}

# The drill is about orders, not about limits: they are wide enough never to stop it.
LIMITS = """
[position_limits]
max_shares = 1000000
max_notional_per_position = 2000000
max_total_exposure = 4000000
max_open_positions = 10
[loss_limits]
max_loss_per_trade = 1000000
max_daily_loss = 1000000
max_weekly_loss = 1000000
max_monthly_loss = 1000000
[stop_loss]
default_stop_loss_percent = 50.0
enable_trailing_stop = false
trailing_stop_percent = 50.0
[circuit_breaker]
enabled = false
daily_loss_threshold = 1000000
max_consecutive_losses = 1000
cooldown_minutes = 1
auto_resume = true
[order_limits]
price_collar_percent = 50
max_price_age_seconds = 3600
max_orders_per_minute = 1000
max_working_orders = 500
"""


class Installation:
    """One state folder, and the processes over it; each can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "config").mkdir()
        (folder / "config" / "risk_limits.toml").write_text(LIMITS)
        for venue in VENUES:
            text = STRATEGY.format(symbols=SYMBOLS[venue], clip=CLIPS[venue])
            (folder / f"{venue}.py").write_text(text)
        named = (*DOORS, *VENUES, "coingecko")
        self.ports = dict(zip(named, free_ports(len(named)), strict=True))
        chosen = {f"ports.{name}": str(port) for name, port in self.ports.items()}
        chosen |= {f"strategies.{venue}": f"{venue}.py" for venue in VENUES}
        chosen |= {f"emulators.cash_{venue}": "2000000" for venue in VENUES}
        chosen |= {"emulators.key": KEY, "emulators.secret": SECRET, "speed": str(SPEED), "config": "config"}
        self._chosen = [part for name, raw in chosen.items() for part in ("--set", f"{name}={raw}")]
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.http = httpx.Client(trust_env=False, timeout=10)

    # ------------------------------------------------------------- processes

    def start(self, role: str) -> None:
        """Start a role, without waiting."""
        with (self.folder / f"{role}.console").open("ab") as console:
            self._processes[role] = subprocess.Popen(
                [sys.executable, "-m", "seatrial", "serve", role, *self._chosen],
                cwd=self.folder,
                stdout=console,
                stderr=console,
                env={name: raw for name, raw in os.environ.items() if not name.startswith("SEATRIAL_")},
            )

    def kill(self, role: str) -> None:
        """`kill -9`, and see it dead."""
        process = self._processes[role]
        assert process.poll() is None, f"{role} ended before it was killed:\n{self.last_words(role)}"
        process.kill()
        process.wait()

    def close(self) -> None:
        """End what still runs."""
        for process in reversed(self._processes.values()):
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.http.close()

    def last_words(self, role: str) -> str:
        """The end of what a role printed and logged."""
        lines = (self.folder / f"{role}.console").read_text(errors="replace").splitlines()
        return "\n".join(lines[-15:])

    # ----------------------------------------------------------------- doors

    def url(self, door: str) -> str:
        """Where a door listens."""
        return f"http://127.0.0.1:{self.ports[door]}"

    def get(self, door: str, path: str) -> Any:
        """What a door answers; an error where it does not answer with 200."""
        answer = self.http.get(self.url(door) + path)
        answer.raise_for_status()
        return answer.json()

    def say(self, path: str, body: object | None = None) -> httpx.Response:
        """POST to the execution door."""
        return self.http.post(self.url("execution") + path, json=body)

    def wait(self, what: str, until: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        """Poll; a door that does not answer is not there yet. A role that ended by itself ends the wait."""
        deadline, trouble = time.monotonic() + patience_s, ""
        while time.monotonic() < deadline:
            try:
                if until():
                    return
                trouble = ""
            except (httpx.HTTPError, OSError) as fault:
                trouble = f" ({fault})"
            for role, process in self._processes.items():
                code = process.poll()
                assert code in {None, -9}, f"{role} ended with {code} while waiting: {what}\n{self.last_words(role)}"
            time.sleep(POLL_S)
        raise AssertionError(f"not within {patience_s:.0f} s: {what}{trouble}")

    def wait_healthy(self, *doors: str) -> None:
        """Until these doors say that they and everything behind them work."""
        for door in doors:
            self.wait(f"{door} is healthy", lambda door=door: self.get(door, "/health")["status"] == "healthy")
