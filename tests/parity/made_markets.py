"""Small made-up markets with limits that bite, and the same random wishes in three forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from seatrial.domain.bars import Session
from seatrial.domain.ids import AccountId, StrategyId, Symbol, VenueName
from seatrial.domain.instrument import Instrument, us_equity
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.market.bars import BarTable, Source
from seatrial.runs.prepared import Market
from seatrial.strategy.context import Context
from seatrial.strategy.runner import StrategyRunner
from seatrial.strategy.strategy import BarView, Strategy
from seatrial.strategy.vector_form import Columns, VectorStrategy

MINUTE_NS = 60 * 10**9
START_NS = 1_546_300_800 * 10**9
CASH = 100_000
LOOSE = RiskLimits(
    max_shares=10**6,
    max_notional_per_position_units=10**9 * CASH_SCALE,
    max_total_exposure_units=10**9 * CASH_SCALE,
    max_loss_per_trade_units=10**9 * CASH_SCALE,
    max_daily_loss_units=10**9 * CASH_SCALE,
    max_weekly_loss_units=10**9 * CASH_SCALE,
    max_monthly_loss_units=10**9 * CASH_SCALE,
    default_stop_loss_ppm=0,
    enable_trailing_stop=False,
    breaker_enabled=False,
    price_collar_ppm=900_000,
    orders_per_minute_max=10**6,
)


def account(**limits: object) -> Account:
    """An account with these limits and no others."""
    return Account(AccountId("made"), VenueName("alpaca"), Currency("USD"), "XNYS", replace(LOOSE, **limits))


def instrument(symbol: str) -> Instrument:
    """A share with a commission."""
    return replace(us_equity(symbol), fee_ppm=100)


def walk(symbol: str, count: int, seed: int, span_minutes: int = 1, gap: float = 0.0) -> BarTable:
    """A random walk in cents; with `gap`, that part of its bars is missing."""
    dice = np.random.default_rng(seed)
    close = (np.abs(10_000 + np.cumsum(dice.integers(-40, 41, size=count))) + 100) * 100
    first = np.concatenate([close[:1], close[:-1]])
    spread = dice.integers(0, 30, size=(2, count)) * 100
    rows = np.empty((count, 7), dtype=np.int64)
    rows[:, 0] = START_NS + np.arange(count) * span_minutes * MINUTE_NS
    rows[:, 1] = rows[:, 0] + span_minutes * MINUTE_NS
    rows[:, 2], rows[:, 5] = first, close
    rows[:, 3] = np.maximum(first, close) + spread[0]
    rows[:, 4] = np.minimum(first, close) - np.minimum(spread[1], 9_000)
    rows[:, 6] = dice.integers(0, 40_000, size=count) * 10**9
    kept = dice.random(count) >= gap
    kept[0] = True
    rows = np.ascontiguousarray(rows[kept])
    return BarTable(instrument(symbol), rows, Source("made", "", int(rows[0, 0]), int(rows[-1, 1]), recorded=False))


def market(tables: list[BarTable], owner: Account, sessions: bool = True) -> Market:
    """Tables on one account; a session closes every 390 minutes."""
    last = max(table.last_ns for table in tables)
    step = 390 * MINUTE_NS
    spans = range(START_NS, last, step) if sessions else []
    days = [Session(f"day {at}", at, at + step) for at in spans]
    return Market(owner, CASH * CASH_SCALE, {Symbol(table.symbol): table for table in tables}, days)


def wishes(symbol: str, times: list[int], seed: int, every: int) -> dict[int, float]:
    """What to hold after some bars: a pure function of the bar's end."""
    dice = np.random.default_rng([seed, *symbol.encode()])
    said = dice.random(len(times)) < 1.0 / every
    amounts = dice.integers(-300, 301, size=len(times))
    return {at: float(amount) for at, amount, says in zip(times, amounts.tolist(), said, strict=True) if says}


class VectorWishes(VectorStrategy):
    """Random wishes as columns."""

    seed = 1
    every = 9

    def targets(self, bars: Columns) -> np.ndarray:
        known = wishes(
            bars.symbol, list(range(START_NS, START_NS + 3_000_000 * 10**9, MINUTE_NS)), self.seed, self.every
        )
        return np.array([known.get(at, np.nan) for at in bars.end_ns.tolist()])


class PythonWishes(Strategy):
    """The same wishes bar by bar."""

    seed = 1
    every = 9

    def on_start(self, context: Context) -> None:
        times = list(range(START_NS, START_NS + 3_000_000 * 10**9, MINUTE_NS))
        self._known = {symbol: wishes(symbol, times, self.seed, self.every) for symbol in self.symbols}
        self._said: dict[str, float] = {}

    def on_bar(self, context: Context, bar: BarView) -> None:
        wanted = self._known[bar.symbol].get(bar.end_ns)
        if wanted is not None and wanted != self._said.get(bar.symbol):
            self._said[bar.symbol] = wanted
            context.target(bar.symbol, quantity=wanted)


def runner(strategy: Strategy, of: Market) -> StrategyRunner:
    """A strategy on all of a market's symbols."""
    strategy.symbols = tuple(of.tables)
    return StrategyRunner(
        strategy,
        strategy_id=StrategyId("made"),
        account=of.account.id,
        instruments=[table.instrument for table in of.tables.values()],
        epoch="backtest",
    )
