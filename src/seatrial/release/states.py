"""The machine that moves a release: `advance(case, now, policy)`, a pure function anybody can run again.

It answers the one step that is due, or None. Nothing here promotes by itself for lack of news: a gate without a
verdict, with an error, too old, undecided or pending lets nothing through. Only people take a release out of HELD,
HALTED and KILLED. Whoever calls writes the step as a record before acting on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from seatrial.domain.faults import EvidenceFault
from seatrial.release.case import Case, approved, approvers, standing
from seatrial.release.phases import (
    ASIDE,
    DEV,
    FINAL,
    PROD,
    SOAKED,
    STAGING,
    TRADING,
    WATCHED,
    Phase,
    Transition,
    stage_of,
)
from seatrial.release.policy import Policy
from seatrial.release.verdict import GateResult, Verdict, promotes

RESUME_SIGNATURES = {Phase.HELD: 1, Phase.HALTED: 1, Phase.KILLED: 2}
HALTING = frozenset({"reconciliation", "risk_limits", "credential_guard", "egress_guard"})
KILLING = frozenset({"fleet_digest"})


def advance(case: Case, now_ns: int, policy: Policy) -> Transition | None:
    """The one step that is due at `now_ns`; None where the release stays.

    Raises:
        EvidenceFault: the release was sealed under another policy, or on another clock than the policy counts on.
    """
    if case.clock is not policy.clock:
        raise EvidenceFault(
            f"the policy {policy.name} counts on the {policy.clock} clock, the chain on the {case.clock} one"
        )
    if case.policy != policy.digest:
        raise EvidenceFault(
            f"the release was sealed under policy {case.policy[:19]}, not {policy.digest[:19]}: seal again"
        )
    if case.phase in FINAL or case.phase is Phase.DRAFT:
        return None
    for rule in (_asked, _alarmed, _resumed, _doubted, _restarted, _forward):
        step = rule(case, now_ns, policy)
        if step is not None:
            return step
    return None


def blocking(case: Case, now_ns: int, policy: Policy) -> tuple[GateResult, ...]:
    """Every required gate that does not let the release take its next step, each with what would supply it."""
    names = required(case, policy)
    found = [standing(case, gate, now_ns, policy) for gate in names if not policy.observed(gate)]
    return tuple(each for each in found if not promotes(each.verdict, waivable=policy.waivable(each.gate)))


def required(case: Case, policy: Policy) -> tuple[str, ...]:
    """The gates the next step of this release needs, without repeats."""
    phase, rules = case.working_phase, policy.stages[case.stage]
    match phase:
        case Phase.STG_DEPLOYING:
            names = rules.entry
        case Phase.STG_SOAKING | Phase.STG_READY | Phase.AWAIT_APPROVAL | Phase.COOLING_OFF:
            names = (*rules.continuous, *rules.exit, *policy.classes[case.change_class].requires)
        case Phase.PROD_ARMING:
            names = (*rules.entry, *rules.continuous)
        case Phase.PROD_TIER:
            names = (*rules.continuous, "ramp")
        case Phase.PROD_FULL | Phase.ROLLING_BACK:
            names = rules.continuous
        case _:
            names = (*rules.entry, *rules.continuous, *rules.exit)
    return tuple(dict.fromkeys(names))


def _step(case: Case, end: Phase, reason: str, now_ns: int, policy: Policy, **more: object) -> Transition:
    gates, tier = more.get("gates", ()), more.get("tier", case.tier)
    assert isinstance(gates, Iterable) and isinstance(tier, int)
    stage = case.stage if end in ASIDE | FINAL else stage_of(end)
    mode = policy.stages[stage].mode
    assert mode != "live" or policy.arms_live
    return Transition(case.phase, end, tier, reason, tuple(str(gate) for gate in gates), mode, now_ns)


def _asked(case: Case, now_ns: int, policy: Policy) -> Transition | None:
    """People may stop a release at any time, and the gravest request goes first."""
    kinds = {ask.kind for ask in case.asks if ask.at_ns <= now_ns}
    working = case.working_phase
    if "kill" in kinds and working in STAGING | PROD and case.phase is not Phase.KILLED:
        return _step(case, Phase.KILLED, "kill_asked", now_ns, policy)
    if case.phase is Phase.KILLED:
        return None
    if "rolled_back" in kinds and working is Phase.ROLLING_BACK:
        return _step(case, Phase.ROLLED_BACK, "rolled_back", now_ns, policy)
    if "halt" in kinds and working in STAGING | PROD and case.phase is not Phase.HALTED:
        return _step(case, Phase.HALTED, "halt_asked", now_ns, policy)
    if "reject" in kinds and working in DEV | STAGING:
        return _step(case, Phase.REJECTED, "reject_asked", now_ns, policy)
    if "rollback" in kinds and working in PROD - {Phase.ROLLING_BACK}:
        return _rolled(case, now_ns, policy, "rollback_asked", ())
    if "supersede" in kinds and case.phase is Phase.PROD_FULL:
        return _step(case, Phase.SUPERSEDED, "superseded", now_ns, policy)
    return None


def _alarmed(case: Case, now_ns: int, policy: Policy) -> Transition | None:
    """A FAIL of a continuous gate: the end before prod, a halt, a kill, a lower tier or the way back in prod."""
    working = case.working_phase
    if case.phase in {Phase.HALTED, Phase.KILLED} or working not in WATCHED | TRADING | {Phase.PROD_ARMING}:
        return None
    failed = [each for each in _continuous(case, now_ns, policy) if each.verdict is Verdict.FAIL]
    names = tuple(each.gate for each in failed)
    if not failed:
        return None
    if working in WATCHED:
        return _step(case, Phase.REJECTED, "gate_failed", now_ns, policy, gates=names)
    if KILLING & set(names):
        return _step(case, Phase.KILLED, "gate_failed", now_ns, policy, gates=names)
    if HALTING & set(names) or working is Phase.PROD_ARMING:
        return _step(case, Phase.HALTED, "gate_failed", now_ns, policy, gates=names)
    if names == ("divergence_live",):
        if case.phase is Phase.HELD or failed[0].as_of_ns <= case.since_ns:
            return None  # a person decides, or the tier below has already been taken for this one
        if case.tier > 0 and case.demotions < policy.demotions_max:
            return _step(case, Phase.PROD_TIER, "demoted", now_ns, policy, gates=names, tier=case.tier - 1)
    return _rolled(case, now_ns, policy, "gate_failed", names)


def _rolled(case: Case, now_ns: int, policy: Policy, reason: str, gates: Sequence[str]) -> Transition | None:
    """Back to a proven release if one was declared; otherwise halt, and never swap blindly."""
    if case.rollback_target is not None:
        return _step(case, Phase.ROLLING_BACK, reason, now_ns, policy, gates=gates)
    if case.phase is Phase.HALTED:
        return None
    return _step(case, Phase.HALTED, "no_rollback_target", now_ns, policy, gates=gates)


def _resumed(case: Case, now_ns: int, policy: Policy) -> Transition | None:
    """People take a release out of HELD, HALTED or KILLED, and only once its continuous gates are not in doubt."""
    if case.phase not in ASIDE:
        return None
    asks = [ask for ask in case.asks if ask.kind == "resume" and case.since_ns < ask.at_ns <= now_ns]
    if len({ask.owner for ask in asks}) < RESUME_SIGNATURES[case.phase]:
        return None
    working = case.working_phase
    if working in WATCHED | TRADING and _doubts(case, now_ns, policy):
        return None
    rearmed = case.phase is Phase.KILLED and working in TRADING | {Phase.PROD_ARMING}
    back = Phase.PROD_ARMING if rearmed else working
    return _step(case, back, "resumed", now_ns, policy, tier=0 if back is Phase.PROD_ARMING else case.tier)


def _doubted(case: Case, now_ns: int, policy: Policy) -> Transition | None:
    """A continuous gate that neither passes nor fails holds the release until a person has looked."""
    if case.phase not in WATCHED | TRADING:
        return None
    doubts = _doubts(case, now_ns, policy)
    return _step(case, Phase.HELD, "gate_in_doubt", now_ns, policy, gates=doubts) if doubts else None


def _doubts(case: Case, now_ns: int, policy: Policy) -> list[str]:
    """Continuous gates to hold for. One that has not spoken yet has `hold_grace` from the start of the phase."""
    early = now_ns - case.since_ns < policy.hold_grace_ns and case.phase not in ASIDE
    return [
        each.gate
        for each in _continuous(case, now_ns, policy)
        if each.verdict not in {Verdict.PASS, Verdict.PENDING, Verdict.WAIVED}
        and not (early and each.gate not in case.verdicts)
    ]


def _continuous(case: Case, now_ns: int, policy: Policy) -> list[GateResult]:
    names = [gate for gate in policy.stages[case.stage].continuous if not policy.observed(gate)]
    return [standing(case, gate, now_ns, policy) for gate in names]


def _restarted(case: Case, now_ns: int, policy: Policy) -> Transition | None:
    """A changed overlay starts the soak again; a failed exit gate sends back whoever waits for people or time."""
    if case.phase not in SOAKED:
        return None
    if case.soak_since_ns is None or case.soak_since_ns > case.since_ns:
        return _step(case, Phase.STG_SOAKING, "overlay_changed", now_ns, policy)
    failed = [each.gate for each in blocking(case, now_ns, policy) if each.verdict is Verdict.FAIL]
    return _step(case, Phase.STG_SOAKING, "gate_failed", now_ns, policy, gates=failed) if failed else None


def _forward(case: Case, now_ns: int, policy: Policy) -> Transition | None:
    """The next step of the straight way, when everything it needs is there."""
    if case.phase is Phase.SEALED:
        return _step(case, Phase.DEV_CHECKS, "sealed", now_ns, policy)
    if case.phase in ASIDE | {Phase.PROD_FULL, Phase.ROLLING_BACK} or blocking(case, now_ns, policy):
        return None
    gates = required(case, policy)
    match case.phase:
        case Phase.DEV_CHECKS:
            return _step(case, Phase.STG_DEPLOYING, "checks_passed", now_ns, policy, gates=gates)
        case Phase.STG_DEPLOYING:
            return _step(case, Phase.STG_SOAKING, "deployed", now_ns, policy, gates=gates)
        case Phase.STG_SOAKING if _soaked(case, now_ns, policy):
            return _step(case, Phase.STG_READY, "evidence_complete", now_ns, policy, gates=gates)
        case Phase.STG_READY if case.checkpoint_size >= case.since_seq:
            return _step(case, Phase.AWAIT_APPROVAL, "evidence_sealed", now_ns, policy, gates=gates)
        case Phase.AWAIT_APPROVAL if approved(case, now_ns, policy):
            return _step(case, Phase.COOLING_OFF, "approved", now_ns, policy, gates=gates)
        case Phase.COOLING_OFF:
            return _cooled(case, now_ns, policy, gates)
        case Phase.PROD_ARMING:
            return _step(case, Phase.PROD_TIER, "armed", now_ns, policy, gates=gates, tier=0)
        case Phase.PROD_TIER:
            return _raised(case, now_ns, policy, gates)
    return None


def _soaked(case: Case, now_ns: int, policy: Policy) -> bool:
    """The soak gate counts sessions; the machine counts the wall's clock once more for itself."""
    wall_ns = policy.classes[case.change_class].soak_wall_ns
    return case.soak_since_ns is not None and now_ns - case.soak_since_ns >= wall_ns


