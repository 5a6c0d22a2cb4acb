"""What a gate says: one of eight verdicts, with the evidence it rests on.

    FAIL > ERROR > NODATA > STALE > INCONCLUSIVE > PENDING > WAIVED > PASS

The worst of several counts for all of them. Silence is not evidence: nothing at all is NODATA, and only PASS,
or WAIVED where the policy lets a gate be waived, ever promotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self, TypeAlias

from seatrial.domain.faults import EvidenceFault
from seatrial.domain.time import parse_rfc3339, rfc3339

JsonValue: TypeAlias = "str | int | bool | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = "dict[str, JsonValue]"

GATE_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Verdict(StrEnum):
    """How one gate stands, from best to worst."""

    PASS = "PASS"
    WAIVED = "WAIVED"
    PENDING = "PENDING"
    INCONCLUSIVE = "INCONCLUSIVE"
    STALE = "STALE"
    NODATA = "NODATA"
    ERROR = "ERROR"
    FAIL = "FAIL"

    @property
    def rank(self) -> int:
        """0 for PASS to 7 for FAIL; the larger is the worse."""
        return _RANKS[self]


_RANKS = {verdict: rank for rank, verdict in enumerate(Verdict)}


class ClockKind(StrEnum):
    """Whose time the evidence was gathered in: the wall's, or that of a rehearsal."""

    WALL = "wall"
    VIRTUAL = "virtual"


class VenueKind(StrEnum):
    """What stood at the other end: our emulator, a broker's paper account, or real money."""

    EMULATED = "emulated"
    PAPER = "paper"
    LIVE = "live"


def worse(left: Verdict, right: Verdict) -> Verdict:
    """The worse of two; associative, commutative, idempotent, monotone, and PASS changes nothing."""
    return left if left.rank >= right.rank else right


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of all. Of none: NODATA, since nobody said anything."""
    found: Verdict | None = None
    for verdict in verdicts:
        found = verdict if found is None else worse(found, verdict)
    return Verdict.NODATA if found is None else found


@dataclass(frozen=True, slots=True)
class Input:
    """One thing a gate looked at: its name, the digest of its bytes (64 hex characters) and how many there were."""

    name: str
    sha256: str
    size_bytes: int

    def body(self) -> JsonObject:
        """As it stands in an evidence record."""
        return {"name": self.name, "sha256": self.sha256, "bytes": self.size_bytes}

    @classmethod
    def parse(cls, body: JsonValue) -> Self:
        """The inverse of `body`.

        Raises:
            EvidenceFault: a member is missing or of another type.
        """
        match body:
            case {"name": str() as name, "sha256": str() as sha256, "bytes": int() as size_bytes}:
                return cls(name, sha256, size_bytes)
            case _:
                raise EvidenceFault(f"an input names itself, its sha256 and its bytes, was {body!r}")


@dataclass(frozen=True, slots=True)
class GateResult:
    """The verdict of one gate, why, when it was true, and what would supply what is missing.

    `clock` and `venue` say in whose time and against whom the evidence was gathered. `as_of_ns` is the instant the
    verdict was reached, on the clock of the chain it is written to (the wall's, except where a promotion itself is
    rehearsed). `supply` is the command a person would run to supply what is missing; empty when there is nothing to
    do. `params` and `result` hold text, whole numbers and lists of them: evidence knows no floats.
    """

    gate: str
    verdict: Verdict
    reason: str
    as_of_ns: int
    clock: ClockKind
    venue: VenueKind
    inputs: tuple[Input, ...] = ()
    supply: str = ""
    params: Mapping[str, JsonValue] = field(default_factory=dict)
    result: Mapping[str, JsonValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not GATE_NAME.fullmatch(self.gate):
            raise EvidenceFault(f"a gate's name is lower case with underscores, was {self.gate!r}")
        if not self.reason:
            raise EvidenceFault(f"gate {self.gate}: a verdict gives its reason")

    def aged(self, now_ns: int, age_ns_max: int) -> GateResult:
        """The same result seen at `now_ns`: STALE, if it was better and is older than `age_ns_max` or of the future.

        A FAIL does not fade: it stays until somebody supplies a better answer.
        """
        age_ns = now_ns - self.as_of_ns
        if 0 <= age_ns <= age_ns_max or self.verdict.rank >= Verdict.STALE.rank:
            return self
        why = "older than the policy allows" if age_ns > 0 else "of a time that has not come yet"
        return replace(self, verdict=Verdict.STALE, reason=f"{self.verdict} of {rfc3339(self.as_of_ns)} is {why}")

    def body(self) -> JsonObject:
        """The body of a `gate.verdict` record; `clock` and `venue` stand in the record itself."""
        return {
            "gate": self.gate,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "as_of": rfc3339(self.as_of_ns),
            "inputs": [each.body() for each in self.inputs],
            "supply": self.supply,
            "params": dict(self.params),
            "result": dict(self.result),
        }

    @classmethod
    def parse(cls, body: Mapping[str, JsonValue], clock: ClockKind, venue: VenueKind) -> Self:
        """The inverse of `body`; further members, such as `window`, `code` or `seed`, are left alone.

        Raises:
            EvidenceFault: a member is missing, of another type or not one of the accepted words.
        """
        try:
            inputs, params, result = body["inputs"], body["params"], body["result"]
            texts = [body[name] for name in ("gate", "verdict", "reason", "as_of", "supply")]
        except KeyError as missing:
            raise EvidenceFault(f"a gate.verdict record lacks {missing.args[0]!r}") from None
        if not (isinstance(inputs, list) and isinstance(params, dict) and isinstance(result, dict)):
            raise EvidenceFault("a gate.verdict record has a list of inputs and objects params and result")
        gate, verdict, reason, as_of, supply = (str(text) for text in texts)
        try:
            word, as_of_ns = Verdict(verdict), parse_rfc3339(as_of)
        except ValueError as fault:
            raise EvidenceFault(f"gate {gate}: {fault}") from fault
        return cls(
            gate,
            word,
            reason,
            as_of_ns,
            clock,
            venue,
            tuple(Input.parse(each) for each in inputs),
            supply,
            params,
            result,
        )


def missing(gate: str, reason: str, *, supply: str, as_of_ns: int, clock: ClockKind, venue: VenueKind) -> GateResult:
    """NODATA: nobody has supplied this gate's evidence yet. Holds, never passes."""
    return GateResult(gate, Verdict.NODATA, reason, as_of_ns, clock, venue, supply=supply)


def promotes(verdict: Verdict, *, waivable: bool) -> bool:
    """Whether one required gate lets a release through."""
    return verdict is Verdict.PASS or (waivable and verdict is Verdict.WAIVED)
