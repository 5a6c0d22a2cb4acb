"""What a release has to prove, stage by stage: the checked form of a policy file.

The digest is taken of the whole document in canonical JSON, so an approval for one policy means nothing under
another. A policy that takes virtual time or emulated venues for proof has no stage in mode live: it cannot even be
built, so nothing it promotes can ever be armed with real money.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from seatrial.domain.faults import BadSetting
from seatrial.domain.time import DAY_NS, MINUTE_NS
from seatrial.release.canonical import canonical, sha256_of
from seatrial.release.catalogue import NEVER_WAIVABLE, TIMELESS
from seatrial.release.policy_shape import check_shape, duration_ns
from seatrial.release.verdict import ClockKind, GateResult, JsonObject, VenueKind

API_VERSION = "promote/v1"
_VENUES_OF_MODE = {"live": {"live"}, "paper": {"paper"}}


@dataclass(frozen=True, slots=True)
class Accepted:
    """Which clocks and venues count as evidence."""

    clocks: frozenset[ClockKind]
    venues: frozenset[VenueKind]

    def takes(self, result: GateResult) -> bool:
        """Whether a result was gathered where it counts."""
        return result.clock in self.clocks and result.venue in self.venues


@dataclass(frozen=True, slots=True)
class StageRules:
    """The gates of one stage: to enter it, while in it, to leave it."""

    mode: str
    entry: tuple[str, ...]
    continuous: tuple[str, ...]
    exit: tuple[str, ...]
    accepts: Accepted


@dataclass(frozen=True, slots=True)
class ApprovalRules:
    """How many distinct people sign, in which roles, who may not, and for how long a signature counts."""

    need: int
    roles: Mapping[str, int]
    excluded: tuple[str, ...]
    expires_ns: int


@dataclass(frozen=True, slots=True)
class ChangeClass:
    """What a kind of change has to soak, and the highest tier it may reach (None: all of them)."""

    soak_wall_ns: int
    soak_sessions: int
    requires: tuple[str, ...]
    max_tier: str | None


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of the capital ramp; `capital` is a fraction of the account as decimal text."""

    name: str
    capital: str
    approvals: int


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy. `clock` is the clock its durations are counted on; `capital_max` caps every tier."""

    name: str
    digest: str
    document: JsonObject
    clock: ClockKind
    capital_max: str
    stages: Mapping[str, StageRules]
    classes: Mapping[str, ChangeClass]
    approvals: ApprovalRules
    cooling_off_ns: int
    tiers: tuple[Tier, ...]
    age_ns_max: int
    hold_grace_ns: int
    demotions_max: int

    @classmethod
    def of(cls, document: JsonObject) -> Self:
        """Build the policy of a document whose references are resolved and whose fractions are text.

        Raises:
            UnknownSetting, BadSetting: names the key, and what is accepted.
        """
        check_shape(document)
        tree: dict[str, Any] = document
        if tree.get("apiVersion") != API_VERSION or tree.get("kind") != "PromotionPolicy":
            raise BadSetting(f"apiVersion, kind: accepted is {API_VERSION}, PromotionPolicy")
        gone = [key for key in ("name", "stages", "gates", "change_classes", "ramp") if key not in tree]
        if gone or set(tree["stages"]) != {"dev", "staging", "prod"}:
            raise BadSetting(
                f"a policy has name, stages dev, staging, prod, gates, change_classes and ramp; not {gone}"
            )
        defaults = tree.get("defaults", {})
        policy = cls(
            name=tree["name"],
            digest=sha256_of(canonical(document)),
            document=document,
            clock=ClockKind(tree.get("clock", "wall")),
            capital_max=str(tree.get("capital_max", "1")),
            stages={name: _stage(stage) for name, stage in tree["stages"].items()},
            classes={name: _change_class(each) for name, each in tree["change_classes"].items()},
            approvals=_approvals(tree["gates"].get("approvals", {})),
            cooling_off_ns=duration_ns(tree["gates"].get("cooling_off", {}).get("for", "24h")),
            tiers=tuple(_tier(each) for each in tree["ramp"].get("tiers", ())),
            age_ns_max=duration_ns(defaults["max_age"]) if "max_age" in defaults else DAY_NS,
            hold_grace_ns=duration_ns(defaults["hold_grace"]) if "hold_grace" in defaults else 15 * MINUTE_NS,
            demotions_max=tree["ramp"].get("hysteresis", {}).get("max_demotions", 2),
        )
        policy._check_promises()
        return policy

    @property
    def arms_live(self) -> bool:
        """Whether a release promoted under this policy can reach real money."""
        return self.stages["prod"].mode == "live"

    def waivable(self, gate: str) -> bool:
        """Whether a signed waiver may stand in for this gate."""
        return gate not in NEVER_WAIVABLE and bool(self._gate(gate).get("waivable", True))

    def observed(self, gate: str) -> bool:
        """Whether the gate is only looked at: it reports and blocks nothing."""
        return bool(self._gate(gate).get("observe", False))

    def age_ns_max_of(self, gate: str) -> int:
        """How old this gate's verdict may be."""
        return duration_ns(self._gate(gate)["max_age"]) if "max_age" in self._gate(gate) else self.age_ns_max

    def accepts(self, stage: str, gate: str) -> Accepted:
        """Where this gate's evidence may come from in this stage."""
        at_stage = self.stages[stage].accepts
        return _accepted(self._gate(gate).get("accepts", {}), at_stage)

    def tier_max(self, change_class: str) -> int:
        """The index of the highest tier a change of this class may reach; the last for an unbounded one."""
        name = self.classes[change_class].max_tier
        names = [tier.name for tier in self.tiers]
        return names.index(name) if name in names else len(names) - 1

    def _gate(self, gate: str) -> dict[str, Any]:
        gates: Any = self.document["gates"]
        return dict(gates.get(gate, {}))

    def _check_promises(self) -> None:
        """What holds for every policy, whatever it says."""
        if not self.tiers:
            raise BadSetting("ramp.tiers: accepted is at least one tier")
        names = [tier.name for tier in self.tiers]
        for name, each in self.classes.items():
            if each.max_tier not in {None, *names}:
                raise BadSetting(f"change_classes.{name}.max_tier: accepted is one of {', '.join(names)}")
        for tier in self.tiers:
            if not 0 < Decimal(tier.capital) <= Decimal(self.capital_max) <= 1:
                raise BadSetting(f"ramp.tiers.{tier.name}.capital: accepted is above 0 and at most {self.capital_max}")
        gates: Any = self.document["gates"]
        for gate in NEVER_WAIVABLE:
            if gates.get(gate, {}).get("waivable") is True:
                raise BadSetting(f"gates.{gate}.waivable: accepted is false, nobody may waive it")
        live = [name for name, stage in self.stages.items() if stage.mode == "live"]
        if live and live != ["prod"]:
            raise BadSetting(f"stages.{live[0]}.mode: only prod may be live")
        if live:
            self._check_live(gates)

    def _check_live(self, gates: dict[str, Any]) -> None:
        """Real money is reached by wall time, paper accounts and people only."""
        if self.clock is not ClockKind.WALL:
            raise BadSetting("clock: a policy on virtual time has no stage in mode live")
        for name, venue in (("staging", VenueKind.PAPER), ("prod", VenueKind.LIVE)):
            if self.stages[name].accepts != Accepted(frozenset({ClockKind.WALL}), frozenset({venue})):
                raise BadSetting(f"stages.{name}.accepts: before mode live it is the wall clock and venue {venue} only")
        loose = [gate for gate in sorted(gates) if "accepts" in gates[gate] and gate not in TIMELESS]
        if loose:
            raise BadSetting(
                f"gates.{loose[0]}.accepts: in a policy with mode live only {', '.join(TIMELESS)} may say it"
            )