def _cooled(case: Case, now_ns: int, policy: Policy, gates: Sequence[str]) -> Transition | None:
    if not approved(case, now_ns, policy):
        return _step(case, Phase.AWAIT_APPROVAL, "approvals_gone", now_ns, policy)
    last_ns = max(each.at_ns for each in approvers(case, now_ns, policy))
    if now_ns - last_ns < policy.cooling_off_ns:
        return None
    return _step(case, Phase.PROD_ARMING, "cooled_off", now_ns, policy, gates=gates, tier=0)


def _raised(case: Case, now_ns: int, policy: Policy, gates: Sequence[str]) -> Transition | None:
    """One tier up: its sessions served in this tier, enough signatures for the next, and inside the change's cap."""
    served = case.verdicts["ramp"]
    end = case.tier + 1
    if served.as_of_ns <= case.since_ns or served.params.get("tier") != case.tier:
        return None
    if end > policy.tier_max(case.change_class):
        return None
    signed = [each for each in approvers(case, now_ns, policy, tier=end) if each.at_ns > case.since_ns]
    if len(signed) < policy.tiers[end].approvals:
        return None
    phase = Phase.PROD_FULL if end == len(policy.tiers) - 1 else Phase.PROD_TIER
    return _step(case, phase, "tier_served", now_ns, policy, gates=gates, tier=end)
