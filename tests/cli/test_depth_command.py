"""`seatrial backtest` over recorded depth: a result like any other, and one sentence for what cannot be run."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.runs.depth_markets import START_NS, events_of

from seatrial.bootstrap.depth_backtests import EventsAsked, run_depth_backtest
from seatrial.bootstrap.settings import load_settings
from seatrial.core import depth as d
from seatrial.core.depth_orders import FillRules
from seatrial.domain.faults import SeatrialFault

ROOT = Path(__file__).resolve().parents[2]
MAKER = ROOT / "strategies" / "maker.py"


def write_recording(folder: Path) -> None:
    """The made-up market as files like those a recorder leaves."""
    begin = datetime.fromtimestamp(START_NS // 10**9, UTC)
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        database.execute(
            "CREATE TABLE depth (ts TIMESTAMPTZ, recv_ts TIMESTAMPTZ, symbol VARCHAR, side VARCHAR, price DOUBLE,"
            "size DOUBLE, first_update_id BIGINT, last_update_id BIGINT, is_snapshot BOOLEAN)"
        )
        database.execute(
            "CREATE TABLE trades (ts TIMESTAMPTZ, recv_ts TIMESTAMPTZ, symbol VARCHAR, side VARCHAR, price DOUBLE,"
            "size DOUBLE, trade_id BIGINT)"
        )
        depth: list[list[Any]] = []
        trades: list[list[Any]] = []
        for number, (kind, at_ns, side, tick, lots) in enumerate(events_of(3, 1_500)):
            stamp = begin + timedelta(microseconds=(at_ns - START_NS) // 1_000)
            told = [stamp, stamp, "BTCUSDT"]
            if kind == d.TRADE:
                trades.append([*told, "buy" if side > 0 else "sell", tick / 100, lots / 1_000, number])
            elif kind == d.DEPTH:
                shot, update = at_ns == START_NS, len(depth)
                words = [*told, "bid" if side > 0 else "ask", tick / 100, lots / 1_000]
                depth.append([*words, 0 if shot else update, 9 if shot else update, shot])
        database.executemany("INSERT INTO depth VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", depth)
        database.executemany("INSERT INTO trades VALUES (?, ?, ?, ?, ?, ?, ?)", trades)
        for name in ("depth", "trades"):
            database.execute(f"COPY {name} TO '{folder / name}.parquet' (FORMAT parquet)")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recording")
    write_recording(folder)
    return folder


def backtest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "seatrial", "backtest", str(MAKER), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_a_maker_runs_over_recorded_depth(recording: Path) -> None:
    files = ("--depth", "depth.parquet", "--trades", "trades.parquet", "--holding", "1", "--json")
    ran = backtest(recording, *files, "--queue", "sqrt", "--latency-spread", "0.5", "--param", "interval_ms=100")

    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["kind"] == "backtest"
    assert Path(recording / told["report"]).exists()
    assert "depth.parquet" in json.dumps(told)


@pytest.mark.parametrize(
    ("words", "texts", "told"),
    [
        ({"quotes": "depth.parquet"}, {}, "one of the two"),
        ({"depth": "nowhere.parquet"}, {}, "no such file"),
        ({"depth": "trades.parquet"}, {}, "column last_update_id is missing"),
        ({}, {"symbols": "ETHUSDT"}, "no row of ETHUSDT"),
        ({}, {"symbols": "BTCUSDT,ETHUSDT"}, "one symbol"),
        ({"holding": "-1"}, {}, "--holding"),
        ({"latency_ms": -1.0}, {}, "latency"),
        ({"latency_file": "nowhere.parquet"}, {}, "no such file"),
        ({"feed_latency_ms": 10.1}, {}, "feed latency: accepted is 0 to 10000000 ns"),
    ],
)
def test_what_cannot_be_run_is_one_sentence(
    recording: Path, words: dict[str, Any], texts: dict[str, str], told: str
) -> None:
    asked = EventsAsked(recording / "depth.parquet", None, None, "1", 10.0, 0.0, None, FillRules())
    files = {name: recording / word if str(word).endswith("parquet") else word for name, word in words.items()}

    with pytest.raises(SeatrialFault, match=told):
        run_depth_backtest(load_settings({}), MAKER, texts, replace(asked, **files), folder=recording / "never")


def test_trades_alone_go_beside_bars_which_a_maker_does_not_hear(recording: Path) -> None:
    ran = backtest(recording, "--trades", "trades.parquet")

    assert ran.returncode == 2
    assert "decides on bars" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_strategy_for_events_says_so_on_bars(recording: Path) -> None:
    ran = backtest(recording)

    assert ran.returncode == 2
    assert "decides on bars" in ran.stderr


@pytest.mark.parametrize("option", ["--feed-latency-ms", "--latency-ms", "--power"])
def test_what_events_alone_know_is_refused_beside_bars(recording: Path, option: str) -> None:
    command = [sys.executable, "-m", "seatrial", "backtest", "never.py", option, "3"]
    ran = subprocess.run(command, cwd=recording, capture_output=True, text=True)

    assert ran.returncode == 2
    assert f"{option} goes with --depth or --quotes" in ran.stderr
