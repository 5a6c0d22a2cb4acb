"""Each gate in its pure form: what was measured goes in, a verdict with its reason comes out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS
from seatrial.release.catalogue import GATES
from seatrial.release.gates import (
    build_tests,
    config_valid,
    credential_age,
    credential_guard,
    data_safety,
    deploy_health,
    reconciliation,
    rehearsal_parity,
    risk_limits,
    smoke,
    soak,
)
from seatrial.release.gates.asked import Asked
from seatrial.release.gates.build_tests import TestsRun as SuiteRun
from seatrial.release.gates.credential_guard import CredentialsSeen
from seatrial.release.gates.data_safety import BackupSeen
from seatrial.release.gates.deploy_health import Deployed
from seatrial.release.gates.reconciliation import BooksSeen
from seatrial.release.gates.rehearsal_parity import RehearsalSeen
from seatrial.release.gates.smoke import SmokeRun
from seatrial.release.gates.soak import SessionSeen, SoakNeeds, SoakWindow
from seatrial.release.gates.supply import ABSENT, SIGNED, SUPPLIED
from seatrial.release.limit_order import (
    KNOWN,
    STRICT_WHEN_FALSE,
    STRICT_WHEN_LARGE,
    STRICT_WHEN_LISTED,
    STRICT_WHEN_TRUE,
    looser,
)
from seatrial.release.verdict import ClockKind, VenueKind, Verdict

NOW_NS = 1_800_000_000_000_000_000
RELEASE = "0123456789abcdef"


def asked(gate):
    return Asked(gate, NOW_NS, ClockKind.WALL, VenueKind.EMULATED, f"supply {gate}")


def test_every_gate_of_the_catalogue_has_exactly_one_supply():
    assert sorted([*SUPPLIED, *ABSENT, *SIGNED]) == sorted(GATES)


def test_nothing_measured_is_no_data_and_never_a_pass():
    silent = [
        build_tests.evaluate(None, asked("build_tests")),
        config_valid.evaluate({}, asked("config_valid")),
        data_safety.evaluate(None, asked("data_safety")),
        deploy_health.evaluate(Deployed({}, {}, None), RELEASE, asked("deploy_health")),
        reconciliation.evaluate([], RELEASE, RELEASE, asked("reconciliation")),
        rehearsal_parity.evaluate(None, asked("rehearsal_parity")),
        risk_limits.evaluate({}, asked("risk_limits")),
        smoke.evaluate([], asked("smoke")),
        soak.evaluate([], RELEASE, ["24x7"], SoakNeeds(), asked("soak")),
        credential_age.evaluate({}, "paper", asked("credential_age")),
    ]
    assert {each.verdict for each in silent} == {Verdict.NODATA}
    assert all(each.supply for each in silent)


@pytest.mark.parametrize("stage", ["dev", "staging"])
def test_a_live_key_outside_prod_fails_and_is_named(stage):
    seen = CredentialsSeen(stage, "sim", ("ALPACA_LIVE_API_KEY",), (), {})
    said = credential_guard.evaluate(seen, asked("credential_guard"))
    assert said.verdict is Verdict.FAIL
    assert "ALPACA_LIVE_API_KEY found in" in said.reason


def test_paper_without_its_keys_or_with_a_live_host_fails():
    missing = CredentialsSeen("staging", "paper", (), ("ALPACA_PAPER_API_KEY",), {})
    live_host = CredentialsSeen("staging", "paper", (), (), {"ALPACA_BASE_URL": "api.alpaca.markets"})
    assert "ALPACA_PAPER_API_KEY not found" in credential_guard.evaluate(missing, asked("credential_guard")).reason
    assert credential_guard.evaluate(live_host, asked("credential_guard")).verdict is Verdict.FAIL


def test_a_configuration_that_does_not_load_fails_with_its_own_sentence():
    said = config_valid.evaluate({"stage dev": "", "stage prod": "sped is not a setting"}, asked("config_valid"))
    assert (said.verdict, said.reason) == (Verdict.FAIL, "stage prod refused: sped is not a setting")


@pytest.mark.parametrize(
    ("run", "verdict"),
    [
        (SuiteRun("make test", 0, 12, 0, True, True), Verdict.PASS),
        (SuiteRun("make test", 1, 11, 1, True, True), Verdict.FAIL),
        (SuiteRun("make test", 0, 0, 0, True, True), Verdict.INCONCLUSIVE),
        (SuiteRun("make test", 0, 12, 0, True, False), Verdict.ERROR),
        (SuiteRun("make test", None, None, None, True, True, "no such file"), Verdict.ERROR),
    ],
)
def test_tests_count_only_for_the_tree_that_was_sealed(run, verdict):
    assert build_tests.evaluate(run, asked("build_tests")).verdict is verdict


def test_health_waits_two_minutes_and_knows_strangers():
    sick = Deployed({"execution": "degraded", "watch": "healthy"}, {"platform": RELEASE}, 30)
    late = Deployed({"execution": "degraded"}, {"platform": RELEASE}, 121)
    other = Deployed({"execution": "healthy"}, {"platform": None}, 300)
    assert deploy_health.evaluate(sick, RELEASE, asked("deploy_health")).verdict is Verdict.PENDING
    assert deploy_health.evaluate(late, RELEASE, asked("deploy_health")).verdict is Verdict.FAIL
    assert deploy_health.evaluate(other, RELEASE, asked("deploy_health")).verdict is Verdict.NODATA


def test_smoke_needs_three_in_a_row_and_one_failure_starts_again():
    good, bad = SmokeRun(NOW_NS, (), 13), SmokeRun(NOW_NS, ("ticks",), 13)
    verdicts = [
        smoke.evaluate(runs, asked("smoke")).verdict
        for runs in ([good], [good] * 3, [good, good, bad], [good, good, bad, good, good], [bad, good, good, good])
    ]
    assert verdicts == [Verdict.PENDING, Verdict.PASS, Verdict.FAIL, Verdict.PENDING, Verdict.PASS]


def test_books_that_differ_fail_whoever_sees_it():
    platform, watch = (
        BooksSeen("alpaca by the platform", "healthy", ""),
        BooksSeen("breaks by watch", "unhealthy", "AAPL: 3, 4"),
    )
    said = reconciliation.evaluate([platform, watch], RELEASE, RELEASE, asked("reconciliation"))
    assert (said.verdict, said.reason) == (Verdict.FAIL, "breaks by watch: AAPL: 3, 4")
    assert reconciliation.evaluate([platform], None, RELEASE, asked("reconciliation")).verdict is Verdict.NODATA


def test_parity_is_exact_and_an_empty_comparison_proves_nothing():
    def seen(**other):
        told = {"sessions": 1, "backtest": "a", "rehearsal": "a", "replays": True, "difference": "", "fills": 9}
        return rehearsal_parity.evaluate(RehearsalSeen(**{**told, **other}), asked("rehearsal_parity")).verdict

    assert seen() is Verdict.PASS
    assert seen(rehearsal="b") is Verdict.FAIL
    assert seen(replays=False) is Verdict.FAIL
    assert seen(fills=0) is Verdict.INCONCLUSIVE


def test_a_restore_that_loses_a_row_fails_and_one_that_cannot_be_made_is_an_error():
    assert data_safety.evaluate(BackupSeen(10, 10, 2), asked("data_safety")).verdict is Verdict.PASS
    assert data_safety.evaluate(BackupSeen(10, 9, 2), asked("data_safety")).verdict is Verdict.FAIL
    assert data_safety.evaluate(BackupSeen(0, 0, 0, "no disk"), asked("data_safety")).verdict is Verdict.ERROR


def test_a_key_older_than_a_quarter_fails_and_one_of_unknown_age_is_not_taken_for_young():
    def age(days):
        made = {"ALPACA_PAPER_API_KEY": None if days is None else NOW_NS - days * DAY_NS}
        return credential_age.evaluate(made, "paper", asked("credential_age")).verdict

    assert [age(days) for days in (92, 93, None, -1)] == [Verdict.PASS, Verdict.FAIL, Verdict.NODATA, Verdict.NODATA]


# ------------------------------------------------------------------- limits


def limits(**other):
    told = dict.fromkeys(KNOWN, "10") | {"circuit_breaker.enabled": True, "circuit_breaker.auto_resume": False}
    told |= dict.fromkeys(STRICT_WHEN_TRUE, True) | dict.fromkeys(STRICT_WHEN_LISTED, ("GME",))
    return {**told, **other}


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_staging_may_never_do_more_than_prod(name):
    """Each limit loosened by itself, in its own direction."""
    small = "9" if name in STRICT_WHEN_LARGE else "11"
    loose = {True: False, False: True, "10": small, ("GME",): ()}[limits()[name]]
    said = risk_limits.evaluate({"staging": limits(**{name: loose}), "prod": limits()}, asked("risk_limits"))
    assert said.verdict is Verdict.FAIL
    assert name in said.reason


def test_prod_stays_under_the_hard_caps_and_a_missing_limit_is_no_limit():
    cap = risk_limits.HARD_CAPS["loss_limits.max_daily_loss"]
    over = limits(**{"loss_limits.max_daily_loss": str(int(cap) + 1)})
    assert risk_limits.evaluate({"staging": limits(), "prod": limits()}, asked("risk_limits")).verdict is Verdict.PASS
    assert "hard caps" in risk_limits.evaluate({"staging": limits(), "prod": over}, asked("risk_limits")).reason
    gone = {name: value for name, value in limits().items() if name != "loss_limits.max_daily_loss"}
    assert risk_limits.evaluate({"staging": gone, "prod": limits()}, asked("risk_limits")).verdict is Verdict.FAIL


@given(st.sampled_from(sorted(KNOWN)), st.decimals(0, 10**6, places=2), st.decimals(0, 10**6, places=2))
def test_of_two_different_numbers_exactly_one_is_looser(name, first, second):
    one, two = looser(name, str(first), str(second)), looser(name, str(second), str(first))
    if name in STRICT_WHEN_TRUE | STRICT_WHEN_FALSE | STRICT_WHEN_LISTED:
        assert not (first == second and (one or two))
    else:
        assert (one, two).count(True) == (first != second)


# --------------------------------------------------------------------- soak


def window(at_hour, hours=1, release=RELEASE, sessions=()):
    start_ns = NOW_NS + at_hour * HOUR_NS
    return SoakWindow(release, start_ns, start_ns + hours * HOUR_NS, hours * HOUR_NS, sessions)


def day(number, up_percent=100):
    start_ns = NOW_NS + number * DAY_NS
    return SessionSeen("24x7", f"day {number}", start_ns, start_ns + DAY_NS, DAY_NS * up_percent // 100)


def judged(windows, sessions=2, calendars=("24x7",)):
    return soak.evaluate(windows, RELEASE, calendars, SoakNeeds(48, sessions), asked("soak"))


def test_a_soak_is_hours_and_sessions_and_every_calendar():
    whole = [window(24 * n, 24, sessions=(day(n),)) for n in range(2)]
    assert judged(whole).verdict is Verdict.PASS
    assert judged(whole[:1]).verdict is Verdict.PENDING
    assert judged(whole, sessions=3).verdict is Verdict.PENDING
    assert judged(whole, calendars=("24x7", "XNYS")).verdict is Verdict.PENDING


def test_a_session_that_was_up_for_94_percent_is_not_a_session():
    windows = [window(24 * n, 24, sessions=(day(n, up_percent=94),)) for n in range(3)]
    said = judged(windows)
    assert (said.verdict, said.reason) == (Verdict.PENDING, "72 of 48 h, 0 of 2 24x7 sessions")


def test_running_anything_else_in_between_starts_the_soak_again():
    whole = [window(24 * n, 24, sessions=(day(n),)) for n in range(2)]
    other = window(48, 1, release=None)
    assert judged([*whole, other]).verdict is Verdict.NODATA
    after = judged([*whole, other, window(49, 1)])
    assert after.verdict is Verdict.PENDING
    assert after.reason.endswith("started again 1 time, as something else ran in between")


@given(st.lists(st.tuples(st.integers(1, 30), st.sampled_from([RELEASE, None, "fedcba9876543210"])), max_size=12))
def test_only_the_time_since_the_last_other_release_counts(spans):
    at, windows = 0, []
    for hours, release in spans:
        windows.append(window(at, hours, release=release))
        at += hours
    counted = 0
    for hours, release in spans:
        counted = counted + hours if release == RELEASE else 0
    assert soak.soaked(windows, RELEASE).up_ns == counted * HOUR_NS


def test_a_session_still_open_is_not_complete():
    open_yet = SessionSeen("24x7", "today", NOW_NS, NOW_NS + DAY_NS, 23 * HOUR_NS)
    assert not soak.complete(open_yet, NOW_NS + 23 * HOUR_NS, 95)
    assert soak.complete(open_yet, NOW_NS + DAY_NS - MINUTE_NS, 95)
