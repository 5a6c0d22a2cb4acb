"""Three mistakes that lose money, planted on purpose: the simulation must catch each, by the promise it breaks.

A mutant is a change of text on a copy of `src`. Where the text is not there any more, the mutant is stale and
the test says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src"
SEEDS_MAX = 6
SECONDS_MAX = 840  # a mutant of compiled code compiles all that calls it

HUNT = """
import sys, logging, structlog
from seatrial.bootstrap.numba_cache import prepare_compiled_core
prepare_compiled_core()
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
from seatrial.bootstrap.simulation import simulate
from seatrial.domain.faults import InvariantBroken
for seed in range(1, int(sys.argv[1]) + 1):
    try:
        simulate(seed)
    except InvariantBroken as broken:
        print(seed, broken)
        break
"""


@dataclass(frozen=True, slots=True)
class Mutant:
    """`was` becomes `now` in one file; a simulation must break one of `promises`."""

    name: str
    file: str
    was: str
    now: str
    promises: tuple[str, ...]


MUTANTS = [
    Mutant(
        name="an order is sent before the journal has it",
        file="seatrial/services/execution/engine.py",
        was="            await self._make_durable(entries)\n",
        now="            for early in batches:\n"
        "                self._release(early)\n"
        "            await self._make_durable(entries)\n"
        "            return\n",
        promises=("journalled before sent",),
    ),
    Mutant(
        name="a timeout counts as a rejection",
        file="seatrial/services/execution/sender.py",
        was="return Report(at_ns, client_order_id, OrderStatus.UNKNOWN, reason=reason)",
        now="return Report(at_ns, client_order_id, OrderStatus.REJECTED, reason=reason)",
        promises=("timeouts are unknown",),
    ),
    Mutant(
        name="a fill told twice is booked twice",
        file="seatrial/core/machine.py",
        was="                if fact.execution_id in booked:\n                    return None\n",
        now="",
        promises=("no unit lost", "ledger equals venue"),
    ),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to change; of its compiled code only what a change could reach is compiled again."""
    folder = tmp_path_factory.mktemp("mutants")
    shutil.copytree(SRC, folder / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    return folder


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_planted_mistake_is_caught_by_the_promise_it_breaks(tree: Path, mutant: Mutant) -> None:
    file = tree / "src" / mutant.file
    text = file.read_text()
    assert text.count(mutant.was) == 1, "the mutant is stale: the text it replaces is gone, or there twice"
    file.write_text(text.replace(mutant.was, mutant.now))
    try:
        hunt = subprocess.run(
            [sys.executable, "-c", HUNT, str(SEEDS_MAX)],
            env={**os.environ, "PYTHONPATH": str(tree / "src")},
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
        )
    finally:
        file.write_text(text)

    assert hunt.returncode == 0, hunt.stderr[-2_000:]
    assert any(f" {promise}:" in hunt.stdout for promise in mutant.promises), hunt.stdout
    assert "seatrial simulate --seed" in hunt.stdout
