"""The figures of an appraisal against worked examples, published ones, and an independent library's."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.core.fingerprint import OutcomeFill
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.instrument import binance_spot, us_equity
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.orders import Side
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS
from seatrial.runs import ratios, tail_risk
from seatrial.runs.benchmark import compared
from seatrial.runs.drawdowns import deepest_first, drawdowns_of, length_ns
from seatrial.runs.months import months_of
from seatrial.runs.ratios import Figure, Returns
from seatrial.runs.resampling import bands_of, drawn_rows, mean_between
from seatrial.runs.round_trips import round_trips
from seatrial.runs.sharpe_tests import (
    Trials,
    confidence,
    expected_best,
    periods_needed,
    probability_above,
    scatter,
    sharpe_tests,
)
from seatrial.runs.trades import trades_of

ROW = tuple(0.01 * math.sin(k * 1.7) + 0.0005 + 0.004 * math.cos(k * k) for k in range(1, 121))
RETURNS = Returns("day", ROW, 252.0)
OTHER = Returns("day", tuple(0.008 * math.sin(k * 1.7 + 0.4) + 0.0002 for k in range(1, 121)), 252.0)
LIBRARY = {
    "volatility": 0.12331047008523663,
    "sharpe": 1.6619393903405748,
    "downside": 0.07966446023161015,
    "sortino": 2.5724711732215018,
    "max_drawdown": 0.02531812551748112,
    "shortfall": 0.01256643340559937,
    "skewness": -0.025236828913176725,
    "kurtosis": 1.923716855434806,
    "beta": 1.1464100883526467,
    "alpha_compounded": 0.1464379229930095,
    "information_ratio": 2.1199528573745554,
}


def test_the_figures_are_those_of_an_independent_library():
    """empyrical-reloaded 0.7.1 and scipy 1.15 on the same row, in an environment of their own."""
    skewness, kurtosis = tail_risk.shape(RETURNS)

    assert tail_risk.downside_deviation(RETURNS).value == pytest.approx(LIBRARY["downside"], rel=1e-12)
    assert ratios.volatility(RETURNS).value == pytest.approx(LIBRARY["volatility"], rel=1e-12)
    assert ratios.sharpe(RETURNS).value == pytest.approx(LIBRARY["sharpe"], rel=1e-12)
    assert tail_risk.sortino(RETURNS).value == pytest.approx(LIBRARY["sortino"], rel=1e-12)
    assert tail_risk.worst_twentieth(RETURNS)[1].value == pytest.approx(LIBRARY["shortfall"], rel=1e-12)
    assert skewness.value == pytest.approx(LIBRARY["skewness"], rel=1e-9)
    assert kurtosis.value == pytest.approx(LIBRARY["kurtosis"], rel=1e-12)
    curve = np.cumprod(1 + np.array(ROW)).tolist()
    at_ns = [(day + 1) * DAY_NS for day in range(len(curve))]
    assert ratios.deepest_drawdown(at_ns, curve, 1.0).ratio == pytest.approx(LIBRARY["max_drawdown"], rel=1e-12)


def test_a_benchmark_is_regressed_as_an_independent_library_does():
    """empyrical-reloaded compounds alpha over a year where we multiply."""
    found = compared("other", [1.0, 1.1], RETURNS, OTHER)

    assert found.beta.value == pytest.approx(LIBRARY["beta"], rel=1e-12)
    assert (1 + found.alpha.value / 252) ** 252 - 1 == pytest.approx(LIBRARY["alpha_compounded"], rel=1e-12)
    assert found.information_ratio.value == pytest.approx(LIBRARY["information_ratio"], rel=1e-12)
    assert found.correlation.value == pytest.approx(np.corrcoef(ROW, OTHER.values)[0, 1], rel=1e-12)
    assert found.tracking_error.value == pytest.approx(np.std(np.subtract(ROW, OTHER.values), ddof=1) * 252**0.5)


def test_a_benchmark_that_stands_still_has_no_beta():
    found = compared("cash", [1.0, 1.0], RETURNS, Returns("day", (0.0,) * 120, 252.0))

    assert found.beta.reason == "the benchmark never moved"
    assert compared("self", [1.0], RETURNS, RETURNS).information_ratio.value is None


def test_value_at_risk_is_an_order_statistic_and_needs_five_in_the_tail():
    returns = Returns("day", tuple((k - 10) / 100 for k in range(100)), 252.0)

    at_risk, shortfall = tail_risk.worst_twentieth(returns)

    assert at_risk.value == pytest.approx(0.06)  # the fifth worst of a hundred
    assert shortfall.value == pytest.approx(0.08)
    short = Returns("day", returns.values[:99], 252.0)
    assert tail_risk.worst_twentieth(short)[0].reason == "100 daily returns are needed, there are 99"


def test_downside_counts_gains_as_nothing_and_divides_by_all_periods():
    returns = Returns("hour", (-0.02, 0.01) * 20, 1.0)

    assert tail_risk.downside_deviation(returns).value == pytest.approx(math.sqrt(0.0004 / 2))
    assert tail_risk.sortino(returns).value == pytest.approx(-0.005 / math.sqrt(0.0002))
    assert tail_risk.sortino(Returns("hour", (0.01,) * 20, 1.0)).reason == "no period lost"


def test_the_deflated_sharpe_ratio_is_that_of_its_paper():
    """Bailey and Lopez de Prado 2014, numerical example: SR 2.5 a year over 1,250 days, skew -3, kurtosis 10."""
    sharpe, variance = 2.5 / math.sqrt(250), 0.5 / 250
    spread = scatter(sharpe, -3.0, 10.0).value

    hundred = expected_best(Trials(100, variance)).value
    assert hundred == pytest.approx(0.1132, abs=5e-5)
    assert confidence(sharpe - hundred, 1250, spread) == pytest.approx(0.9004, abs=5e-5)
    fewer = expected_best(Trials(46, variance)).value
    assert confidence(sharpe - fewer, 1250, spread) == pytest.approx(0.9505, abs=5e-5)


def test_more_trials_never_make_a_result_surer():
    sure = [sharpe_tests(RETURNS, Trials(count, 0.01)).deflated.value for count in (1, 2, 10, 100, 10_000)]

    assert sure == sorted(sure, reverse=True)
    assert sure[0] == probability_above(RETURNS, 0.0).value


def test_without_a_number_of_trials_there_is_no_deflated_ratio():
    assert sharpe_tests(RETURNS, None).deflated.value is None
    assert "a sweep counts them" in sharpe_tests(RETURNS, None).deflated.reason
    assert Trials.of(5, [0.1]).sharpe_variance is None
    assert sharpe_tests(RETURNS, Trials.of(5, [0.1])).deflated.value is None


def test_the_periods_needed_are_just_enough():
    needed = periods_needed(RETURNS).value
    sharpe = ratios.period_sharpe(RETURNS).value
    spread = scatter(sharpe, *(figure.value for figure in tail_risk.shape(RETURNS))).value

    assert confidence(sharpe, needed, spread) >= 0.95 > confidence(sharpe, needed - 1, spread)


def test_every_drawdown_has_its_depth_its_length_and_its_return():
    units = [100, 90, 95, 100, 120, 60, 120, 110]
    at_ns = [(place + 1) * HOUR_NS for place in range(len(units))]

    found = drawdowns_of(at_ns, units, 100)

    assert [(each.depth_units, each.recovered_ns) for each in found] == [
        (10, 4 * HOUR_NS),
        (60, 7 * HOUR_NS),
        (10, None),
    ]
    assert deepest_first(found, 1)[0].ratio == 0.5
    assert [length_ns(each, at_ns[-1]) for each in found] == [3 * HOUR_NS, 2 * HOUR_NS, HOUR_NS]


@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=60))
def test_the_deepest_of_all_drawdowns_is_the_one_the_cards_show(units):
    at_ns = [(place + 1) * HOUR_NS for place in range(len(units))]

    deepest = deepest_first(drawdowns_of(at_ns, units, 100), 1)
    worst = ratios.deepest_drawdown(at_ns, units, 100)

    assert (deepest[0].ratio if deepest else None) == (worst.ratio if worst else None)


def test_months_compound_to_the_whole():
    start = int(date(2024, 1, 30).strftime("%s")) // 86_400 * DAY_NS
    at_ns = [start + day * DAY_NS for day in range(1, 40)]
    units = [1_000 + 7 * day for day in range(39)]

    months = months_of(at_ns, units, 900)

    assert [month.name for month in months] == ["2024-01", "2024-02", "2024-03"]
    assert [month.whole for month in months] == [False, True, False]
    assert math.prod(1 + month.change for month in months) == pytest.approx(units[-1] / 900)


def test_bands_are_the_same_for_a_seed_and_hold_the_middle():
    first, again, other = (bands_of(ROW, seed=seed) for seed in (7, 7, 8))

    assert first == again
    assert first != other
    assert first.total_return[5] < math.prod(1 + each for each in ROW) - 1 < first.total_return[95]
    assert bands_of(ROW[:19], seed=7) is None


def test_blocks_keep_what_follows_what_and_wrap_round():
    rows = drawn_rows(10, 50, 4, np.random.default_rng(3))

    steps = (rows[:, 1:] - rows[:, :-1]) % 10
    inside = [column for column in range(9) if (column + 1) % 4]
    assert (steps[:, inside] == 1).all()


def test_an_interval_of_a_mean_covers_it():
    low, high = mean_between(ROW, seed=1)

    assert low < sum(ROW) / len(ROW) < high


SPY = us_equity("SPY")


def fill(at_ns, side, quantity, price, instrument=SPY, fee=0):
    return OutcomeFill(
        at_ns,
        AccountId("a"),
        instrument.symbol,
        Side.BUY if side == "buy" else Side.SELL,
        quantity * instrument.qty_scale,
        price * instrument.price_scale,
        fee,
        instrument.quote,
    )


def bars(*highs_lows_closes, instrument=SPY):
    return np.array(
        [
            [
                place * MINUTE_NS,
                (place + 1) * MINUTE_NS,
                *(units * instrument.price_scale for units in (close, high, low, close)),
                10**12,
            ]
            for place, (high, low, close) in enumerate(highs_lows_closes)
        ],
        dtype=np.int64,
    )


def test_a_trade_tells_its_worst_and_its_best_moment():
    rows = bars((105, 95, 100), (104, 99, 103), (130, 80, 110), (111, 90, 92), (92, 92, 92))
    fills = [fill(MINUTE_NS + 1, "buy", 10, 101), fill(3 * MINUTE_NS + 1, "sell", 10, 108)]

    (trip,) = round_trips(SPY.symbol, fills, SPY, rows)

    assert trip.long
    assert trip.result_units == 70 * CASH_SCALE
    assert trip.worst_units == -210 * CASH_SCALE  # the low of 80 in the bar wholly inside
    assert trip.best_units == 290 * CASH_SCALE
    assert (trip.entry_price_units, trip.exit_price_units) == (101 * 10_000, 108 * 10_000)


def test_a_short_trade_fears_the_high_and_an_open_one_is_marked():
    rows = bars((101, 99, 100), (120, 90, 100), (101, 99, 95))

    (trip,) = round_trips(SPY.symbol, [fill(1, "sell", 2, 100)], SPY, rows)

    assert not trip.long
    assert trip.closed_ns is None
    assert (trip.result_units, trip.worst_units, trip.best_units) == (
        10 * CASH_SCALE,
        -40 * CASH_SCALE,
        20 * CASH_SCALE,
    )


sides = st.lists(st.tuples(st.sampled_from(["buy", "sell"]), st.integers(1, 5), st.integers(50, 150)), max_size=20)


@given(sides)
def test_the_list_of_trades_is_cut_as_the_statistics_cut_it(blotter):
    rows = bars(*[(150, 50, 100)] * 22)
    fills = [fill(place * MINUTE_NS + 1, *each) for place, each in enumerate(blotter)]

    trips = round_trips(SPY.symbol, fills, SPY, rows)
    known = trades_of(fills, SPY)

    assert [(trip.opened_ns, trip.closed_ns) for trip in trips] == [(each.opened_ns, each.closed_ns) for each in known]
    for trip, each in zip(trips, known, strict=True):
        if each.closed:
            assert trip.result_units == each.result_units
        assert trip.worst_units <= trip.result_units <= trip.best_units


def test_a_fee_in_the_base_coin_leaves_dust_and_the_trade_still_ends():
    coin = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")
    bought = OutcomeFill(1, AccountId("a"), Symbol("BTCUSDT"), Side.BUY, 10**8, 100 * 10**8, 10**5, coin.base)
    sold = OutcomeFill(
        2 * MINUTE_NS, AccountId("a"), Symbol("BTCUSDT"), Side.SELL, 99_900_000, 110 * 10**8, 0, coin.quote
    )
    rows = bars((110, 90, 100), (110, 90, 100), instrument=coin)

    (trip,) = round_trips(coin.symbol, [bought, sold], coin, rows)

    assert trip.closed_ns == 2 * MINUTE_NS
    assert trip.result_units == 989_000_000  # 109.89 received, 100 paid, in 1e-8
    assert trip.fee_units == 10_000_000


def test_a_figure_without_data_says_so():
    assert tail_risk.calmar(Figure(None, "30 days are needed"), None).reason == "30 days are needed"
