"""Commands answer quickly, explain themselves and end with a documented code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("numba", "duckdb", "fastapi", "httpx", "starlette", "numpy", "structlog", "uvicorn")


def seatrial(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: raw for name, raw in os.environ.items() if not name.startswith("SEATRIAL_")} | variables
    command = [sys.executable, "-m", "seatrial", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


def test_help_lists_every_command_and_imports_nothing_heavy(tmp_path):
    code = f"""
import sys
sys.argv = ["seatrial", "--help"]
from seatrial.cli.main import main
try:
    main()
finally:
    print([name for name in {HEAVY!r} if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)

    assert ran.stdout.strip().endswith("[]"), ran.stdout[-300:]
    for command in ("up", "status", "logs", "down", "reset", "backtest", "rehearse", "simulate", "emulate", "strategy"):
        assert f"  {command} " in ran.stdout, command
    assert "serve" not in ran.stdout


@pytest.mark.parametrize("command", ["up", "status", "down", "logs", "reset", "backtest", "emulate"])
def test_every_command_shows_an_example(tmp_path, command):
    ran = seatrial(command, "--help", cwd=tmp_path)

    assert ran.returncode == 0
    assert f"seatrial {command}" in ran.stdout.split("Example", 1)[1]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["doctor", "--speed", "fast"], 3, "speed = 'fast' (command line)"),
        (["doctor", "--set", "sped=1"], 3, "did you mean speed"),
        (["doctor", "--set", "sped"], 2, "NAME=VALUE"),
        (["doctor", "--data", "nowhere"], 3, "does not exist"),
        (["up", "--mode", "live"], 3, "exists only in stage prod"),
        (["reset", "--stage", "staging", "--yes"], 3, "stage dev and mode sim only"),
        (["strategy", "check", "nowhere.py"], 3, "no strategy can be read"),
        (["strategy", "new", "Bad Name"], 2, "lower-case letters"),
        (["logs", "kitchen"], 2, "kitchen"),
        (["nonsense"], 2, "No such command"),
        (["emulate", "--speed", "fast"], 2, "accepted is a number above 0, was 'fast'"),
        (["emulate", "--alpaca-port", "70000"], 2, "0<=x<=65535"),
        (["emulate", "--clock", "yesterday"], 2, "'recorded', 'now'"),
        (["emulate", "--data", "nowhere"], 2, "does not exist"),
        (["emulate", "--symbols", "AAPL,?"], 2, "AAPL or BTCUSDT, was '?'"),
    ],
)
def test_a_refusal_is_one_sentence_and_a_documented_code(tmp_path, arguments, code, told):
    ran = seatrial(*arguments, cwd=tmp_path)

    assert ran.returncode == code, ran.stderr
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr


def test_nothing_runs_and_status_says_so(tmp_path):
    ran = seatrial("status", "--json", cwd=tmp_path)

    told = json.loads(ran.stdout)
    assert ran.returncode == 1
    assert not told["healthy"]
    assert [role["status"] for role in told["roles"]] == ["stopped"] * 3
    assert seatrial("down", cwd=tmp_path).stdout == "nothing runs\n"


def test_a_new_strategy_is_written_checked_and_never_overwritten(tmp_path):
    assert seatrial("strategy", "new", "my_idea", cwd=tmp_path).returncode == 0

    checked = seatrial("strategy", "check", "strategies/my_idea.py", "--param", "length=7", "--json", cwd=tmp_path)
    assert json.loads(checked.stdout)["parameters"]["length"] == 7

    again = seatrial("strategy", "new", "my_idea", cwd=tmp_path)
    assert again.returncode == 2
    assert "exists" in again.stderr


def test_reset_removes_only_from_a_folder_that_is_ours(tmp_path):
    mine = tmp_path / "data"
    mine.mkdir()
    (mine / "thesis.txt").write_text("ten years of work")

    ran = seatrial("reset", "--yes", cwd=tmp_path)

    assert ran.returncode == 3
    assert "was not made by seatrial" in ran.stderr
    assert (mine / "thesis.txt").exists()
    (mine / ".seatrial").touch()
    assert seatrial("reset", "--yes", cwd=tmp_path).returncode == 0
    assert not list(mine.iterdir())


def test_a_backtest_writes_a_report_and_its_figures(tmp_path):
    seatrial("strategy", "new", "my_idea", cwd=tmp_path)
    ran = seatrial("backtest", "strategies/my_idea.py", "--sessions", "2", "--json", cwd=tmp_path)

    told = json.loads(ran.stdout)
    assert told["fills"] > 0
    assert told["bars"] == 780
    assert told == json.loads((tmp_path / "reports" / "my_idea" / "metrics.json").read_text())
    page = (tmp_path / "reports" / "my_idea" / "report.html").read_text()
    for part in ("Equity", "Drawdown", "Trades", "Costs", told["outcome_fingerprint"]):
        assert part in page
    assert "<script" not in page
    assert "http" not in page
