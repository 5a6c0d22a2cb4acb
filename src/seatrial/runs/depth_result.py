"""A run over depth or quotes as the result that reports and figures are made from, like any other run's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from seatrial.core.depth import TRADE, V_AT, V_KIND, V_LOTS, Int64Array
from seatrial.core.depth_run import J_AT, J_PRICE
from seatrial.market.bars import BAR_WIDTH, CLOSE, END, HIGH, LOW, OPEN, START, VOLUME
from seatrial.market.depth_table import DepthTable
from seatrial.runs.depth_market import DepthBacktest, DepthMarket
from seatrial.runs.result import PriceLine, RunResult, StrategyNote

ALL_OF_IT_PPM = 1_000_000


def depth_result(
    done: DepthBacktest, market: DepthMarket, strategies: Sequence[StrategyNote], *, seed: int | None = None
) -> RunResult:
    """The result; its bars are the spans between two marks. `seed` where latencies were drawn."""
    run, account = done.run, market.account
    holding = (account.id, market.table.instrument.symbol)
    worth = int(run.equity[0].equity_units) if market.holding_units and run.equity else market.cash_units
    return RunResult(
        kind="backtest",
        accounts=(account,),
        opening_units={account.id: worth},
        instruments={holding: market.table.instrument},
        prices={holding: PriceLine(mark_bars(done.marks, market.table))},
        fills=run.fills,
        equity=run.equity,
        positions=run.machine.positions(),
        cash_units={account.id: run.machine.cash(account.id, account.currency)},
        orders=run.orders,
        cancels=run.cancels,
        expired=run.expired,
        trips=run.trips,
        refused=run.refused,
        bars=run.bars,
        outcome_fingerprint=run.outcome_fingerprint,
        participation_ppm=ALL_OF_IT_PPM,
        strategies=tuple(strategies),
        data_lines=(market.table.line(),),
        seed=seed,
    )


def mark_bars(marks: Int64Array, table: DepthTable) -> Int64Array:
    """Bars between marks: from one middle price to the next, and what traded between them."""
    bars = np.zeros((len(marks), BAR_WIDTH), dtype=np.int64)
    if not len(marks):
        return bars
    ends, prices = marks[:, J_AT], marks[:, J_PRICE]
    bars[:, START] = np.r_[min(table.first_ns, ends[0]), ends[:-1]]
    bars[:, END] = ends
    bars[:, OPEN], bars[:, CLOSE] = np.r_[prices[0], prices[:-1]], prices
    bars[:, HIGH], bars[:, LOW] = np.maximum(bars[:, OPEN], prices), np.minimum(bars[:, OPEN], prices)
    trades = table.rows[table.rows[:, V_KIND] == TRADE]
    at = np.searchsorted(ends, trades[:, V_AT])
    inside = at < len(ends)
    np.add.at(bars[:, VOLUME], at[inside], trades[inside, V_LOTS] * table.instrument.lot_units)
    return bars
