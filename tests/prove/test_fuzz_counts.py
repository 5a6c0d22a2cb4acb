"""More than a hundred thousand inputs at the doors of the emulated venues and at the parsers of our adapters."""

from __future__ import annotations

import pytest
from tests.fuzz.targets import TARGETS
from tests.prove.proof import Prove

RUN = 1_500  # inputs to one venue; a run that finds something is replayed by its seed
PARTS = 2
RUNS = {"alpaca": 14, "binance": 14, "wire": 20}
MORE_INPUTS = {"wire": 2_000}

pytestmark = [pytest.mark.prove, pytest.mark.timeout(3600)]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("target", TARGETS)
def test_no_input_breaks_a_venue_or_a_parser(target: str, part: int, prove: Prove) -> None:
    inputs = MORE_INPUTS.get(target, RUN)
    first = 1 + part * RUNS[target]
    prove(
        f"fuzzing: {target}, seeds {first} to {first + RUNS[target] - 1}",
        count=f"{RUNS[target] * inputs:,} inputs",
        figure="no crash, no 5xx, no wrong state",
        command=f"python -m tests.fuzz {target} --seed SEED --inputs {inputs}",
    )
    for seed in range(first, first + RUNS[target]):
        TARGETS[target](seed, inputs)
