"""The machine: where it goes, and where no evidence, no clock and no person can make it go."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.release.memory import Walk
from tests.release.world import RELEASE

from seatrial.domain.faults import EvidenceFault
from seatrial.domain.time import HOUR_NS, MINUTE_NS
from seatrial.release.phases import ASIDE, Phase
from seatrial.release.policy_file import built_in
from seatrial.release.states import advance, blocking
from seatrial.release.verdict import Verdict

STAGING = Walk().policy.stages["staging"]
GATES = sorted({*STAGING.entry, *STAGING.continuous, *STAGING.exit})
LEAVING = sorted({*STAGING.continuous, *STAGING.exit})
SILENT = [Verdict.NODATA, Verdict.ERROR, Verdict.STALE, Verdict.PENDING, Verdict.INCONCLUSIVE]


def soaking() -> Walk:
    walk = Walk()
    walk.all_pass()
    walk.go()
    return walk


def waiting() -> Walk:
    walk = soaking()
    walk.now_ns += 48 * HOUR_NS
    walk.all_pass()
    walk.go()
    walk.checkpoint()
    walk.go()
    return walk


def cooling() -> Walk:
    walk = waiting()
    walk.approve("alice")
    walk.approve("bob")
    walk.go()
    return walk


def trading(target: str | None = None, tier: int = 0) -> Walk:
    walk = Walk(stage="prod", phase="PROD_ARMING", target=target)
    walk.all_pass()
    walk.go()
    for at in range(tier):
        walk.now_ns += HOUR_NS
        walk.all_pass()
        walk.verdict("ramp", tier=at)
        walk.go()
    return walk


def test_dev_leads_to_staging_when_all_its_gates_pass():
    walk = Walk(stage="dev", phase="SEALED")
    assert walk.go() == ["DEV_CHECKS"]
    walk.all_pass()
    assert walk.go() == ["STG_DEPLOYING"]
    assert walk.go() == []  # it goes on in the chain of staging


def test_the_straight_way_through_staging():
    walk = soaking()
    assert walk.case.phase is Phase.STG_SOAKING
    walk.now_ns += 48 * HOUR_NS
    walk.all_pass()
    assert walk.go() == ["STG_READY"]
    walk.checkpoint()
    assert walk.go() == ["AWAIT_APPROVAL"]
    walk.approve("alice")
    assert walk.go() == []
    walk.approve("bob")
    assert walk.go() == ["COOLING_OFF"]
    walk.now_ns += 24 * HOUR_NS
    walk.all_pass()
    assert walk.go() == ["PROD_ARMING"]


def test_the_soak_is_counted_on_the_clock_too():
    walk = soaking()
    walk.now_ns += 48 * HOUR_NS - 1
    walk.all_pass()
    assert walk.go() == []


@pytest.mark.parametrize("verdict", SILENT)
@pytest.mark.parametrize("gate", LEAVING)
def test_silence_of_one_gate_promotes_nothing(gate, verdict):
    walk = cooling()
    walk.now_ns += 24 * HOUR_NS
    walk.all_pass()
    walk.verdict(gate, verdict)
    assert "PROD_ARMING" not in walk.go()


@pytest.mark.parametrize("gate", STAGING.continuous)
def test_a_failed_continuous_gate_rejects_for_good(gate):
    walk = soaking()
    walk.verdict(gate, Verdict.FAIL)
    assert walk.go() == ["REJECTED"]
    walk.all_pass()
    assert walk.go() == []


def test_a_failed_exit_gate_voids_approvals_and_sends_back():
    walk = cooling()
    walk.verdict("rehearsal_parity", Verdict.FAIL)
    assert walk.case.approvals == ()
    assert walk.go() == ["STG_SOAKING"]


def test_a_fail_that_is_mended_before_anybody_looked_still_voids_approvals():
    walk = cooling()
    walk.verdict("smoke", Verdict.FAIL)
    walk.verdict("smoke", Verdict.PASS)
    assert walk.go() == ["AWAIT_APPROVAL"]


def test_a_continuous_gate_in_doubt_holds_until_a_person_resumes():
    walk = soaking()
    walk.verdict("reconciliation", Verdict.ERROR)
    assert walk.go() == ["HELD"]
    walk.all_pass()
    assert walk.go() == []
    walk.now_ns += 1
    walk.write("resume", {"reason": "looked at it"}, by="alice")
    assert walk.go() == ["STG_SOAKING"]


def test_nobody_resumes_into_doubt():
    walk = soaking()
    walk.verdict("reconciliation", Verdict.STALE)
    walk.go()
    walk.now_ns += 1
    walk.write("resume", {"reason": "in a hurry"}, by="alice")
    assert walk.go() == []


def test_a_gate_that_never_spoke_has_a_little_time_and_then_holds():
    walk = Walk()
    for gate in STAGING.entry:
        walk.verdict(gate)
    assert walk.go() == ["STG_SOAKING"]  # reconciliation has said nothing yet
    walk.now_ns += 15 * MINUTE_NS
    assert walk.go() == ["HELD"]


@pytest.mark.parametrize("who", [["carol", "alice"], ["alice", "alice"], ["bob"], ["bob", "bob"], []])
def test_the_author_the_same_person_twice_or_too_few_do_not_approve(who):
    walk = waiting()
    for owner in who:
        walk.approve(owner)
    assert walk.go() == []


def test_two_without_the_role_asked_for_do_not_approve():
    walk = waiting()
    walk.approve("bob")
    walk.approve("erin")
    assert len(walk.case.approvals) == 2
    assert walk.go() == []


def test_a_service_stands_for_no_person():
    walk = waiting()
    walk.approve("alice")
    walk.approve("host")
    assert walk.go() == []
    assert walk.book.refused[-1].why.endswith("host is a service")


def test_an_approval_of_evidence_before_it_was_complete_counts_for_nothing():
    walk = soaking()
    walk.checkpoint()
    early = walk.book.seq - 1
    walk.now_ns += 48 * HOUR_NS
    walk.all_pass()
    walk.go()
    walk.checkpoint()
    walk.go()
    from tests.release.memory import ROOT

    walk.write("approval", {"root": ROOT, "size": early}, by="alice")
    assert walk.case.approvals == ()
    assert "before it was complete" in walk.book.refused[-1].why


def test_approvals_run_out():
    walk = waiting()
    walk.approve("alice")
    walk.now_ns += 72 * HOUR_NS
    walk.all_pass()
    walk.approve("bob")
    assert walk.go() == []


def test_another_overlay_starts_the_soak_again():
    walk = cooling()
    walk.write("deploy.done", {"overlay": "a"})
    assert walk.go() == []
    walk.now_ns += 1
    walk.write("deploy.done", {"overlay": "b"})
    assert walk.go() == ["STG_SOAKING"]
    walk.all_pass()
    assert walk.go() == []
    walk.now_ns += 48 * HOUR_NS
    walk.all_pass()
    assert walk.go() == ["STG_READY"]


def test_another_release_starts_at_nothing():
    walk = cooling()
    other = "sha256:" + "cd" * 32
    body = {"change_class": "platform", "author": "carol", "phase": "STG_DEPLOYING"}
    walk.write("promotion", body, release=other)
    assert walk.book.cases[other].verdicts == {}
    assert len(blocking(walk.book.cases[other], walk.now_ns, walk.policy)) == len(STAGING.entry)


def test_one_release_is_rolled_out_at_a_time():
    walk = soaking()
    other = "sha256:" + "cd" * 32
    walk.write("promotion", {"change_class": "platform", "author": "carol", "phase": "STG_DEPLOYING"}, release=other)
    for gate in STAGING.entry:
        body = walk.case.verdicts[gate].body()
        walk.write("gate.verdict", body, release=other)
    assert walk.book.due(other, walk.now_ns, walk.policy) is None
    assert walk.book.busy_with(other).release == RELEASE


def test_the_kill_switch_asks_two_people_to_come_back_and_arms_anew():
    walk = trading()
    walk.write("kill", {"reason": "wild orders"})
    assert walk.go() == ["KILLED"]
    walk.now_ns += 1
    walk.write("resume", {"reason": "found it"}, by="alice")
    walk.write("resume", {"reason": "found it"}, by="alice")
    assert walk.go() == []
    walk.write("resume", {"reason": "saw it too"}, by="bob")
    assert walk.go()[0] == "PROD_ARMING"


def test_a_halt_stays_until_one_person_resumes():
    walk = trading()
    walk.write("halt", {"reason": "strange"})
    assert walk.go() == ["HALTED"]
    walk.all_pass()
    assert walk.go() == []
    walk.now_ns += 1
    walk.write("resume", {"reason": "explained"}, by="bob")
    assert walk.go() == ["PROD_TIER"]


def test_a_break_with_the_broker_halts():
    walk = trading()
    walk.verdict("reconciliation", Verdict.FAIL)
    assert walk.go() == ["HALTED"]


def test_the_ramp_climbs_by_served_tiers_and_signatures():
    walk = trading(tier=1)
    assert (walk.case.phase, walk.case.tier) == (Phase.PROD_TIER, 1)
    walk.now_ns += HOUR_NS
    walk.all_pass()
    walk.verdict("ramp", tier=0)
    assert walk.go() == []  # that tier has been counted already
    walk.verdict("ramp", tier=1)
    assert walk.go() == []  # the third tier asks for a signature
    walk.checkpoint()
    walk.approve("alice", tier=2)
    walk.go()
    assert walk.case.tier == 2


def test_an_emergency_fix_needs_two_people_and_stays_in_the_first_tier():
    walk = Walk(stage="prod", phase="PROD_ARMING", change_class="emergency-fix")
    walk.all_pass()
    walk.go()
    walk.now_ns += HOUR_NS
    walk.verdict("ramp", tier=0)
    assert walk.go() == []
    staging = Walk(change_class="emergency-fix")
    staging.all_pass()
    staging.go()
    assert [each.gate for each in blocking(staging.case, staging.now_ns, staging.policy)] == ["break_glass"]
    for owner in ("alice", "bob"):
        staging.write("breakglass", {"reason": "a leak", "expires": "2030-01-01T00:00:00Z"}, by=owner)
    assert staging.go() == ["STG_READY"]


def test_a_rollback_goes_to_a_proven_release_or_halts():
    for target, end in (("sha256:" + "ee" * 32, "ROLLING_BACK"), (None, "HALTED")):
        walk = trading(target)
        walk.write("rollback", {"reason": "worse than before"})
        assert walk.go() == [end]
    walk = trading("sha256:" + "ee" * 32)
    walk.write("rollback", {"reason": "worse"})
    walk.go()
    walk.write("rollback", {"done": True})
    assert walk.go() == ["ROLLED_BACK"]


def test_a_waiver_lets_a_waivable_gate_through_and_no_other():
    walk = soaking()
    walk.now_ns += 48 * HOUR_NS
    walk.all_pass()
    body = {"reason": "known", "expires": "2030-01-01T00:00:00Z"}
    for gate, let in (("smoke", True), ("reconciliation", False)):
        walk.verdict(gate, Verdict.PENDING)
        walk.write("waiver", {**body, "gate": gate}, by="alice")
        assert (gate not in [each.gate for each in blocking(walk.case, walk.now_ns, walk.policy)]) is let


def test_the_author_waives_nothing():
    walk = soaking()
    walk.write("waiver", {"gate": "smoke", "reason": "mine", "expires": "2030-01-01T00:00:00Z"}, by="carol")
    assert walk.case.waivers == ()


def test_a_release_moves_under_the_policy_it_was_sealed_under_only():
    walk = soaking()
    with pytest.raises(EvidenceFault, match="counts on the wall clock"):
        advance(walk.case, walk.now_ns, built_in("default"))


ACTS = st.one_of(
    st.tuples(st.just("verdict"), st.sampled_from(GATES), st.sampled_from(list(Verdict))),
    st.tuples(st.just("pass"), st.just(""), st.just(0)),
    st.tuples(st.just("wait"), st.just(""), st.sampled_from([1, MINUTE_NS, HOUR_NS, 24 * HOUR_NS, 48 * HOUR_NS])),
    st.tuples(st.just("approve"), st.sampled_from(["alice", "bob", "carol", "host"]), st.just(0)),
    st.tuples(st.sampled_from(["checkpoint", "halt", "kill", "overlay"]), st.just(""), st.just(0)),
    st.tuples(st.just("resume"), st.sampled_from(["alice", "bob"]), st.just(0)),
)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from([Walk, soaking, waiting, cooling]), st.lists(ACTS, max_size=25))
def test_no_walk_reaches_prod_without_every_gate_people_and_time(start, acts):
    walk = start()
    overlay = 0
    for act, name, amount in acts:
        match act:
            case "verdict":
                walk.verdict(name, amount)
            case "pass":
                walk.all_pass()
            case "wait":
                walk.now_ns += amount
            case "approve":
                walk.approve(name)
            case "checkpoint":
                walk.checkpoint()
            case "overlay":
                overlay += 1
                walk.write("deploy.done", {"overlay": str(overlay)})
            case "resume":
                walk.write("resume", {"reason": "x"}, by=name)
            case _:
                walk.write(act, {"reason": "x"})
        before = len(walk.steps)
        walk.go()
        for step, case in walk.steps[before:]:
            _allowed(walk, step, case)


def _allowed(walk, step, case):
    """What must have been true of a step, said without the machine's own words."""
    if step.end is Phase.PROD_ARMING and step.start is not Phase.KILLED:
        assert step.start is Phase.COOLING_OFF
        for gate in LEAVING:
            verdict, at_ns = walk.verdicts[gate]
            assert verdict is Verdict.PASS
            assert step.at_ns - at_ns <= 24 * HOUR_NS
        last_ns = {each.owner: each.at_ns for each in case.approvals if each.owner != "carol"}
        assert len(last_ns) >= 2
        assert "alice" in last_ns  # the only one of role risk
        assert step.at_ns - max(case.soak_since_ns, case.since_ns) >= 24 * HOUR_NS
    if step.start in ASIDE and step.end not in ASIDE | {Phase.REJECTED}:
        owners = {ask.owner for ask in case.asks if ask.kind == "resume" and ask.at_ns > case.since_ns}
        assert len(owners) >= (2 if step.start is Phase.KILLED else 1)
    if step.end is Phase.STG_READY:
        assert step.at_ns - case.soak_since_ns >= 48 * HOUR_NS
        assert all(walk.verdicts[gate][0] is Verdict.PASS for gate in LEAVING)
    assert step.mode == "sim"  # nothing under this policy is ever live
