"""`seatrial walkforward` and `seatrial compare`, `lookahead` and `recursive` as a person types them."""

from __future__ import annotations

import json

from tests.research.test_sweep_command import STRATEGY, seatrial

AXES = ("--set", "fast=2:6:2", "--set", "slow=10:20:10")
STEPS = ("--train", "4", "--test", "2", "--purge", "1", "--sessions", "10", "--workers", "1")


def test_a_walk_forward_is_told_window_by_window_and_compared_with_its_strategy(tmp_path):
    (tmp_path / "cross.py").write_text(STRATEGY)

    walked = seatrial("walkforward", "cross.py", *AXES, *STEPS, "--json", cwd=tmp_path)
    assert walked.returncode == 0, walked.stderr
    told = json.loads(walked.stdout)
    folder = tmp_path / "walkforwards" / "cross"
    assert [window["window"] for window in told["windows"]] == [0, 1, 2]
    assert told["trials"] == 18
    assert all(window["train_to"] < window["test_from"] for window in told["windows"])
    assert "<svg" in (folder / "report.html").read_text()
    windows = (folder / "windows.csv").read_text()

    again = seatrial("walkforward", "cross.py", *AXES, *STEPS, "--resume", str(folder), "--json", cwd=tmp_path)
    assert json.loads(again.stdout) == {**told, "folder": str(folder)}
    assert (folder / "windows.csv").read_text() == windows

    both = seatrial("compare", "walkforwards/cross", "cross.py", "--sessions", "10", "--json", cwd=tmp_path)
    pair = json.loads(both.stdout)["pairs"][0]
    assert both.returncode == (1 if pair["verdict"] == "INCONCLUSIVE" else 0)
    assert pair["baseline"] == "walkforwards/cross"


def test_bias_is_told_by_exit_code_and_bad_input_by_another(tmp_path):
    (tmp_path / "cross.py").write_text(STRATEGY)

    ahead = seatrial("lookahead", "cross.py", "--sessions", "1", "--cuts", "2", "--json", cwd=tmp_path)
    assert (ahead.returncode, json.loads(ahead.stdout)["verdict"]) == (0, "CLEAN"), ahead.stderr
    refused = seatrial("recursive", "cross.py", "--sessions", "1", "--param", "speed=3", cwd=tmp_path)
    assert refused.returncode == 2
    assert "a parameter among" in refused.stderr
    empty = seatrial("compare", str(tmp_path), "cross.py", cwd=tmp_path)
    assert empty.returncode == 4
    assert "holds no result" in empty.stderr
