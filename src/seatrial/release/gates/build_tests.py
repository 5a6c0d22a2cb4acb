"""The project's own tests passed, on exactly this release."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.release.gates.asked import Asked
from seatrial.release.verdict import GateResult


@dataclass(frozen=True, slots=True)
class TestsRun:
    """One run of the test command. `same_before` and `same_after`: the tree was the sealed release then."""

    command: str
    exit_code: int | None  # None: it could not be started
    passed: int | None  # None: the output does not say
    failed: int | None
    same_before: bool
    same_after: bool
    told: str = ""  # why it could not be started


def evaluate(run: TestsRun | None, asked: Asked) -> GateResult:
    """FAIL on any other exit code than 0; ERROR where the run does not speak of this release."""
    if run is None:
        return asked.lacks("the tests have not run on this release")
    if not run.same_before or not run.same_after:
        when = "before" if not run.same_before else "while"
        return asked.breaks(f"the tree was edited {when} the tests ran: seal what is there now")
    if run.exit_code is None:
        return asked.breaks(f"{run.command!r} could not be run: {run.told}")
    counts = _counts(run)
    if run.exit_code != 0:
        return asked.fails(f"{run.command!r} ended with exit code {run.exit_code}{counts}")
    if run.passed == 0:
        return asked.doubts(f"{run.command!r} ran not one test")
    return asked.passes(f"{run.command!r} passed{counts}")


def _counts(run: TestsRun) -> str:
    if run.passed is None:
        return ""
    return f": {run.passed:,} passed" + (f", {run.failed:,} failed" if run.failed else "")
