"""`seatrial up` as a person meets it: it trades, it survives a kill, it stops in order, it refuses a second start."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from tests.installation import Installation

PLANTED = ("PKPLANTED0000000KEY1", "planted-secret-of-both-venues", "st_0a1b2c3d_" + 32 * "5e", "planted-signature-9")


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    chosen = {"emulators.key": PLANTED[0], "emulators.secret": PLANTED[1]}
    installation = Installation(tmp_path_factory.mktemp("up"), chosen=chosen)
    try:
        installation.wait("all roles up", lambda: installation.said("Ctrl-C here stops everything"))
        yield installation
    finally:
        installation.close()


@pytest.mark.timeout(900)
def test_one_run_is_followed_to_its_fill_through_every_file_and_no_secret_is_in_any(up):
    up.wait("fills on both venues", lambda: up.filled() == {"alpaca", "binance"})
    url = f"{up.url('execution')}/orders?signature={PLANTED[3]}"
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {PLANTED[2]}", "X-Request-ID": "by-hand-1"})
    with contextlib.suppress(urllib.error.HTTPError):
        urllib.request.urlopen(asked, timeout=5).close()

    trades = [json.loads(line) for line in (up.folder / "logs/trades/trades.log").read_text().splitlines()]
    filled = next(each for each in trades if each["message"] == "order filled" and each["workflow_id"])
    followed = [json.loads(line) for line in up.run("logs", "--id", filled["workflow_id"], "--json")[1].splitlines()]

    words = [each["message"] for each in followed]
    for word in ("request", "order approved", "order sent", "venue request", "order filled"):
        assert word in words, words
    assert "completed execution-rebalance" in words
    by_hand = [json.loads(line) for line in up.run("logs", "--id", "by-hand-1", "--json")[1].splitlines()]
    (request,) = [each for each in by_hand if each["message"] == "request"]
    assert (request["method"], request["path"]) == ("GET", "/orders")

    checked = json.loads(up.run("db", "verify", "--json")[1])
    assert checked["ok"], checked["findings"]
    assert checked["rows"]["lots"] > 0

    up.run("logs", "--reopen")
    written = "\n".join(up.lines) + "".join(path.read_text() for path in (up.folder / "logs").rglob("*.log"))
    assert "Commit SHA: " in written
    assert "DRY_RUN=True ALPACA_PAPER=True" in written
    assert [planted for planted in PLANTED if planted in written] == []


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
    assert "starting" in up.run("logs", "platform", "-n", "100000")[1]
    config = up.get("execution_alias", "/api/v1/config")
    assert (config["mode"], config["dry_run"]) == ("sim", True)
    assert config["settings"]["speed"] == {"value": "120", "source": "command line"}

    code, told = up.run("down")
    assert code == 0
    assert up.process.wait(60) == 0
    assert [line.split()[0] for line in up.lines if line.endswith(" stopped")] == ["watch", "platform", "venues"]
    assert up.run("status", "--json")[0] == 1
