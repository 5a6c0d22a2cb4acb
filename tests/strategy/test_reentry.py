"""What follows a stop, by the rule a strategy declares."""

import numpy as np
import pytest

from seatrial.domain.bars import Bar
from seatrial.domain.facts import Target
from seatrial.domain.ids import AccountId, StrategyId, VenueName
from seatrial.domain.instrument import binance_spot
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.time import MINUTE_NS
from seatrial.market.bars import BarTable, Source
from seatrial.runs.backtest import Market, backtest
from seatrial.strategy import Strategy
from seatrial.strategy.runner import StrategyRunner

BTC = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")
LIMITS = RiskLimits(max_shares=10**6, max_loss_per_trade_units=10**6 * CASH_SCALE, default_stop_loss_ppm=30_000,
                    enable_trailing_stop=False, breaker_enabled=False)  # fmt: skip
ACCOUNT = Account(AccountId("a"), VenueName("binance"), Currency("USDT"), "24x7", LIMITS)


class Always(Strategy):
    """Wants the same from its first bar on, and says so once or every tenth bar."""

    symbols = ("BTCUSDT",)
    every = 0

    def on_start(self, context):
        self.seen = 0

    def on_bar(self, context, bar):
        if self.seen == 0 or (self.every and self.seen % self.every == 0):
            context.target("BTCUSDT", weight=0.02)
        self.seen += 1


def falling_once(bars=60, at=10):
    """A price that falls by five per cent at one bar and stays there."""
    before, after = BTC.parse_price("100"), BTC.parse_price("95")
    rows = [
        (minute * MINUTE_NS, (minute + 1) * MINUTE_NS, *[before if minute < at else after] * 4, 10_000 * BTC.qty_scale)
        for minute in range(bars)
    ]
    table = np.array(rows, dtype=np.int64)
    return BarTable(BTC, table, Source("made up", "", 0, bars * MINUTE_NS))


def run(after_stop, every=0, one_by_one=False):
    strategy = Always()
    strategy.every, strategy.after_stop = every, after_stop
    runner = StrategyRunner(strategy, strategy_id=StrategyId("s"), account=ACCOUNT.id, instruments=[BTC])
    market = Market(ACCOUNT, 100_000 * CASH_SCALE, {BTC.symbol: falling_once()})
    return backtest([market], [runner], one_by_one=one_by_one)


def blotter(done):
    return [("buy" if fill.outcome.side > 0 else "sell", fill.outcome.at_ns // MINUTE_NS) for fill in done.fills]


@pytest.mark.parametrize(
    ("after_stop", "every", "told"),
    [
        ("wait", 0, [("buy", 1), ("sell", 11)]),
        ("wait", 10, [("buy", 1), ("sell", 11)]),
        ("next target", 0, [("buy", 1), ("sell", 11)]),
        ("next target", 10, [("buy", 1), ("sell", 11), ("buy", 21)]),
        ("20 bars", 0, [("buy", 1), ("sell", 11), ("buy", 31)]),
    ],
)
def test_a_stopped_position_comes_back_when_its_rule_says(after_stop, every, told):
    done = run(after_stop, every)

    assert blotter(done) == told
    assert done.outcome_fingerprint == run(after_stop, every, one_by_one=True).outcome_fingerprint


def test_the_zero_is_a_target_like_any_other_and_comes_before_what_enters_again():
    strategy = Always()
    strategy.after_stop = "2 bars"
    runner = StrategyRunner(strategy, strategy_id=StrategyId("s"), account=ACCOUNT.id, instruments=[BTC])

    def shown(minute, held):
        bar = Bar(BTC.symbol, minute * MINUTE_NS, (minute + 1) * MINUTE_NS, 1, 1, 1, 1, 1)
        return [fact for fact in runner.on_bars([bar], {BTC.symbol: held}) if isinstance(fact, Target)]

    said = [shown(minute, held) for minute, held in enumerate([0, 10**6, 0, 0, 0])]

    assert [len(each) for each in said] == [1, 0, 0, 2, 0]
    assert [(each.quantity_units, each.weight_ppm) for each in said[3]] == [(0, None), (None, 20_000)]
