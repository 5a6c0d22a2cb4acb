"""`seatrial sweep` as a person uses it: killed, resumed, with more workers, on a cluster; the table stays the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

STRATEGY = """
from seatrial.strategy import SMA, BarView, Context, Strategy


class Cross(Strategy):
    symbols = ("AAPL",)
    fast = 5
    slow = 20
    weight = 0.04

    def on_start(self, context: Context) -> None:
        self.averages = SMA(self.fast), SMA(self.slow)

    def on_bar(self, context: Context, bar: BarView) -> None:
        fast, slow = (average.update(bar.close) for average in self.averages)
        if fast is not None and slow is not None:
            context.target("AAPL", weight=self.weight if fast > slow else 0)
"""
AXES = ("--set", "fast=2:8:2", "--set", "slow=10:30:10", "--sessions", "4")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cross.py").write_text(STRATEGY)
    return tmp_path


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "seatrial", *arguments]


def environment() -> dict[str, str]:
    return {name: raw for name, raw in os.environ.items() if not name.startswith("SEATRIAL_")}


def seatrial(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), cwd=cwd, env=environment(), capture_output=True, text=True)


def table(folder: Path, name: str) -> str:
    return (folder / name / "table.csv").read_text()


def test_the_table_depends_on_no_worker_and_on_no_kill(folder):
    one = seatrial("sweep", "cross.py", *AXES, "--workers", "1", "--out", "one", "--json", cwd=folder)
    assert one.returncode == 0, one.stderr
    told = json.loads(one.stdout)
    assert told["trials"] == 12
    assert told["sharpe_tests"]["trials"] == 12
    assert (folder / "one" / "best" / "report.html").exists()

    killed = subprocess.Popen(
        command("sweep", "cross.py", *AXES, "--workers", "2", "--out", "two"),
        cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    log = folder / "two" / "trials.jsonl"
    while not (log.exists() and log.read_bytes().count(b"\n") > 3) and killed.poll() is None:
        time.sleep(0.02)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    resumed = seatrial("sweep", "cross.py", *AXES, "--workers", "2", "--resume", "two", cwd=folder)

    assert resumed.returncode == 0, resumed.stderr
    assert table(folder, "one") == table(folder, "two")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--set", "wrong=2:4:1"], 2, "a parameter among after_stop, fast"),
        (["--set", "fast=2:4:1", "--param", "fast=3"], 2, "--param does not fix"),
        (["--set", "fast=2:4:1", "--objective", "luck"], 2, "one of sharpe"),
        (["--set", "fast=4:2:1"], 2, "the lower number first"),
        (["--set", "fast=-3:-1:1"], 1, "none of 3 trials ran"),
        (["--set", "fast=2:4:1", "--data", "nowhere"], 3, "does not exist"),
        (["--set", "fast=2:4:1", "--ray", "127.0.0.1:1"], 3, "no Ray cluster answers there"),
    ],
)
def test_a_search_that_cannot_be_is_refused_in_one_sentence(folder, arguments, code, told):
    ran = seatrial("sweep", "cross.py", "--sessions", "1", "--workers", "1", *arguments, cwd=folder)

    assert ran.returncode == code, ran.stderr
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr
    assert code == 1 or not (folder / "sweeps" / "cross").exists(), "what never tried anything leaves nothing to resume"


@pytest.mark.prove
def test_a_ray_cluster_of_two_nodes_makes_the_same_table(folder):
    """Replay: python -m pytest tests/research/test_sweep_command.py -m prove -n0"""
    cluster_tools = pytest.importorskip("ray.cluster_utils", reason="ray is not installed")
    import ray

    cluster = cluster_tools.Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        cluster.add_node(num_cpus=1)
        cluster.wait_for_nodes()
        there = seatrial("sweep", "cross.py", *AXES, "--ray", cluster.address, "--out", "ray", "--json", cwd=folder)
        assert there.returncode == 0, there.stderr
        told = json.loads(there.stdout)
    finally:
        ray.shutdown()
        cluster.shutdown()
    here = seatrial("sweep", "cross.py", *AXES, "--workers", "1", "--out", "here", cwd=folder)

    assert here.returncode == 0, here.stderr
    assert told["nodes"] == 2
    assert table(folder, "ray") == table(folder, "here")
