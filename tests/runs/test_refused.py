"""A run whose orders are refused says by which rule, with which numbers, and what would help."""

import pytest

from seatrial.bootstrap.markets import SYNTHETIC_FIRST_DAY
from seatrial.core.refusal_rows import Refusals
from seatrial.domain.ids import AccountId, StrategyId, Symbol, VenueName
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.refusals import RefusalCode
from seatrial.market.instruments import instrument_of
from seatrial.market.synthetic import synthetic_market
from seatrial.runs.backtest import Market, backtest
from seatrial.runs.refused import _REMEDIES, why_nothing_traded
from seatrial.strategy import CompiledStrategy, Strategy
from seatrial.strategy.runner import StrategyRunner

ACCOUNT = Account(AccountId("a"), VenueName("binance"), Currency("USDT"), "24x7", RiskLimits())
NEVER_TOLD = {RefusalCode.NONE, RefusalCode.UNKNOWN_SYMBOL, RefusalCode.DUPLICATE_CLIENT_ORDER_ID,
              RefusalCode.TOO_MANY_TARGETS, RefusalCode.HALTED}  # fmt: skip


class Greedy(Strategy):
    symbols = ("BTCUSDT",)

    def on_start(self, context):
        self.seen = 0

    def on_bar(self, context, bar):
        self.seen += 1
        if self.seen <= 3:
            context.target("BTCUSDT", weight=0.06)


class GreedyCompiled(CompiledStrategy, says="weight", memory=1):
    symbols = ("BTCUSDT",)

    @staticmethod
    def decide(now, own, memory):
        memory[0] += 1
        return 0.06 + 0.001 * min(memory[0], 3)


def run(strategy):
    tables = synthetic_market([instrument_of("BTCUSDT")], seed=1, first_day=SYNTHETIC_FIRST_DAY, session_count=1)
    instruments = [each.instrument for each in tables.values()]
    runner = StrategyRunner(strategy(), strategy_id=StrategyId("s"), account=ACCOUNT.id, instruments=instruments)
    return backtest([Market(ACCOUNT, 100_000 * CASH_SCALE, tables)], [runner])


@pytest.mark.parametrize("strategy", [Greedy, GreedyCompiled])
def test_a_run_keeps_how_often_and_the_first_numbers(strategy):
    done = run(strategy)

    (told,) = done.refused
    assert (told.code, told.count, told.symbol) == (RefusalCode.MAX_POSITION_NOTIONAL, 3, Symbol("BTCUSDT"))
    assert (told.limit, told.unit) == ("5000", "USDT")
    assert 5_000 < float(told.actual) < 6_200
    assert done.refusals == {RefusalCode.MAX_POSITION_NOTIONAL: 3}
    why, remedy = why_nothing_traded(done.orders, done.refused)
    assert why.startswith("every order was refused: MAX_POSITION_NOTIONAL 3 times (the first of BTCUSDT: limit 5000, ")
    assert remedy == "Ask for less, or raise position_limits.max_notional_per_position in config/risk_limits.toml."


def test_every_code_that_a_run_can_tell_has_a_remedy():
    assert set(RefusalCode) - set(_REMEDIES) == NEVER_TOLD


def test_a_run_without_orders_or_fills_says_so():
    assert why_nothing_traded(0, ())[0] == "it asked for nothing"
    assert why_nothing_traded(7, ())[0] == "7 orders were sent and none filled"


def test_the_rows_have_room_for_every_code():
    from seatrial.core.refusal_rows import CODES

    assert max(RefusalCode) < CODES
    assert Refusals._fields[0] == "code"
