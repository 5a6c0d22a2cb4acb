"""Policies: the design's own text loads, what is misspelt is named, and weak ones are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.release.world import KEYS

from seatrial.domain.faults import BadSetting, ConfigurationFault, EvidenceFault, UnknownSetting
from seatrial.domain.time import HOUR_NS
from seatrial.release.catalogue import GATES
from seatrial.release.keys import Keyring, PublicKey
from seatrial.release.policy import Policy
from seatrial.release.policy_file import BUILT_IN, built_in, built_in_text, load_policy, read_document, read_policy
from seatrial.release.policy_floor import lint, overridden, weaker
from seatrial.release.verdict import ClockKind, VenueKind

DESIGNED = (Path(__file__).parent / "policy_as_designed.yaml").read_text("utf-8")
DEFAULT = built_in_text("default")
STAGES = ("dev", "staging", "prod")


def test_the_policy_loads_as_it_was_designed():
    policy = read_policy(DESIGNED)
    assert weaker(policy) == []
    assert policy.classes["strategy-material"].soak_wall_ns == 48 * HOUR_NS
    assert [(tier.name, tier.capital) for tier in policy.tiers][:2] == [("probe", "0.01"), ("small", "0.05")]
    assert policy.document["gates"]["divergence"] == policy.document["judge"]  # the reference is resolved


def test_the_default_policy_asks_for_every_gate():
    policy = built_in("default")
    asked = {gate for stage in policy.stages.values() for gate in (*stage.entry, *stage.continuous, *stage.exit)}
    assert set(GATES) - asked == {"break_glass", "ramp"}  # of an emergency, and of the ramp itself
    assert {"smoke", "reconciliation", "risk_limits", "deploy_health", "rehearsal_parity"} <= set(
        policy.stages["dev"].exit
    )


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_policy_of_ours_is_below_the_floor(name):
    assert lint(built_in(name)) == []


def test_solo_asks_one_person_to_wait_longer_with_less_capital():
    solo = built_in("solo")
    assert (solo.approvals.need, solo.cooling_off_ns, solo.capital_max) == (1, 72 * HOUR_NS, "0.25")
    assert solo.approvals.expires_ns > solo.cooling_off_ns


def test_a_policy_that_takes_virtual_evidence_has_no_stage_in_mode_live():
    assert not built_in("rehearsed-promotion").arms_live
    text = built_in_text("rehearsed-promotion")
    live = "prod:\n    mode: live".join(text.rsplit("prod:\n    mode: sim", 1))
    with pytest.raises(BadSetting, match="virtual time has no stage in mode live"):
        read_policy(live)
    with pytest.raises(BadSetting, match=r"stages\.staging\.accepts"):
        read_policy(live.replace("clock: virtual\n", "clock: wall\n"))


@pytest.mark.parametrize("gate", ["soak", "smoke", "divergence"])
def test_before_real_money_no_gate_takes_evidence_from_elsewhere(gate):
    document = read_document(DEFAULT)
    document["gates"][gate] = {"accepts": {"clocks": ["virtual"]}}
    with pytest.raises(BadSetting, match=rf"gates\.{gate}\.accepts"):
        Policy.of(document)


def test_evidence_counts_where_the_stage_says():
    policy = built_in("default")
    assert policy.accepts("staging", "smoke").venues == {VenueKind.PAPER}
    assert policy.accepts("staging", "smoke").clocks == {ClockKind.WALL}
    assert ClockKind.VIRTUAL in policy.accepts("dev", "rehearsal_parity").clocks


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("    entry:", "    entrry:", "stages.staging.entrry: there is no such key; did you mean entry?"),
        ("suite: smoke/", "suit: smoke/", "gates.smoke.suit: there is no such key; did you mean suite?"),
        ("apiVersion:", "apiversion:", "apiversion: there is no such key; did you mean apiVersion?"),
        ("max_tier: probe", "max_teir: probe", "change_classes.emergency-fix.max_teir"),
    ],
)
def test_an_unknown_key_is_named_with_its_path_and_the_nearest(was, now, told):
    with pytest.raises(UnknownSetting, match=told.replace("?", r"\?")):
        read_policy(DEFAULT.replace(was, now, 1))


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("wall: 48h", "wall: 48 hours", "a duration such as 48h"),
        ("need: 2", "need: two", "a whole number"),
        ("mode: live", "mode: prod", "one of sim"),
        ("[credential_guard, egress_guard", "[credential_gaurd, egress_guard", "did you mean credential_guard"),
        ("waivable: false", "waivable: maybe", "true or false"),
        ("'#/judge'", "'#/jury'", "refers to nothing"),
        ("kind: PromotionPolicy", "kind: Rollout", "PromotionPolicy"),
        ("max_tier: probe", "max_tier: huge", "accepted is one of probe"),
        ("capital: 1.00", "capital: 1.01", "at most 1"),
        ("name: default", "name: default\nname: again", "stands twice"),
        ("name: default", "name: 2026-01-01", "no dates"),
        ("name: default", "name: &x default\ncalendar: *x", "aliases"),
        ("kill_drill:       {waivable: false}", "kill_drill: {waivable: true}", "nobody may waive it"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_accepted(was, now, told):
    assert was in DEFAULT
    with pytest.raises(ConfigurationFault, match=told):
        read_policy(DEFAULT.replace(was, now, 1))


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("sessions: 10}}", "sessions: 9}}", "change_classes.strategy-material.soak"),
        ("need: 2", "need: 1", "one signature asks for cooling_off 72h"),
        ("need: 2", "need: 0", "at least one signature"),
        ("{for: 24h", "{for: 23h", "at least 24h"),
        ("roles: {risk: 1}", "roles: {}", "role risk"),
        ("not: [author, committer]", "not: [author]", "do not approve their own"),
        (", kill_drill,", ",", "stages.staging.exit lacks kill_drill"),
        ("smoke:   {suite", "smoke:   {observe: true, suite", "not only looked at"),
        ("max_age: 24h", "max_age: 25h", "at most 24h"),
        ("on_nodata: hold", "on_nodata: pass", "silence is not evidence"),
        ("session_uptime_min: 0.95", "session_uptime_min: 0.5", "at least 0.95"),
        (", requires: [break_glass]", "", "requires break_glass"),
        ("then_wait: cooling_off", "then_wait: nothing", "then_wait cooling_off"),
        ("capital: 0.01", "capital: 0.10", "in the first tier"),
    ],
)
def test_a_policy_below_the_floor_is_told_how(was, now, told):
    assert was in DEFAULT
    assert any(told in each for each in lint(read_policy(DEFAULT.replace(was, now, 1))))


def test_a_floor_override_is_signed_by_somebody_of_role_risk():
    keys = Keyring()
    for owner, roles in (("alice", ("risk",)), ("bob", ("reviewer",))):
        keys.add(PublicKey(KEYS[owner].id, owner, KEYS[owner].public, roles, 0))
    document = read_document(DEFAULT.replace("{for: 24h", "{for: 12h"))

    assert lint(Policy.of(overridden(document, "a holiday", KEYS["alice"])), keys, 1) == []
    with pytest.raises(EvidenceFault, match="role risk"):
        lint(Policy.of(overridden(document, "a holiday", KEYS["bob"])), keys, 1)
    stretched = overridden(document, "a holiday", KEYS["alice"])
    stretched["name"] = "another"
    with pytest.raises(EvidenceFault, match="does not fit"):
        lint(Policy.of(stretched), keys, 1)


def test_the_digest_is_of_what_the_policy_says_and_not_of_how_it_is_written():
    spaced = "# a comment\n" + DEFAULT.replace("capital: 0.01", "capital: 0.0100")
    assert read_policy(spaced).digest == built_in("default").digest
    assert read_policy(DEFAULT.replace("{for: 24h", "{for: 25h")).digest != built_in("default").digest


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadSetting, match="rehearsed-promotion"):
        load_policy(str(tmp_path / "none.yaml"))


def test_every_stage_of_every_policy_takes_evidence_from_somewhere():
    for name in BUILT_IN:
        policy = built_in(name)
        assert all(policy.stages[stage].accepts.venues and policy.stages[stage].accepts.clocks for stage in STAGES)
