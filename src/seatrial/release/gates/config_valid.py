"""The configuration of every stage loads, and every strategy with it."""

from __future__ import annotations

from collections.abc import Mapping

from seatrial.release.gates.asked import Asked, several
from seatrial.release.verdict import GateResult


def evaluate(faults: Mapping[str, str], asked: Asked) -> GateResult:
    """`faults` has an entry for each thing that was loaded: what is wrong with it, empty where nothing is."""
    if not faults:
        return asked.lacks("nothing was loaded")
    wrong = {name: fault for name, fault in sorted(faults.items()) if fault}
    if wrong:
        first = next(iter(wrong.items()))
        return asked.fails(f"{several(list(wrong))} refused: {first[1]}", faults=dict(wrong))
    return asked.passes(f"{several(sorted(faults))} load without a fault")
