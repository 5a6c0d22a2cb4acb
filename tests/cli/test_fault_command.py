"""Faults from another terminal: set, listed, removed at running venues, and what they left behind checked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.emulators.small_binance import HandClock

import seatrial
from seatrial.cli.main import commands
from seatrial.emulators.history import History


def run(*words: str) -> Result:
    return CliRunner().invoke(commands, words)


def test_faults_are_set_listed_and_removed_at_running_venues_and_the_history_checked(tmp_path: Path) -> None:
    script = tmp_path / "day.toml"
    script.write_text('[[faults]]\nkind = "latency"\nlatency_ms = 5\nvenue = "binance"\n')
    with seatrial.emulate(symbols=["AAPL", "BTCUSDT"], history=tmp_path / "drill") as venues:
        doors = [word for venue in venues.values() for word in ("--url", venue["rest"])]
        binance = venues["binance"]["rest"]

        added = run("fault", "add", "error_before", "name=down", "path=/api/v3/time", "count_max=1", *doors, "--json")
        assert added.exit_code == 0, added.output
        assert {len(one["faults"]) for one in json.loads(added.output).values()} == {1}
        assert run("fault", "add", "--file", str(script), *doors).exit_code == 0
        listed = run("fault", "list", "--url", binance)
        assert "down (error_before) has struck 0 times" in listed.output
        assert "latency (latency)" in listed.output
        assert run("fault", "remove", "latency", *doors).exit_code == 0, "one of the two venues has it"
        assert "accepted is" in run("fault", "remove", "latency", *doors).output
        assert "nothing is set" in run("fault", "clear", *doors).output
        told = run("fault", "history", "--venue", "binance", "--url", binance).output.splitlines()
        assert {json.loads(line)["op"] for line in told} == {"control"}

    files = [str(tmp_path / "drill" / f"{name}.jsonl") for name in ("alpaca", "binance")]
    checked = run("fault", "check", *files)
    assert checked.exit_code == 0, checked.output
    assert "0 broken" in checked.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add",), "one of the two"),
        (("add", "lost_ack", "count_max"), "NAME=VALUE"),
        (("list", "--url", "http://127.0.0.1:1"), "no control door answers"),
    ],
)
def test_a_wrong_line_is_refused_in_one_sentence(words: tuple[str, ...], told: str) -> None:
    refused = run("fault", *words)
    assert refused.exit_code != 0
    assert told in refused.output + str(refused.exception)


def test_a_wrong_parameter_is_refused_before_anybody_is_asked(tmp_path: Path) -> None:
    script = tmp_path / "day.toml"
    script.write_text('[[faults]]\nkind = "lost_ack"\nprobability = 2\n')
    refused = run("fault", "add", "--file", str(script))
    assert refused.exit_code == 2
    assert "faults[1] lost_ack.probability: accepted is 0 to 1, was 2" in refused.output
    refused = run("fault", "add", "lost_ack", "latency_ms=5")
    assert refused.exit_code == 2
    assert "lost_ack takes" in refused.output


def test_a_broken_history_ends_with_one(tmp_path: Path) -> None:
    history = History(HandClock(), tmp_path / "alpaca.jsonl")
    request = {"account": "local", "client_order_id": "mine", "what": "POST /v2/orders", "request": 1}
    history.record("request", **request)  # type: ignore[arg-type]
    history.record("answer", status=200, **request)  # type: ignore[arg-type]

    history.close()

    words = ("fault", "check", str(tmp_path / "alpaca.jsonl"), "--json")
    checked = CliRunner().invoke(commands, words, standalone_mode=False)

    assert checked.return_value == 1
    assert json.loads(checked.output)[str(tmp_path / "alpaca.jsonl")]["broken"][0]["rule"] == "answers"
