"""Freqtrade, the whole bot, at the emulated Binance: dry and live, from start-up over candles and orders to a sale.

The bot is its own program, started as a user starts it. What is asked afterwards is its database, and the
venue's own account of what happened.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

shows = pytest.mark.shows
HERE = Path(__file__).parent
PATIENCE_SECONDS = 240  # the market runs at the pace of the clock, and a fill may be forty seconds away


def settings(binance: dict[str, str], folder: Path, *, dry: bool) -> dict[str, Any]:
    """What a user writes into `config.json`; `exchange.json` is printed in the how-to page."""
    text = (HERE / "exchange.json").read_text("utf-8")
    text = text.replace("http://127.0.0.1:6002", binance["rest"]).replace("ws://127.0.0.1:6002", binance["ws"])
    exchange = json.loads(text)["exchange"] | {"key": binance["key"], "secret": binance["secret"]}
    exchange["ccxt_async_config"] = exchange["ccxt_config"]
    side = {"price_side": "other", "use_order_book": True, "order_book_top": 1}
    return {
        "dry_run": dry,
        "dry_run_wallet": 10_000,
        "db_url": f"sqlite:///{folder}/trades.sqlite",
        "trading_mode": "spot",
        "max_open_trades": 1,
        "stake_currency": "USDT",
        "stake_amount": 500,
        "timeframe": "1m",
        "entry_pricing": side,
        "exit_pricing": side,
        "unfilledtimeout": {"entry": 5, "exit": 5},
        "order_types": {
            "entry": "market",
            "exit": "market",
            "stoploss": "market",
            "stoploss_on_exchange": not dry,
        },
        "pairlists": [{"method": "StaticPairList"}],
        "exchange": exchange,
        "internals": {"process_throttle_secs": 1},
        "initial_state": "running",
        "bot_name": "suite",
    }


@contextmanager
def bot(binance: dict[str, str], folder: Path, *, dry: bool) -> Iterator[Path]:
    """`freqtrade trade` until the block ends; yields what it says."""
    config, said = folder / "config.json", folder / "said.log"
    config.write_text(json.dumps(settings(binance, folder, dry=dry)), encoding="utf-8")
    words = ["trade", "--config", str(config), "--userdir", str(folder), "--strategy", "InAndOut"]
    with (
        said.open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "freqtrade", *words, "--strategy-path", str(HERE / "user_data")],
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"FREQTRADE__TELEMETRY": "0"},
        ) as process,
    ):
        try:
            yield said
        finally:
            process.terminate()  # it stops as on Ctrl-C, which a background job may not hear
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
    assert "Fatal exception" not in said.read_text("utf-8"), said.read_text("utf-8")[-3000:]


def trades(folder: Path) -> list[tuple[Any, ...]]:
    """`(is_open, amount, exit reason)` of each trade in the bot's own database."""
    path = folder / "trades.sqlite"
    if not path.exists():
        return []
    with sqlite3.connect(path, timeout=10) as database:
        try:
            return database.execute("select is_open, amount, exit_reason from trades order by id").fetchall()
        except sqlite3.OperationalError:  # its tables are not there yet
            return []


def ended(folder: Path) -> list[tuple[Any, ...]]:
    """The trades that are over."""
    return [each for each in trades(folder) if not each[0]]


def orders(folder: Path) -> list[tuple[Any, ...]]:
    """`(side, status, filled)` of each order in the bot's own database."""
    with sqlite3.connect(folder / "trades.sqlite", timeout=10) as database:
        return database.execute("select ft_order_side, status, filled from orders order by id").fetchall()


@shows("bars")
@shows("market order")
def test_a_dry_run_reads_the_market_and_pretends_to_trade(
    binance: dict[str, str], tmp_path: Path, eventually: Callable[..., Any], operations: Callable[..., Any]
) -> None:
    with bot(binance, tmp_path, dry=True) as said:
        eventually(lambda: ended(tmp_path), f"a whole trade, see {said}", seconds=PATIENCE_SECONDS)
    assert operations("binance", "accepted") == []


@shows("account")
@shows("market order")
@shows("stop order")
@shows("fills and activities")
def test_a_live_run_buys_guards_and_sells(
    binance: dict[str, str], tmp_path: Path, eventually: Callable[..., Any], operations: Callable[..., Any]
) -> None:
    with bot(binance, tmp_path, dry=False) as said:
        eventually(lambda: ended(tmp_path), f"a whole trade, see {said}", seconds=PATIENCE_SECONDS)
    sides = [side for side, status, _ in orders(tmp_path) if status == "closed"]
    assert sides[:2] == ["buy", "sell"]
    assert "stoploss" in {side for side, *_ in orders(tmp_path)}
    accepted = operations("binance", "accepted")
    assert len(accepted) >= 3
    assert all(line.get("client_order_id", "").startswith("x-TKT5PX2F") for line in accepted)


@shows("reconnect")
def test_a_bot_that_is_killed_finds_its_trade_again(
    binance: dict[str, str], tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    with bot(binance, tmp_path, dry=False):
        eventually(lambda: [each for each in trades(tmp_path) if each[0]], "an open trade", seconds=PATIENCE_SECONDS)
    with bot(binance, tmp_path, dry=False):
        eventually(lambda: ended(tmp_path), "its sale", seconds=PATIENCE_SECONDS)
    assert len({amount for _, amount, _ in trades(tmp_path)[:1]}) == 1
