"""Bad days of the whole system, by seed: faults, crashes at any step, and every promise counted at the end."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from seatrial.bootstrap.simulation import simulate, simulate_many
from seatrial.domain.faults import InvariantBroken
from seatrial.runs.simulation.driver import SimulationResult

SEEDS = range(101, 109)

TELL = """
from seatrial.bootstrap.numba_cache import prepare_compiled_core
prepare_compiled_core()
from seatrial.bootstrap.simulation import simulate
print(simulate(7, minutes=6).digest)
"""


@pytest.mark.parametrize("seed", SEEDS)
def test_every_promise_holds_on_a_bad_day(seed: int) -> None:
    result = simulate(seed)
    assert result.orders > 20
    assert result.fills > 20


def test_the_same_seed_is_the_same_day_also_in_another_process() -> None:
    here = [simulate(7, minutes=6) for _ in range(2)]
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    there = subprocess.run(
        [sys.executable, "-c", TELL], env=environment, capture_output=True, text=True, timeout=250, check=True
    )
    assert here[0] == here[1]
    assert there.stdout.split()[-1] == here[0].digest


def test_other_seeds_are_other_days() -> None:
    assert simulate(7, minutes=6).digest != simulate(8, minutes=6).digest


def test_a_failing_seed_says_how_to_replay_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise InvariantBroken("no unit lost", "planted")

    monkeypatch.setattr("seatrial.runs.simulation.invariants.check_units", broken)
    outcomes: list[SimulationResult | InvariantBroken] = []
    (outcome,) = simulate_many(42, 1, outcomes.append, minutes=4)
    assert isinstance(outcome, InvariantBroken)
    assert outcome.promise == "no unit lost"
    assert str(outcome).endswith("seatrial simulate --seed 42")
    assert outcomes == [outcome]
