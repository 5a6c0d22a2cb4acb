"""What it costs to have it running: figures, never assertions, of a warm `make up` at the market's own pace."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from tests.ports import free_ports
from tests.prove.proof import ROOT, Prove

PORTS = (
    "market_data",
    "execution",
    "execution_alias",
    "dashboard",
    "watch",
    "observability",
    "signals",
    "orchestrator",
    "alpaca",
    "binance",
    "coingecko",
)
ROLES = ("venues", "platform", "watch")
PATIENCE_S = 240
SETTLE_S = 15
MIB = 2**20

pytestmark = [pytest.mark.prove, pytest.mark.timeout(600)]


def test_the_cost_of_a_warm_start_and_of_standing_by(prove: Prove, recorded_data: Path, tmp_path: Path) -> None:
    for _ in range(2):  # the first start compiles whatever is not compiled yet; the second is the warm one
        seconds, memory = _up(recorded_data, tmp_path)
    resident, unique = (sum(each[kind] for each in memory.values()) for kind in (0, 1))
    prove(
        "`make up`, warm, until every role is healthy",
        count="1 start",
        figure=f"{seconds:.1f} s",
        command="make up DATA=../shared/data",
    )
    prove(
        "memory of the three processes, standing by",
        count="1 start",
        figure=f"{resident:.0f} MiB resident, {unique:.0f} MiB unique ("
        + ", ".join(f"{role} {each[0]:.0f}/{each[1]:.0f}" for role, each in memory.items())
        + ")",
        command="make up DATA=../shared/data SPEED=1",
    )


def _up(data: Path, folder: Path) -> tuple[float, dict[str, tuple[float, float]]]:
    """Seconds from the command to the last healthy role, and what each role holds a while later, in MiB."""
    chosen = {f"ports.{name}": str(port) for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    chosen |= {"state": str(folder / "state"), "logs.folder": str(folder / "logs")}
    arguments = " ".join(f"--set {name}={raw}" for name, raw in chosen.items())
    started = time.monotonic()
    process = subprocess.Popen(
        ["make", "up", f"DATA={data}", "SPEED=1", f"ARGS={arguments}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={name: raw for name, raw in os.environ.items() if not name.startswith(("SEATRIAL_", "MAKE"))},
    )
    try:
        seconds = _until_up(process, started)
        time.sleep(SETTLE_S)
        memory = {role: _memory(folder / "state", role) for role in ROLES}
    finally:
        _stop(folder / "state", process)
    return seconds, memory


def _until_up(process: subprocess.Popen[str], started: float) -> float:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "stops everything in order" in line:
            return time.monotonic() - started
    raise AssertionError("".join(said))


def _pid(state: Path, role: str) -> int:
    return int(json.loads((state / "run" / f"{role}.json").read_text())["pid"])


def _memory(state: Path, role: str) -> tuple[float, float]:
    held = psutil.Process(_pid(state, role)).memory_full_info()
    return held.rss / MIB, held.uss / MIB


def _stop(state: Path, process: subprocess.Popen[str]) -> None:
    """The supervisor stops the others in order; `make` ends with it."""
    if (state / "run" / "supervisor.json").exists():
        psutil.Process(_pid(state, "supervisor")).terminate()
    process.communicate(timeout=PATIENCE_S)
