"""The same account, instrument and limits for every form of ours: open wide, and 1 bp of commission."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.markets import PRICE_SCALE, walk_bars
from seatrial.domain.ids import AccountId, StrategyId, VenueName
from seatrial.domain.instrument import us_equity
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.market.bars import BarTable, Source
from seatrial.runs.backtest import Market
from seatrial.strategy.columns import column
from seatrial.strategy.compiled_form import CompiledStrategy
from seatrial.strategy.context import Context
from seatrial.strategy.indicators import SMA
from seatrial.strategy.runner import StrategyRunner
from seatrial.strategy.strategy import BarView, Strategy
from seatrial.strategy.vector_form import Columns, VectorStrategy

FAST, SLOW = 20, 100
SHARES = 100
CASH_UNITS = 1_000_000 * CASH_SCALE
HUGE = 10**9
ACCOUNT = Account(
    AccountId("bench"),
    VenueName("alpaca"),
    Currency("USD"),
    "24x7",
    RiskLimits(
        max_shares=10**6,
        max_notional_per_position_units=HUGE * CASH_SCALE,
        max_total_exposure_units=HUGE * CASH_SCALE,
        max_loss_per_trade_units=HUGE * CASH_SCALE,
        max_daily_loss_units=HUGE * CASH_SCALE,
        max_weekly_loss_units=HUGE * CASH_SCALE,
        max_monthly_loss_units=HUGE * CASH_SCALE,
        default_stop_loss_ppm=0,
        enable_trailing_stop=False,
        breaker_enabled=False,
        price_collar_ppm=900_000,
        orders_per_minute_max=10**6,
    ),
)
INSTRUMENT = replace(us_equity("WALK"), fee_ppm=100)
assert INSTRUMENT.price_scale == PRICE_SCALE


class Cross(Strategy):
    """Long while the fast average is above the slow one, short while it is not."""

    symbols = ("WALK",)
    fast = FAST
    slow = SLOW

    def on_start(self, context: Context) -> None:
        """Declare both averages."""
        self._lines = {
            symbol: (context.indicator(SMA(self.fast), symbol), context.indicator(SMA(self.slow), symbol))
            for symbol in self.symbols
        }
        self._side = dict.fromkeys(self.symbols, 0)

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Flip when they cross."""
        symbol = bar.symbol
        fast, slow = self._lines[symbol]
        below = slow.value
        if below is None:
            return
        side = 1 if fast.value > below else -1
        if side != self._side[symbol]:
            self._side[symbol] = side
            context.target(symbol, quantity=side * SHARES)


class FedCross(Strategy):
    """The same as most people write it: indicators fed by hand."""

    symbols = ("WALK",)
    fast = FAST
    slow = SLOW

    def on_start(self, context: Context) -> None:
        """Make both averages."""
        self.above = SMA(self.fast)
        self.below = SMA(self.slow)
        self.side = 0

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Flip when they cross."""
        above = self.above.update(bar.close)
        below = self.below.update(bar.close)
        if above is None or below is None:
            return
        side = 1 if above > below else -1
        if side != self.side:
            self.side = side
            context.target(bar.symbol, quantity=side * SHARES)


class InsistingCross(FedCross):
    """The same as in the README: it says what it wants with every bar."""

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Long or short, said again and again."""
        above = self.above.update(bar.close)
        below = self.below.update(bar.close)
        if above is not None and below is not None:
            context.target(bar.symbol, quantity=SHARES if above > below else -SHARES)


class CompiledCross(CompiledStrategy):
    """The same, compiled."""

    symbols: tuple[str, ...] = ("WALK",)
    fast = FAST
    slow = SLOW

    def indicators(self) -> dict[str, SMA]:
        """Both averages."""
        return {"above": SMA(self.fast), "below": SMA(self.slow)}

    @staticmethod
    def decide(now, own, memory):  # type: ignore[no-untyped-def]
        """Long or short, never flat."""
        return SHARES if now.above > now.below else -SHARES


class VectorCross(VectorStrategy):
    """The same, as columns."""

    symbols = ("WALK",)
    fast = FAST
    slow = SLOW

    def targets(self, bars: Columns) -> NDArray[np.float64]:
        """Long or short, nothing before the slow average is there."""
        fast, slow = column(SMA(self.fast), bars.close), column(SMA(self.slow), bars.close)
        return np.where(np.isnan(slow), np.nan, np.where(fast > slow, SHARES, -SHARES))


def source_of(rows: NDArray[np.int64], seed: int) -> Source:
    """Where made-up bars come from."""
    return Source(f"walk of seed {seed}", "", int(rows[0, 0]), int(rows[-1, 1]), recorded=False)


def market_of(count: int, seed: int) -> Market:
    """The seeded walk as a market."""
    rows = walk_bars(count, seed)
    table = BarTable(INSTRUMENT, rows, source_of(rows, seed))
    return Market(ACCOUNT, CASH_UNITS, {INSTRUMENT.symbol: table})


def runner_of(strategy: Strategy) -> StrategyRunner:
    """A strategy on the one instrument, ready for one run."""
    return StrategyRunner(
        strategy, strategy_id=StrategyId("cross"), account=ACCOUNT.id, instruments=[INSTRUMENT], epoch="backtest"
    )


def runner_on(strategy: Strategy, market: Market) -> StrategyRunner:
    """A strategy on every instrument of a market."""
    instruments = [table.instrument for table in market.tables.values()]
    return StrategyRunner(
        strategy, strategy_id=StrategyId("cross"), account=ACCOUNT.id, instruments=instruments, epoch="backtest"
    )
