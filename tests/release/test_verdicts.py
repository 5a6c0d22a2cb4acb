"""The algebra of verdicts: what makes several gates one answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.faults import EvidenceFault
from seatrial.domain.time import DAY_NS
from seatrial.release.verdict import ClockKind, GateResult, Input, VenueKind, Verdict, promotes, worse, worst

ANY = st.sampled_from(list(Verdict))
MANY = st.lists(ANY, min_size=1, max_size=12)


def result(verdict: Verdict = Verdict.PASS, as_of_ns: int = 0) -> GateResult:
    inputs = (Input("fills.parquet", "0" * 64, 7),)
    return GateResult("smoke", verdict, "seen", as_of_ns, ClockKind.WALL, VenueKind.PAPER, inputs, "seatrial smoke")


@given(ANY, ANY, ANY)
def test_the_worse_of_two_is_associative_commutative_and_idempotent(a, b, c):
    assert worse(worse(a, b), c) == worse(a, worse(b, c))
    assert worse(a, b) == worse(b, a)
    assert worse(a, a) == a


@given(MANY, ANY)
def test_one_more_verdict_never_makes_it_better(verdicts, one):
    assert worst([*verdicts, one]).rank >= worst(verdicts).rank


@given(MANY)
def test_the_worst_is_one_of_them_and_no_order_matters(verdicts):
    assert worst(verdicts) in verdicts
    assert worst(verdicts) == worst(sorted(verdicts))


def test_the_order_is_the_designs():
    words = ["FAIL", "ERROR", "NODATA", "STALE", "INCONCLUSIVE", "PENDING", "WAIVED", "PASS"]
    assert [each.value for each in sorted(Verdict, key=lambda each: -each.rank)] == words


def test_nothing_at_all_is_nodata_and_never_pass():
    assert worst([]) is Verdict.NODATA


@given(ANY, st.booleans())
def test_only_pass_promotes_or_a_waiver_where_one_may_waive(verdict, waivable):
    expected = verdict is Verdict.PASS or (verdict is Verdict.WAIVED and waivable)
    assert promotes(verdict, waivable=waivable) is expected


@given(ANY, st.integers(0, 3 * DAY_NS), st.integers(0, 3 * DAY_NS), st.integers(0, 2 * DAY_NS))
def test_age_never_makes_a_verdict_better(verdict, as_of_ns, now_ns, age_ns_max):
    aged = result(verdict, as_of_ns).aged(now_ns, age_ns_max)
    assert aged.verdict.rank >= verdict.rank
    if aged.verdict is Verdict.PASS:
        assert 0 <= now_ns - as_of_ns <= age_ns_max


def test_a_verdict_survives_its_record():
    assert GateResult.parse(result().body(), ClockKind.WALL, VenueKind.PAPER) == result()


@pytest.mark.parametrize("name", ["gate", "verdict", "reason", "as_of", "inputs", "params", "result", "supply"])
def test_a_verdict_without_one_of_its_members_is_refused(name):
    body = {key: value for key, value in result().body().items() if key != name}
    with pytest.raises(EvidenceFault, match=name):
        GateResult.parse(body, ClockKind.WALL, VenueKind.PAPER)


def test_a_verdict_gives_its_reason_and_a_gate_has_a_plain_name():
    with pytest.raises(EvidenceFault, match="reason"):
        GateResult("smoke", Verdict.PASS, "", 0, ClockKind.WALL, VenueKind.PAPER)
    with pytest.raises(EvidenceFault, match="lower case"):
        GateResult("Smoke!", Verdict.PASS, "seen", 0, ClockKind.WALL, VenueKind.PAPER)
