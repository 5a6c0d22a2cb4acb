"""The how-to pages do what they say: their snippets run, as they are printed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how_to" / "point_your_bot_at_local_venues.md"


def snippets() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.fixture(scope="module")
def venues(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("emulate")
    command = [sys.executable, "-m", "seatrial", "emulate", "--json", "--alpaca-port", "0", "--binance-port", "0"]
    with subprocess.Popen([*command, "--speed", "600"], cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            assert process.wait() == 0


def test_emulate_prints_one_line_with_addresses_and_keys_of_both_venues(venues):
    assert set(venues["alpaca"]) == {"rest", "data", "trade_stream", "data_stream", "key", "secret"}
    assert set(venues["binance"]) == {"rest", "ws", "ws_api", "key", "secret"}


def test_the_alpaca_snippet_trades(venues):
    told: dict[str, Any] = {"venues": venues, "print": lambda *_: None}
    exec(snippets()[0], told)

    for _ in range(200):
        if told["trading"].get_order_by_id(told["order"].id).status == "filled":
            return
        time.sleep(0.05)
    pytest.fail("the order of the page never filled")


def test_the_ccxt_snippet_trades(venues):
    told: dict[str, Any] = {"venues": venues, "print": lambda *_: None}
    exec(snippets()[1], told)

    for _ in range(200):
        if told["exchange"].fetch_order(told["order"]["id"], "BTC/USDT")["status"] == "closed":
            return
        time.sleep(0.05)
    pytest.fail("the order of the page never filled")
