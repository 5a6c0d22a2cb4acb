"""A target that is followed at once leaves what its facts leave, told one by one; so do the tries of a search."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.parity.made_markets import account, market, runner, walk

from seatrial.domain.limits import NO_LIMIT
from seatrial.domain.money import CASH_SCALE
from seatrial.runs.backtest import Ground, backtest
from seatrial.runs.backtest_run import BacktestRun
from seatrial.runs.prepared import Market
from seatrial.strategy import SMA, BarView, CompiledStrategy, Context, Strategy, VectorStrategy
from seatrial.strategy.vector_form import Columns

# Each bites now and then, so that following has to see it beforehand and step aside.
BITING: dict[str, dict[str, int | bool]] = {
    "none": {},
    "order value": {"max_order_value_units": 10_400 * CASH_SCALE},
    "notional": {"max_notional_per_position_units": 10_300 * CASH_SCALE},
    "exposure": {"max_total_exposure_units": 10_300 * CASH_SCALE, "max_net_exposure_units": 10_250 * CASH_SCALE},
    "daily loss": {"max_daily_loss_units": 150 * CASH_SCALE},
    "weekly loss": {"max_weekly_loss_units": 300 * CASH_SCALE, "max_monthly_loss_units": 500 * CASH_SCALE},
    "pace": {"orders_per_minute_max": 1, "messages_per_second_max": 1},
    "price age": {"price_age_ns_max": 90 * 10**9},
    "breaker": {"breaker_enabled": True, "breaker_daily_loss_units": 120 * CASH_SCALE},
    "losses in a row": {
        "breaker_enabled": True,
        "breaker_daily_loss_units": 10**9 * CASH_SCALE,
        "breaker_consecutive_losses_max": 3,
        "breaker_cooldown_ns": 45 * 60 * 10**9,
        "breaker_auto_resume": True,
    },
    "stop-loss": {"default_stop_loss_ppm": 9_000, "max_loss_per_trade_units": 94 * CASH_SCALE},
    "duplicates": {"duplicate_orders_max": 2, "duplicate_window_ns": 3_600 * 10**9},
    "leverage": {"max_leverage_ppm": 110_000, "max_drawdown_ppm": NO_LIMIT},
}
CHOICES = np.array([-100.0, -50.0, 0.0, 100.0, 100.0, 150.0])


def flips(seed: int, every: int, count: int) -> np.ndarray:
    """What to hold after each bar, or nan: the same few sizes again and again."""
    dice = np.random.default_rng(seed)
    return np.where(dice.random(count) < 1.0 / every, dice.choice(CHOICES, size=count), np.nan)


class VectorFlips(VectorStrategy):
    """As columns."""

    seed = 1
    every = 5
    weight = False

    def targets(self, bars: Columns) -> np.ndarray:
        return flips(self.seed, self.every, 5_000)[: len(bars)]


class WeightFlips(VectorFlips, says="weight"):
    """As shares of equity: every size is another."""

    def targets(self, bars: Columns) -> np.ndarray:
        return flips(self.seed, self.every, 5_000)[: len(bars)] / 1_000


class PlainFlips(Strategy):
    """Bar by bar in Python."""

    seed = 1
    every = 5
    weight = False

    def on_start(self, context: Context) -> None:
        self._row = 0
        self._said = math.nan
        self._wanted = flips(self.seed, self.every, 5_000).tolist()

    def on_bar(self, context: Context, bar: BarView) -> None:
        wanted = self._wanted[self._row]
        self._row += 1
        if not math.isnan(wanted) and wanted != self._said:
            self._said = wanted
            if self.weight:
                context.target(bar.symbol, weight=wanted / 1_000)
            else:
                context.target(bar.symbol, quantity=wanted)


def same(one: BacktestRun, other: BacktestRun) -> None:
    assert one.machine.state_fingerprint() == other.machine.state_fingerprint()
    assert one.outcome_fingerprint == other.outcome_fingerprint
    assert list(one.fills) == list(other.fills)
    assert list(one.equity) == list(other.equity)
    assert (one.orders, one.cancels, one.expired, one.trips, one.refused) == (
        other.orders,
        other.cancels,
        other.expired,
        other.trips,
        other.refused,
    )


def made(seed: int, limits: str, sessions: bool, gap: float) -> Market:
    table = walk("S", 5_000, seed, gap=gap)
    rows = table.rows[:1_200].copy()
    rows[:, 6] *= 3
    return market([type(table)(table.instrument, rows, table.source)], account(**BITING[limits]), sessions)


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    every=st.sampled_from([1, 3, 20]),
    limits=st.sampled_from(list(BITING)),
    sessions=st.booleans(),
    gap=st.sampled_from([0.0, 0.2]),
    weight=st.booleans(),
)
def test_a_target_followed_at_once_leaves_what_its_facts_leave(
    seed: int, every: int, limits: str, sessions: bool, gap: float, weight: bool
) -> None:
    one = made(seed, limits, sessions, gap)
    strategy, plain = (WeightFlips() if weight else VectorFlips()), PlainFlips()
    strategy.seed = plain.seed = seed
    strategy.every = plain.every = every
    plain.weight = weight

    same(backtest([one], [runner(strategy, one)]), backtest([one], [runner(plain, one)], one_by_one=True))


@pytest.mark.parametrize("limits", list(BITING))
def test_every_limit_steps_in_while_targets_are_followed(limits: str) -> None:
    one = made(7, limits, False, 0.0)

    same(backtest([one], [runner(VectorFlips(), one)]), backtest([one], [runner(PlainFlips(), one)], one_by_one=True))


class Cross(CompiledStrategy):
    """Two averages."""

    fast = 3
    slow = 12
    size = 100

    def indicators(self) -> dict[str, SMA]:
        return {"above": SMA(self.fast), "below": SMA(self.slow)}

    @staticmethod
    def decide(now, own, memory):
        return float(own.size) if now.above > now.below else -float(own.size)


def crossing(fast: int, slow: int, size: int) -> Cross:
    found = Cross()
    found.fast, found.slow, found.size = fast, slow, size
    return found


def test_tries_on_one_ground_are_single_backtests_also_when_they_are_looked_at_late() -> None:
    one = made(3, "notional", False, 0.0)
    ground = Ground([one])
    pairs = [(2, 9, 100), (3, 12, 50), (2, 9, 250), (5, 30, 100), (2, 9, 100)]

    done = [ground.run([runner(crossing(*pair), one)]) for pair in pairs]

    for pair, run in zip(pairs, done, strict=True):
        same(run, backtest([one], [runner(crossing(*pair), one)]))
    assert len({run.outcome_fingerprint for run in done}) == 4
    assert done[2].refused
    assert not done[1].refused
