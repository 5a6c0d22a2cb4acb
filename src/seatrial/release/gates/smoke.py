"""The smoke check passed several times in a row, the last of them just now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.release.gates.asked import Asked, several
from seatrial.release.verdict import GateResult

SUCCESSES_MIN = 3


@dataclass(frozen=True, slots=True)
class SmokeRun:
    """One pass over every check. `at_ns` is wall time."""

    at_ns: int
    failed: tuple[str, ...]  # names of checks
    checks: int
    skipped: tuple[str, ...] = ()


def evaluate(runs: Sequence[SmokeRun], asked: Asked, *, successes_min: int = SUCCESSES_MIN) -> GateResult:
    """`runs` of this release, oldest first. One failure starts the count again."""
    if not runs:
        return asked.lacks("the smoke check has not run on this release")
    last = runs[-1]
    if last.failed:
        return asked.fails(f"the last of {len(runs)} runs failed: {several(last.failed)}", failed=list(last.failed))
    in_a_row = 0
    for run in reversed(runs):
        if run.failed:
            break
        in_a_row += 1
    told = f"{in_a_row} of {successes_min} runs in a row passed"
    if last.skipped:
        told += f" (without {several(last.skipped)})"
    if in_a_row < successes_min:
        return asked.waits(told, in_a_row=in_a_row)
    return asked.passes(f"{in_a_row} runs of {last.checks} checks in a row passed", in_a_row=in_a_row)
