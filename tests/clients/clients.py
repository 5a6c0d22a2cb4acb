"""The clients that must not be able to tell: where each is at home, and how the venues are started for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.clients.emulated import SPEED
from tests.clients.environments import HERE, lock_of

PROJECT_LOCK = HERE.parents[1] / "requirements" / "dev.lock"

NOW = ("--clock", "now")  # what a bot wants that compares candles with its own clock
LISTEN_KEYS = ("--set", "emulators.listen_keys=true")  # what a client asks for that is older than 2026


@dataclass(frozen=True, slots=True)
class Client:
    """One client: its folder here, the package it comes as, and the venue it talks to.

    `quick` ones run in `make test`, too; a bot's environment takes too long to make.
    """

    folder: str
    package: str
    venue: str
    quick: bool = True
    options: tuple[str, ...] = ()
    speed: int = SPEED

    @property
    def version(self) -> str:
        """The version that its lock pins."""
        lock = lock_of(self.folder)
        text = (lock if lock.exists() else PROJECT_LOCK).read_text("utf-8")
        found = re.search(rf"^{re.escape(self.package)}==(\S+)", text, flags=re.MULTILINE)
        assert found, f"{self.package} is in no lock"
        return found[1]

    @property
    def suites(self) -> list[Path]:
        """The files of its suite."""
        return sorted((HERE / self.folder).glob("suite_*.py"))


CLIENTS = (
    Client("alpaca_py", "alpaca-py", "Alpaca"),
    Client("trade_api", "alpaca-trade-api", "Alpaca"),
    Client("lumibot_bot", "lumibot", "Alpaca", quick=False, options=(*NOW, "--always-open"), speed=1),
    Client("ccxt_client", "ccxt", "Binance"),
    Client("python_binance", "python-binance", "Binance"),
    Client("binance_connector", "binance-connector", "Binance", options=LISTEN_KEYS),
    Client("sdk_spot", "binance-sdk-spot", "Binance"),
    Client("freqtrade_bot", "freqtrade", "Binance", quick=False, options=NOW, speed=1),
)
