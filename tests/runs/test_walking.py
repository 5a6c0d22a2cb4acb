"""Windows never look forward, pieces join to one curve, and a comparison says what it cannot tell."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.bars import Session
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.time import DAY_NS, HOUR_NS
from seatrial.runs.comparison import Compared, Side, compare, student_quantile
from seatrial.runs.search.stitching import Piece, idle, stitched
from seatrial.runs.search.windows import Steps, windows_of

SPY = Symbol("SPY")


def days(count):
    return [Session("24x7", day * DAY_NS, (day + 1) * DAY_NS) for day in range(count)]


@given(st.integers(1, 60), st.integers(1, 10), st.integers(1, 10), st.integers(0, 3), st.integers(0, 3), st.booleans())
def test_every_choice_lies_before_its_test_and_tests_follow_each_other(count, train, test, purge, embargo, anchored):
    steps = Steps(train, test, anchored, purge, embargo)
    if train + purge + embargo >= count:
        with pytest.raises(RequestFault, match=f"{count} trading days"):
            windows_of(days(count), steps)
        return

    found = windows_of(days(count), steps)

    for window in found:
        assert window.test_ns[0] - window.train_ns[1] == (purge + embargo) * DAY_NS
        assert window.train_ns[0] == 0 if anchored else window.train_sessions == train
    for before, after in pairwise(found):
        assert before.test_ns[1] == after.test_ns[0]
    assert found[-1].test_ns[1] == count * DAY_NS


def test_pieces_join_and_changing_over_costs_the_commission_on_the_difference():
    first = Piece((1, 2), (1.1, 1.2), {SPY: 0.5}, {SPY: 0.6}, 3)
    second = Piece((3,), (0.5,), {SPY: 0.1}, {}, 1)

    at_ns, equity, paid = stitched([first, second, idle([4])], 1_000_000, {SPY: 10_000})

    opened = 1_000_000 * (1 - 0.5 * 0.01)
    assert at_ns == [1, 2, 3, 4]
    assert equity[:2] == [round(opened * 1.1), round(opened * 1.2)]
    changed = opened * 1.2 * (1 - 0.5 * 0.01)
    assert equity[2:] == [round(changed * 0.5)] * 2
    assert paid == round(1_000_000 * 0.005 + opened * 1.2 * 0.005)


def side(name, returns, calendar="24x7"):
    curve = np.cumprod([1.0, *(1 + each for each in returns)]) * 100
    return Side(name, tuple(hour * HOUR_NS for hour in range(1, len(curve) + 1)), tuple(curve.tolist()), calendar)


NOISE = np.random.default_rng(4).normal(0, 0.01, 120)


def test_a_clear_difference_is_told_and_a_small_one_is_inconclusive():
    base = side("base", NOISE)
    small = np.random.default_rng(11).normal(0, 0.002, 120)

    assert compare(base, side("up", NOISE + 0.002), seed=1).verdict is Compared.BETTER
    assert compare(base, side("down", NOISE - 0.002 + small / 10), seed=1).verdict is Compared.WORSE
    unsure = compare(base, side("same", NOISE + small), seed=1)
    assert unsure.verdict is Compared.INCONCLUSIVE
    assert unsure.low_bp < 0 < unsure.high_bp
    assert unsure.detectable_bp > abs(unsure.difference_bp)
    assert "would have shown" in unsure.reason


def test_equal_curves_are_equal_and_within_a_margin_they_are_equivalent():
    base, other = side("base", NOISE), side("other", NOISE + np.random.default_rng(6).normal(0, 1e-5, 120))

    assert compare(base, side("twin", NOISE), seed=1).verdict is Compared.EQUAL
    assert compare(base, other, seed=1, margin_bp=5).verdict is Compared.EQUIVALENT


def test_what_cannot_be_compared_is_inconclusive_with_its_reason():
    base = side("base", NOISE)
    later = Side("later", tuple(at + DAY_NS * 900 for at in base.at_ns), base.equity, "24x7")

    assert compare(base, side("short", NOISE[:15]), seed=1).reason.startswith("20 hourly returns in common")
    assert compare(base, later, seed=1).reason == "they have no time in common"
    assert compare(base, side("stocks", NOISE, "XNYS"), seed=1).reason == "their markets follow two calendars"


def test_more_comparisons_ask_for_more():
    base, other = side("base", NOISE), side("other", NOISE + 0.0001 + np.random.default_rng(8).normal(0, 0.001, 120))
    one, ten = (compare(base, other, seed=1, comparisons=count) for count in (1, 10))

    assert ten.low_bp < one.low_bp < one.high_bp < ten.high_bp


def test_a_false_alarm_is_as_rare_as_it_says():
    """200 pairs without a difference; at 5 % about ten alarms, and far from forty."""
    alarms = 0
    for seed in range(200):
        chance = np.random.default_rng([9, seed])
        base, other = chance.normal(0, 0.01, (2, 40))
        alarms += compare(side("a", base), side("b", other), seed=seed).verdict is not Compared.INCONCLUSIVE
    assert alarms <= 16


@pytest.mark.parametrize(("freedom", "quantile"), [(19, 2.0930), (29, 2.0452), (60, 2.0003), (120, 1.9799)])
def test_students_quantiles_are_those_of_the_tables(freedom, quantile):
    assert student_quantile(0.975, freedom) == pytest.approx(quantile, abs=1e-3)
