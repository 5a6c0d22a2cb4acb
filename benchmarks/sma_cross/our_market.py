"""The same account, instrument and limits for every form of ours: open wide, and 1 bp of commission."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.markets import PRICE_SCALE, walk_bars
from seatrial.domain.ids import AccountId, StrategyId, VenueName
from seatrial.domain.instrument import us_equity
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.market.bars import BarTable, Source
from seatrial.runs.backtest import Market
from seatrial.strategy.context import Context
from seatrial.strategy.indicators import SMA
from seatrial.strategy.runner import StrategyRunner
from seatrial.strategy.strategy import BarView, Strategy

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
        """Start both averages."""
        self._fast, self._slow = SMA(self.fast), SMA(self.slow)
        self._side = 0

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Flip when they cross."""
        fast, slow = self._fast.update(bar.close), self._slow.update(bar.close)
        if fast is None or slow is None:
            return
        side = 1 if fast > slow else -1
        if side != self._side:
            self._side = side
            context.target("WALK", quantity=side * SHARES)


def market_of(count: int, seed: int) -> Market:
    """The seeded walk as a market."""
    rows = walk_bars(count, seed)
    source = Source(f"walk of seed {seed}", "", int(rows[0, 0]), int(rows[-1, 1]))
    table = BarTable(INSTRUMENT, rows, source)
    return Market(ACCOUNT, CASH_UNITS, {INSTRUMENT.symbol: table})


def runner_of() -> StrategyRunner:
    """The strategy, ready for one run."""
    return StrategyRunner(
        Cross(), strategy_id=StrategyId("cross"), account=ACCOUNT.id, instruments=[INSTRUMENT], epoch="backtest"
    )
