"""`seatrial data record` as a program reads it: standard output is one document, whatever the streams did."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import seatrial


def test_standard_output_is_what_was_recorded_and_nothing_else(tmp_path: Path) -> None:
    with seatrial.emulate(symbols=["BTCUSDT"], speed=20) as venues:
        port = urlsplit(venues["binance"]["rest"]).port
        words = [
            "--symbols",
            "BTCUSDT",
            "--kinds",
            "trades,quotes",
            "--for",
            "2s",
            "--catalog",
            str(tmp_path),
            "--json",
        ]
        done = subprocess.run(
            [sys.executable, "-m", "seatrial", "data", "record", *words, "--set", f"ports.binance={port}"],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert "quotes/binance/BTCUSDT" in json.dumps(json.loads(done.stdout))
