"""No strategy of the release knows the future, and none remembers where it was started. One rule for both gates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.release.gates.asked import Asked, several
from seatrial.release.verdict import GateResult


@dataclass(frozen=True, slots=True)
class BiasSeen:
    """What a detector said of one strategy: CLEAN, BIASED, INCONCLUSIVE, or ERROR where it did not run."""

    strategy: str
    verdict: str
    reason: str
    runs: int


def evaluate(seen: Sequence[BiasSeen], asked: Asked) -> GateResult:
    """FAIL for one that is biased; what could not be looked for is INCONCLUSIVE, never clean."""
    if not seen:
        return asked.lacks("no strategy of this release was looked at")
    for word, answer in (("BIASED", asked.fails), ("ERROR", asked.breaks), ("INCONCLUSIVE", asked.doubts)):
        found = [each for each in seen if each.verdict == word]
        if found:
            return answer(several([f"{each.strategy}: {each.reason}" for each in found], 2))
    if any(each.verdict != "CLEAN" for each in seen):
        return asked.breaks("the measurement holds a word that is not known")
    return asked.passes(f"{several([each.strategy for each in seen])}: clean in {sum(each.runs for each in seen)} runs")
