"""Doubts about real runs: each that should speak does, with its number, and none speaks without cause."""

from dataclasses import replace

import numpy as np
import pytest
from tests.runs.test_report import STOCKS, run

from seatrial.domain.time import MINUTE_NS
from seatrial.market.bars import CLOSE, END, HIGH, LOW, OPEN, START, VOLUME
from seatrial.runs.appraisal import appraise
from seatrial.runs.appraisal_document import appraisal_document, doubt_lines
from seatrial.runs.doubts import missing_bars
from seatrial.runs.result import PriceLine
from seatrial.runs.sharpe_tests import Trials
from seatrial.runs.statistics import statistics_of


@pytest.fixture(scope="module")
def result():
    return run({STOCKS: ("AAPL", "SPY")})


def doubts(result, trials=None):
    (stats,) = statistics_of(result)
    return {each.name: each for each in appraise(result, stats, trials=trials).doubts}


def altered(result, change):
    """The same run over other bars."""
    lines = {}
    for holding, line in result.prices.items():
        rows = line.rows.copy()
        lines[holding] = PriceLine(change(rows))
    return replace(result, prices=lines)


def test_a_short_run_on_a_whole_market_is_doubted_for_what_it_is(result):
    found = doubts(result)

    assert found["few_trades"].number < found["few_trades"].limit == 30
    assert found["few_trades"].serious
    assert {"one_side", "in_sample", "survivorship"} <= set(found)
    assert not {"data_gaps", "stale_fills", "large_fills", "many_trials"} & set(found)
    assert not found["in_sample"].serious


def test_what_a_walk_forward_held_out_is_not_called_in_sample(result):
    assert "in_sample" not in doubts(replace(result, kind="walkforward"))


def test_many_trials_make_a_chosen_result_doubtful(result):
    found = doubts(result, Trials(500, 0.05))

    assert "500 sets of parameters" in found["many_trials"].text
    assert found["in_sample"].serious


def test_fills_larger_than_a_share_of_the_volume_are_counted(result):
    def thin(rows):
        rows[:, VOLUME] //= 1_000_000
        return rows

    found = doubts(altered(result, thin))

    assert found["large_fills"].serious
    assert found["large_fills"].number > 0.05


def test_a_price_that_has_not_moved_makes_a_fill_stale(result):
    def still(rows):
        rows[:, [OPEN, HIGH, LOW, CLOSE]] = rows[0, OPEN]
        return rows

    assert doubts(altered(result, still))["stale_fills"].number > 0


def test_missing_bars_are_counted_and_nights_are_not(result):
    def holed(rows):
        return np.delete(rows, np.s_[100:130], axis=0)

    assert doubts(altered(result, holed))["data_gaps"].number == 60
    night = np.zeros((2, 7), dtype=np.int64)
    night[:, START] = [0, 18 * 60 * MINUTE_NS]
    night[:, END] = night[:, START] + MINUTE_NS
    assert missing_bars(PriceLine(night), all_day=False) == 0
    assert missing_bars(PriceLine(night), all_day=True) == 18 * 60 - 1


def test_a_result_that_costs_would_eat_dies_of_them(result):
    (stats,) = statistics_of(result)
    barely = replace(stats, closing_units=stats.opening_units + 1)

    found = {each.name: each for each in appraise(result, barely).doubts}

    assert ("dies_of_costs" in found) != ("free_trading" in found)


def test_doubts_are_text_numbers_and_remedies_everywhere(result):
    (stats,) = statistics_of(result)
    appraisal = appraise(result, stats)

    told = appraisal_document(appraisal)["doubts"]

    assert all(each["text"].endswith(".") and each["remedy"].endswith(".") for each in told)
    assert [line[0] for line in doubt_lines(appraisal.doubts)] == sorted(
        (line[0] for line in doubt_lines(appraisal.doubts)), key="!-".index
    )
