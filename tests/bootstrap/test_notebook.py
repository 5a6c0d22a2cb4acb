"""`import seatrial` in a notebook: light to import, and the same backtest as the command's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import seatrial
from seatrial.cli.backtest import backtest as command
from seatrial.domain.faults import RequestFault
from seatrial.strategy import SMA, CompiledStrategy

FILE = """
from seatrial.strategy import SMA, CompiledStrategy

class Rising(CompiledStrategy, says="weight"):
    symbols = ("AAPL",)
    length = 12
    weight = 0.03

    def indicators(self):
        return {"average": SMA(self.length)}

    @staticmethod
    def decide(now, own, memory):
        return own.weight if now.close > now.average else 0.0
"""


class Rising(CompiledStrategy, says="weight"):
    """Holds what is above its average."""

    symbols = ("AAPL",)
    length = 12
    weight = 0.03

    def indicators(self) -> dict[str, object]:
        return {"average": SMA(self.length)}

    @staticmethod
    def decide(now, own, memory):
        return own.weight if now.close > now.average else 0.0


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, seatrial; print([n for n in ('numba', 'numpy', 'duckdb', 'starlette') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_class_in_a_notebook_and_its_file_at_the_command_have_one_outcome(tmp_path: Path) -> None:
    path = tmp_path / "rising.py"
    path.write_text(FILE)

    result = seatrial.backtest(Rising, sessions=2)
    said = CliRunner().invoke(command, [str(path), "--sessions", "2", "--json", "--out", str(tmp_path / "out")])

    assert said.exit_code == 0, said.output
    told = json.loads(said.stdout.strip().splitlines()[-1])
    assert len(result.run.fills) > 0
    assert told["outcome_fingerprint"] == result.run.outcome_fingerprint
    assert seatrial.backtest(path, sessions=2, one_by_one=True).run.outcome_fingerprint == told["outcome_fingerprint"]
    assert result.stats["fills"] == told["fills"]


def test_a_result_has_frames_a_plot_and_a_page(tmp_path: Path) -> None:
    result = seatrial.backtest(Rising, sessions=1, length=5)

    assert len(result.to_frame()) == result.run.bars
    assert len(result.to_frame("fills")) == len(result.run.fills)
    assert "<svg" in result.plot().html
    assert result.report(tmp_path / "page.html").read_text().startswith("<!")
    assert "Rising" in repr(result)
    with pytest.raises(RequestFault, match="equity, fills, trades"):
        result.to_frame("everything")


def test_what_is_not_accepted_is_named() -> None:
    with pytest.raises(RequestFault, match="length"):
        seatrial.backtest(Rising, sessions=1, lenght=5)
    with pytest.raises(RequestFault, match="length"):
        seatrial.backtest(Rising, sessions=1, length="five")
    with pytest.raises(RequestFault, match="strategy"):
        seatrial.backtest(dict, sessions=1)
    with pytest.raises(RequestFault, match="data"):
        seatrial.backtest(Rising, data=[1, 2])
    with pytest.raises(AttributeError):
        seatrial.nothing_of_the_kind  # noqa: B018


def test_bars_that_were_loaded_can_be_run_on(recorded_data: Path) -> None:
    bars = seatrial.load_bars(recorded_data, "AAPL")

    loaded = seatrial.backtest(Rising, data=bars, sessions=2).run
    read = seatrial.backtest(Rising, data=recorded_data, sessions=2).run

    assert loaded.outcome_fingerprint == read.outcome_fingerprint