def _accepted(words: Mapping[str, Any], otherwise: Accepted) -> Accepted:
    return Accepted(
        frozenset(ClockKind(word) for word in words["clocks"]) if "clocks" in words else otherwise.clocks,
        frozenset(VenueKind(word) for word in words["venues"]) if "venues" in words else otherwise.venues,
    )


def _stage(stage: Mapping[str, Any]) -> StageRules:
    mode = stage.get("mode", "sim")
    venues = frozenset(VenueKind(word) for word in _VENUES_OF_MODE.get(mode, {"emulated", "paper"}))
    left = stage.get("exit", [])
    return StageRules(
        mode,
        tuple(stage.get("entry", ())),
        tuple(stage.get("continuous", ())),
        tuple(left.get("all_of", ()) if isinstance(left, dict) else left),
        _accepted(stage.get("accepts", {}), Accepted(frozenset({ClockKind.WALL}), venues)),
    )


def _change_class(each: Mapping[str, Any]) -> ChangeClass:
    soak = each.get("soak", {})
    wall_ns = duration_ns(soak.get("wall", "48h"))
    return ChangeClass(wall_ns, soak.get("sessions", 10), tuple(each.get("requires", ())), each.get("max_tier"))


def _approvals(each: Mapping[str, Any]) -> ApprovalRules:
    excluded = tuple(each.get("not", ("author", "committer")))
    return ApprovalRules(each.get("need", 2), each.get("roles", {}), excluded, duration_ns(each.get("expires", "72h")))


def _tier(each: Mapping[str, Any]) -> Tier:
    return Tier(str(each.get("tier", "")), str(each.get("capital", "0")), each.get("approvals", 0))
