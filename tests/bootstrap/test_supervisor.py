"""`seatrial up` as a person meets it: it trades, it survives a kill, it stops in order, it refuses a second start."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator

import pytest
from tests.installation import Installation


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("up"))
    try:
        installation.wait("all roles up", lambda: installation.said("Ctrl-C here stops everything"))
        yield installation
    finally:
        installation.close()


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
    assert "starting" in up.run("logs", "platform")[1]
    config = up.get("execution_alias", "/api/v1/config")
    assert (config["mode"], config["dry_run"]) == ("sim", True)
    assert config["settings"]["speed"] == {"value": "120", "source": "command line"}

    code, told = up.run("down")
    assert code == 0
    assert up.process.wait(60) == 0
    assert [line.split()[0] for line in up.lines if line.endswith(" stopped")] == ["watch", "platform", "venues"]
    assert up.run("status", "--json")[0] == 1
