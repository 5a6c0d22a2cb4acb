"""A backtest of a few made-up bars: it compiles everything that a real one calls."""

from __future__ import annotations

from typing import Any

import numpy as np

from seatrial.domain.ids import AccountId, StrategyId, VenueName
from seatrial.domain.instrument import us_equity
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.time import MINUTE_NS
from seatrial.market.bars import BarTable, Source
from seatrial.runs.backtest import Market, backtest
from seatrial.strategy.columns import column
from seatrial.strategy.indicators import ATR, EMA, RSI, SMA
from seatrial.strategy.runner import StrategyRunner
from seatrial.strategy.vector_form import Columns, VectorStrategy

BARS = 40


class EveryColumn(VectorStrategy):
    """Holds a share now and then, and asks every indicator that has a compiled column."""

    def targets(self, bars: Columns) -> Any:
        """One share on every tenth bar."""
        for indicator in (SMA(2), EMA(2), RSI(2)):
            column(indicator, bars.close)
        column(ATR(2), bars.high, bars.low, bars.close)
        return np.where(np.arange(len(bars)) % 10 == 5, 1.0, 0.0)


def run_small() -> None:
    """One instrument, then two: their bars are laid out differently."""
    account = Account(AccountId("warm"), VenueName("alpaca"), Currency("USD"), "XNYS", RiskLimits())
    for symbols in (("AAPL",), ("AAPL", "SPY")):
        tables = {}
        for symbol in symbols:
            rows = np.full((BARS, 7), 100 * 10_000, dtype=np.int64)
            rows[:, 0] = np.arange(1, BARS + 1) * MINUTE_NS
            rows[:, 1] = rows[:, 0] + MINUTE_NS
            rows[:, 6] = 10**15
            instrument = us_equity(symbol)
            source = Source("made up", "", int(rows[0, 0]), int(rows[-1, 1]), recorded=False)
            tables[instrument.symbol] = BarTable(instrument, rows, source)
        strategy = EveryColumn()
        strategy.symbols = symbols
        instruments = [table.instrument for table in tables.values()]
        runner = StrategyRunner(
            strategy, strategy_id=StrategyId("warm"), account=account.id, instruments=instruments, epoch="backtest"
        )
        run = backtest([Market(account, 10**6 * CASH_SCALE, tables)], [runner])
        assert len(run.equity), "every bar has its equity"
