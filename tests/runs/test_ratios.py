from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.time import DAY_NS, HOUR_NS
from seatrial.runs import ratios
from seatrial.runs.ratios import Drawdown, Figure
from seatrial.runs.statistics import exact_sum


def hours(*units, start=0):
    return [start + (place + 1) * HOUR_NS for place in range(len(units))], list(units)


def test_a_short_run_has_hourly_returns_and_a_long_one_daily():
    short = ratios.returns_of(*hours(*range(1_000, 1_030)), 1_000, "24x7")
    at_ns = [(day + 1) * DAY_NS for day in range(25)]
    long = ratios.returns_of(at_ns, list(range(1_000, 1_025)), 1_000, "XNYS")

    assert (short.period, len(short.values), short.per_year) == ("hour", 30, 8_760)
    assert (long.period, len(long.values), long.per_year) == ("day", 25, 252)


def test_a_bar_that_ends_on_the_hour_belongs_to_the_hour_it_ends():
    returns = ratios.returns_of([HOUR_NS // 2, HOUR_NS, 2 * HOUR_NS], [110, 100, 200], 100, "24x7")

    assert returns.values == (0.0, 1.0)


def test_too_few_returns_are_no_figure_but_a_reason():
    returns = ratios.returns_of(*hours(100, 110, 105), 100, "24x7")

    assert ratios.sharpe(returns) == Figure(None, "20 hourly returns are needed, there are 3")
    assert ratios.volatility(returns).value is None


def test_equity_that_never_moved_has_no_sharpe():
    returns = ratios.returns_of(*hours(*[100] * 30), 100, "24x7")

    assert ratios.sharpe(returns) == Figure(None, "equity never moved")
    assert ratios.volatility(returns) == Figure(0.0)


def test_sharpe_and_volatility_are_scaled_to_a_year():
    curve, units = [], 10_000.0
    for place in range(40):
        units *= 1.01 if place % 2 else 0.995
        curve.append(units)
    returns = ratios.returns_of(*hours(*curve), 10_000, "24x7")

    mean, spread = 0.0025, 0.0075 * (40 / 39) ** 0.5
    assert ratios.volatility(returns).value == pytest.approx(spread * 8_760**0.5)
    assert ratios.sharpe(returns).value == pytest.approx(mean / spread * 8_760**0.5)


def test_growth_is_told_only_from_a_month_on():
    assert ratios.growth_per_year(100, 110, 3 * DAY_NS).reason == "30 days are needed, the run spans 3.0"
    year = ratios.growth_per_year(100, 110, int(365.25 * DAY_NS))
    assert year.value == pytest.approx(0.10)


def test_the_deepest_drawdown_has_its_dates():
    at_ns, units = hours(100, 120, 90, 119, 121, 110)

    assert ratios.deepest_drawdown(at_ns, units, 100) == Drawdown(0.25, 30, at_ns[1], at_ns[2], at_ns[4])
    assert ratios.deepest_drawdown(at_ns[:4], units[:4], 100).recovered_ns is None
    assert ratios.deepest_drawdown(at_ns[:2], units[:2], 100) is None


def test_a_fall_from_the_start_counts():
    at_ns, units = hours(80, 90)

    assert ratios.deepest_drawdown(at_ns, units, 100).depth_units == 20


def test_nothing_is_divided_by_nothing():
    assert ratios.ratio(1, 0, "no trade was closed") == Figure(None, "no trade was closed")


def _deepest_by_walking(at_ns: list[int], units: list[int], opening: int) -> Drawdown | None:
    """The same in the words of its docstring, sample after sample."""
    peak, peak_ns = opening, at_ns[0]
    worst: Drawdown | None = None
    for now_ns, worth in zip(at_ns, units, strict=True):
        if worth >= peak:
            if worst is not None and worst.recovered_ns is None:
                worst = replace(worst, recovered_ns=now_ns)
            peak, peak_ns = worth, now_ns
        elif peak > 0 and (peak - worth) / peak > (worst.ratio if worst else 0.0):
            worst = Drawdown((peak - worth) / peak, peak - worth, peak_ns, now_ns, None)
    return worst


AMOUNTS = st.one_of(st.integers(-5, 20), st.integers(-(10**15), 9 * 10**18))


@given(st.lists(AMOUNTS, min_size=1, max_size=40), AMOUNTS)
def test_the_deepest_drawdown_is_what_walking_along_the_curve_finds(units, opening):
    at_ns = [10 * number for number in range(len(units))]

    assert ratios.deepest_drawdown(at_ns, units, opening) == _deepest_by_walking(at_ns, units, opening)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=50))
def test_amounts_are_summed_beyond_64_bits(units):
    assert exact_sum(np.array(units, dtype=np.int64)) == sum(units)
