"""One question to one gate: at which moment, on whose clock, against which venue; and the words to answer it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seatrial.release.verdict import ClockKind, GateResult, Input, JsonValue, VenueKind, Verdict


@dataclass(frozen=True, slots=True)
class Asked:
    """`supply` is the command that would change the answer; `as_of_ns` the moment the evidence speaks of."""

    gate: str
    as_of_ns: int
    clock: ClockKind
    venue: VenueKind
    supply: str
    inputs: tuple[Input, ...] = ()
    params: Mapping[str, JsonValue] = field(default_factory=dict)

    def passes(self, reason: str, **result: JsonValue) -> GateResult:
        """Shown to be so."""
        return self._answer(Verdict.PASS, reason, result)

    def fails(self, reason: str, **result: JsonValue) -> GateResult:
        """Shown not to be so."""
        return self._answer(Verdict.FAIL, reason, result)

    def waits(self, reason: str, **result: JsonValue) -> GateResult:
        """On the way: more of the same evidence is needed."""
        return self._answer(Verdict.PENDING, reason, result)

    def lacks(self, reason: str, **result: JsonValue) -> GateResult:
        """Nobody has said anything yet."""
        return self._answer(Verdict.NODATA, reason, result)

    def doubts(self, reason: str, **result: JsonValue) -> GateResult:
        """Measured, and it says neither yes nor no."""
        return self._answer(Verdict.INCONCLUSIVE, reason, result)

    def breaks(self, reason: str, **result: JsonValue) -> GateResult:
        """The question itself could not be asked."""
        return self._answer(Verdict.ERROR, reason, result)

    def _answer(self, verdict: Verdict, reason: str, result: Mapping[str, JsonValue]) -> GateResult:
        return GateResult(
            self.gate,
            verdict,
            reason,
            self.as_of_ns,
            self.clock,
            self.venue,
            self.inputs,
            "" if verdict is Verdict.PASS else self.supply,
            self.params,
            result,
        )


def several(names: list[str] | tuple[str, ...], shown_max: int = 5) -> str:
    """A list for a sentence, cut where it grows long."""
    more = len(names) - shown_max
    return ", ".join(names[:shown_max]) + (f" and {more} more" if more > 0 else "")
