"""Where a release stands on its way, and the one step that takes it on.

DRAFT -seal-> SEALED -> DEV_CHECKS -> STG_DEPLOYING -> STG_SOAKING -> STG_READY -> AWAIT_APPROVAL -> COOLING_OFF
   -> PROD_ARMING (orders disabled) -> PROD_TIER[0..n] -> PROD_FULL -> SUPERSEDED
aside: HELD, REJECTED, HALTED, KILLED, ROLLING_BACK -> ROLLED_BACK; a demotion is a step to a lower PROD_TIER
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from seatrial.domain.faults import EvidenceFault
from seatrial.domain.time import parse_rfc3339, rfc3339
from seatrial.release.verdict import JsonObject, JsonValue


class Phase(StrEnum):
    """One state of a release."""

    DRAFT = "DRAFT"
    SEALED = "SEALED"
    DEV_CHECKS = "DEV_CHECKS"
    STG_DEPLOYING = "STG_DEPLOYING"
    STG_SOAKING = "STG_SOAKING"
    STG_READY = "STG_READY"
    AWAIT_APPROVAL = "AWAIT_APPROVAL"
    COOLING_OFF = "COOLING_OFF"
    PROD_ARMING = "PROD_ARMING"
    PROD_TIER = "PROD_TIER"
    PROD_FULL = "PROD_FULL"
    SUPERSEDED = "SUPERSEDED"
    HELD = "HELD"
    REJECTED = "REJECTED"
    HALTED = "HALTED"
    KILLED = "KILLED"
    ROLLING_BACK = "ROLLING_BACK"
    ROLLED_BACK = "ROLLED_BACK"


FINAL = frozenset({Phase.SUPERSEDED, Phase.REJECTED, Phase.ROLLED_BACK})
DEV = frozenset({Phase.SEALED, Phase.DEV_CHECKS})
SOAKED = frozenset({Phase.STG_READY, Phase.AWAIT_APPROVAL, Phase.COOLING_OFF})
WATCHED = frozenset({Phase.STG_SOAKING}) | SOAKED
STAGING = frozenset({Phase.STG_DEPLOYING}) | WATCHED
TRADING = frozenset({Phase.PROD_TIER, Phase.PROD_FULL})
PROD = frozenset({Phase.PROD_ARMING, Phase.ROLLING_BACK}) | TRADING
ASIDE = frozenset({Phase.HELD, Phase.HALTED, Phase.KILLED})
APPROVING = frozenset({Phase.AWAIT_APPROVAL, Phase.COOLING_OFF})


def stage_of(phase: Phase) -> str:
    """Whose gates count in this phase. For a phase aside ask with the phase it came from."""
    if phase in PROD | {Phase.SUPERSEDED, Phase.ROLLED_BACK}:
        return "prod"
    return "staging" if phase in STAGING else "dev"


@dataclass(frozen=True, slots=True)
class Transition:
    """One step: from where to where, why, which gates said so, and at what instant it was decided.

    `tier` is the index of the capital tier after the step; 0 before prod. `mode` is the mode of the stage the step
    leads to, so that `live` can be searched for.
    """

    start: Phase
    end: Phase
    tier: int
    reason: str
    gates: tuple[str, ...]
    mode: str
    at_ns: int

    def body(self) -> JsonObject:
        """The body of a `transition` record."""
        return {
            "from": self.start.value,
            "to": self.end.value,
            "tier": self.tier,
            "reason": self.reason,
            "gates": list(self.gates),
            "mode": self.mode,
            "at": rfc3339(self.at_ns),
        }

    @classmethod
    def parse(cls, body: Mapping[str, JsonValue]) -> Self:
        """The inverse of `body`.

        Raises:
            EvidenceFault: it is no transition.
        """
        match dict(body):
            case {
                "from": str() as start,
                "to": str() as end,
                "tier": int() as tier,
                "reason": str() as reason,
                "gates": list() as gates,
                "mode": str() as mode,
                "at": str() as at,
                **rest,
            } if not rest:
                try:
                    names = tuple(str(gate) for gate in gates)
                    return cls(Phase(start), Phase(end), tier, reason, names, mode, parse_rfc3339(at))
                except ValueError as fault:
                    raise EvidenceFault(f"not a transition: {fault}") from fault
            case _:
                raise EvidenceFault("a transition says from, to, tier, reason, gates, mode and at")
