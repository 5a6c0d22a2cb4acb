"""Indicators of several numbers along whole columns, compiled: each is its recurrence, a bar at a time.

An answer is there with all of its numbers or not at all, as `update` has it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from seatrial.core.compiled import compiled
from seatrial.strategy import recurrences
from seatrial.strategy.recurrences import oscillators, trends, windows

F = NDArray[np.float64]


@compiled
def fill_bollinger(state: F, length: int, width: float, values: F, out: F) -> None:
    """`bollinger_next` along a column."""
    for row in range(values.shape[0]):
        out[0, row], out[1, row], out[2, row] = windows.bollinger_next(state, length, width, values[row])


@compiled
def fill_donchian(state: F, length: int, high: F, low: F, out: F) -> None:
    """`donchian_next` along two columns, and the middle."""
    for row in range(high.shape[0]):
        lower, upper = windows.donchian_next(state, length, high[row], low[row])
        out[0, row], out[1, row], out[2, row] = lower, (lower + upper) / 2.0, upper


@compiled
def fill_keltner(
    middles: F, length: int, ranges: F, range_length: int, width: float, high: F, low: F, close: F, out: F
) -> None:
    """`ema_next` and `atr_next` along three columns, and the channel they make."""
    for row in range(high.shape[0]):
        middle = recurrences.ema_next(middles, length, close[row])
        spread = recurrences.atr_next(ranges, range_length, high[row], low[row], close[row])
        known = middle if not math.isnan(spread) else math.nan
        out[0, row], out[1, row], out[2, row] = known - width * spread, known, known + width * spread


@compiled
def fill_macd(count: F, above: F, below: F, smooth: F, fast: int, slow: int, signal: int, values: F, out: F) -> None:
    """`macd_next` along a column."""
    for row in range(values.shape[0]):
        line, lag, apart = oscillators.macd_next(count, above, below, smooth, fast, slow, signal, values[row])
        out[0, row], out[1, row], out[2, row] = line if not math.isnan(lag) else math.nan, lag, apart


@compiled
def fill_stochastic(
    state: F, k_state: F, d_state: F, length: int, smooth: int, average: int, high: F, low: F, close: F, out: F
) -> None:
    """`stochastic_next` along three columns."""
    for row in range(high.shape[0]):
        k, d = oscillators.stochastic_next(
            state, k_state, d_state, length, smooth, average, high[row], low[row], close[row]
        )
        out[0, row], out[1, row] = k if not math.isnan(d) else math.nan, d


@compiled
def fill_adx(state: F, length: int, high: F, low: F, close: F, out: F) -> None:
    """`adx_next` along three columns."""
    for row in range(high.shape[0]):
        minus, plus, index = trends.adx_next(state, length, high[row], low[row], close[row])
        unknown = math.isnan(index)
        out[0, row], out[1, row], out[2, row] = math.nan if unknown else minus, math.nan if unknown else plus, index


@compiled
def fill_aroon(state: F, length: int, high: F, low: F, out: F) -> None:
    """`aroon_next` along two columns."""
    for row in range(high.shape[0]):
        out[0, row], out[1, row] = oscillators.aroon_next(state, length, high[row], low[row])
