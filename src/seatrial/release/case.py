"""Everything known of one release at one point of a chain: what `advance` decides on, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from seatrial.release.phases import ASIDE, Phase, Transition, stage_of
from seatrial.release.policy import Policy
from seatrial.release.signing import Signature
from seatrial.release.verdict import ClockKind, GateResult, VenueKind, Verdict, missing


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody asked for a step: `halt`, `kill`, `resume`, `reject`, `rollback`, `rolled_back` or `supersede`."""

    kind: str
    owner: str
    at_ns: int


@dataclass(frozen=True, slots=True)
class Case:
    """One release, folded from its records.

    `release` and `policy` are digests. `since_ns` and `since_seq` say when and with which record the phase began;
    `came_from` is where a release that was held, halted or killed goes back to. `soak_since_ns` restarts with every
    change of the overlay. `signatures` holds what people signed: approvals in `approvals`, waivers and break-glass
    in theirs. `clock` is the clock its records are stamped by.
    """

    release: str
    policy: str
    change_class: str
    author: str
    committer: str
    phase: Phase
    since_ns: int
    since_seq: int
    clock: ClockKind = ClockKind.WALL
    tier: int = 0
    came_from: Phase | None = None
    overlay: str = ""
    soak_since_ns: int | None = None
    ready_seq: int = 0
    checkpoint_size: int = 0
    demotions: int = 0
    rollback_target: str | None = None
    verdicts: Mapping[str, GateResult] = field(default_factory=dict)
    approvals: tuple[Signature, ...] = ()
    waivers: tuple[Signature, ...] = ()
    breakglass: tuple[Signature, ...] = ()
    asks: tuple[Ask, ...] = ()

    @property
    def working_phase(self) -> Phase:
        """The phase whose gates count: for a release set aside, the one it came from."""
        return self.came_from if self.phase in ASIDE and self.came_from is not None else self.phase

    @property
    def stage(self) -> str:
        """The stage whose gates count."""
        return stage_of(self.working_phase)


def imported(case: Case) -> dict[str, str | None]:
    """What the chain of the next stage takes over from this one, member by member of its `promotion` record."""
    return {
        "phase": case.phase.value,
        "change_class": case.change_class,
        "author": case.author,
        "committer": case.committer,
        "rollback_target": case.rollback_target,
    }


def standing(case: Case, gate: str, now_ns: int, policy: Policy, stage: str | None = None) -> GateResult:
    """How a gate counts now: where its evidence may come from, its age and a waiver considered."""
    stage = stage or case.stage
    clock, mode = policy.clock, policy.stages[stage].mode
    venue = {"live": VenueKind.LIVE, "paper": VenueKind.PAPER}.get(mode, VenueKind.EMULATED)
    if gate == "break_glass":
        return _broken_glass(case, now_ns, clock, venue)
    result = case.verdicts.get(gate)
    if result is None:
        why, supply = "no verdict has been recorded", f"seatrial gate run {gate}"
        result = missing(gate, why, supply=supply, as_of_ns=now_ns, clock=clock, venue=venue)
    elif not policy.accepts(stage, gate).takes(result):
        why = f"the verdict is of {result.clock} time and a venue {result.venue}, which the policy does not take here"
        result = missing(gate, why, supply=result.supply, as_of_ns=result.as_of_ns, clock=clock, venue=venue)
    else:
        result = result.aged(now_ns, policy.age_ns_max_of(gate))
    if result.verdict is Verdict.PASS or not policy.waivable(gate):
        return result
    waiver = next((each for each in case.waivers if each.gate == gate and each.counts_at(now_ns)), None)
    if waiver is None:
        return result
    why = f"waived by {waiver.owner}; otherwise {result.verdict}: {result.reason}"
    return GateResult(gate, Verdict.WAIVED, why, result.as_of_ns, result.clock, result.venue, result.inputs)


def approvers(case: Case, now_ns: int, policy: Policy, tier: int | None = None) -> tuple[Signature, ...]:
    """The signatures that count now, at most one a person, without those who may not sign."""
    barred = {"author": case.author, "committer": case.committer}
    excluded = {barred[role] for role in policy.approvals.excluded if role in barred}
    counted: dict[str, Signature] = {}
    for each in case.approvals:
        end_ns = each.at_ns + policy.approvals.expires_ns
        if each.tier == tier and each.counts_at(now_ns) and now_ns < end_ns and each.owner not in excluded:
            counted.setdefault(each.owner, each)
    return tuple(counted.values())


def approved(case: Case, now_ns: int, policy: Policy) -> bool:
    """Whether enough distinct people signed, in the roles the policy asks for."""
    signed = approvers(case, now_ns, policy)
    roles = all(sum(role in each.roles for each in signed) >= need for role, need in policy.approvals.roles.items())
    return len(signed) >= policy.approvals.need and roles


def _broken_glass(case: Case, now_ns: int, clock: ClockKind, venue: VenueKind) -> GateResult:
    owners = sorted({each.owner for each in case.breakglass if each.expires_ns is not None and each.counts_at(now_ns)})
    verdict = Verdict.PASS if len(owners) >= 2 else Verdict.NODATA
    why = f"signed by {', '.join(owners) or 'nobody'}; two people with a reason and an expiry are needed"
    return GateResult("break_glass", verdict, why, now_ns, clock, venue, supply="seatrial promote --break-glass")


def after(case: Case, step: Transition, at_ns: int, seq: int) -> Case:
    """The case once a step is written: what was asked is answered, what no longer holds is gone."""
    end = step.end
    back = case.working_phase if end in ASIDE else None
    returned = case.phase in ASIDE and end is case.came_from
    gone = end in {Phase.STG_SOAKING, Phase.STG_READY, Phase.STG_DEPLOYING} and not returned
    return replace(
        case,
        phase=end,
        tier=step.tier,
        since_ns=at_ns,
        since_seq=seq,
        came_from=back,
        asks=tuple(ask for ask in case.asks if ask.at_ns > step.at_ns),
        approvals=() if gone else case.approvals,
        soak_since_ns=at_ns if end is Phase.STG_SOAKING and case.phase is Phase.STG_DEPLOYING else case.soak_since_ns,
        ready_seq=seq if end is Phase.STG_READY else case.ready_seq,
        demotions=case.demotions + (step.reason == "demoted"),
    )
