"""The cross with nothing in Python per bar: the venue kernel, the machine and the averages in one compiled loop.

Same `step`, same ledger, risk and fill rules as a backtest; equal state fingerprints say so before each run.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.sma_cross.our_market import INSTRUMENT, PRICE_SCALE, SHARES
from seatrial.core import bar_loop as loop
from seatrial.core import records as r
from seatrial.core import venue as v
from seatrial.core.compiled import compiled, compiled_inner
from seatrial.core.machine import Machine
from seatrial.core.step import step
from seatrial.domain.facts import Transfer
from seatrial.domain.ids import StrategyId
from seatrial.runs.backtest import EPOCH, PARTICIPATION_PPM, Market, merged_bars
from seatrial.strategy.recurrences import SMA_STATE, sma_next

LOG_ROWS = 65_536


class Averages(NamedTuple):
    """The memory of two moving averages."""

    fast_ring: NDArray[np.float64]
    fast_state: NDArray[np.float64]
    slow_ring: NDArray[np.float64]
    slow_state: NDArray[np.float64]


class Prepared:
    """One machine and one venue, ready to live through the bars once."""

    def __init__(self, market: Market) -> None:
        self.machine = Machine([market.account], [(market.account.id, INSTRUMENT)], EPOCH)
        self.bars = merged_bars(self.machine, [market])
        self.column = self.machine.strategy_column(StrategyId("cross"))
        self.venue = v.new_venue(1, LOG_ROWS)
        self.venue.fees[0] = (INSTRUMENT.fee_ppm, int(INSTRUMENT.fee_in_base_on_buy))
        account = market.account
        self.machine.step(Transfer(int(self.bars[0, loop.B_START]), account.id, account.currency, market.cash_units))

    def run(self, fast: int, slow: int) -> int:
        """Live through every bar; returns the number of fills."""
        closing, equity = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
        averages = Averages(np.zeros(fast), np.zeros(SMA_STATE), np.zeros(slow), np.zeros(SMA_STATE))
        return live(
            self.machine.state, self.venue, self.bars, averages, self.column, PARTICIPATION_PPM, closing, equity
        )


def run_once(market: Market, fast: int, slow: int) -> tuple[int, Machine]:
    """The fills, and the machine afterwards."""
    prepared = Prepared(market)
    fills = prepared.run(fast, slow)
    return fills, prepared.machine


@compiled_inner
def decide(state: r.State, venue: v.VenueState, at_ns: int, column: int, qty: int) -> None:
    """One decision batch: a target, then the rebalance that sizes it."""
    v.blank_fact(venue, r.FACT_TARGET, at_ns, 0, 0)
    venue.fact[r.F_STRATEGY] = column
    venue.fact[r.F_QTY] = qty
    venue.fact[r.F_BATCH] = at_ns
    v.deliver(state, venue, step(state, venue.fact, venue.effects))
    v.blank_fact(venue, r.FACT_REBALANCE, at_ns, 0, 0)
    venue.fact[r.F_BATCH] = at_ns
    v.deliver(state, venue, step(state, venue.fact, venue.effects))


@compiled
def live(
    state: r.State,
    venue: v.VenueState,
    bars: r.Int64Array,
    averages: Averages,
    column: int,
    participation_ppm: int,
    closing: r.Int64Array,
    equity: r.Int64Array,
) -> int:
    """The whole run. The log of fills is overwritten: this loop only counts them."""
    held = fills = 0
    for row in range(bars.shape[0]):
        tail = loop.live_group(state, venue, bars, row, row + 1, participation_ppm, closing, equity)
        if tail > 0:
            v.deliver(state, venue, tail)
        fills += venue.tallies[v.T_FILLS]
        venue.tallies[v.T_FILLS] = 0
        close = bars[row, loop.B_CLOSE] / PRICE_SCALE
        above = sma_next(averages.fast_ring, averages.fast_state, close)
        below = sma_next(averages.slow_ring, averages.slow_state, close)
        if math.isnan(above) or math.isnan(below):
            continue
        side = 1 if above > below else -1
        if side != held:
            held = side
            decide(state, venue, bars[row, loop.B_END], column, side * SHARES * 10**9)
    return fills
