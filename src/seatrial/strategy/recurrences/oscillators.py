"""Recurrences that swing around a middle or between bounds.

None of them answers where its own definition divides by zero: a market that did not move has no oscillator, and a
made-up middle would be traded on.
"""

from __future__ import annotations

import math

from seatrial.core.compiled import compiled
from seatrial.strategy.recurrences.averages import EMA_STATE, ema_next
from seatrial.strategy.recurrences.state import RING, Float64Array, advance, remember
from seatrial.strategy.recurrences.windows import donchian_next, highest_of, lowest_of, mean_of

MACD_STATE = 1 + 3 * EMA_STATE


@compiled
def macd_next(
    state: Float64Array, fast_state: Float64Array, slow_state: Float64Array, signal_state: Float64Array,
    fast: int, slow: int, signal: int, value: float,
) -> tuple[float, float, float]:  # fmt: skip
    """`(line, signal, histogram)` of two exponential averages.

    Both averages answer first on the same bar, so the fast one is started with the last `fast` of the first `slow`
    values. `state[0]` counts; the three states are those of `ema_next`.
    """
    state[0] += 1.0
    above = ema_next(fast_state, fast, value) if state[0] > slow - fast else math.nan
    below = ema_next(slow_state, slow, value)
    line = above - below
    if math.isnan(line):
        return math.nan, math.nan, math.nan
    smooth = ema_next(signal_state, signal, line)
    return line, smooth, line - smooth


@compiled
def stochastic_next(
    state: Float64Array, k_state: Float64Array, d_state: Float64Array,
    length: int, smooth: int, d_length: int, high: float, low: float, close: float,
) -> tuple[float, float]:  # fmt: skip
    """`(%K, %D)`: where the close stands in the range of the last `length` bars, 0 to 100, smoothed twice.

    `state` as `donchian_next`; `k_state` and `d_state` are rings of `smooth` and `d_length`.
    """
    lowest, highest = donchian_next(state, length, high, low)
    if math.isnan(lowest) or highest == lowest:
        return math.nan, math.nan
    remember(k_state, RING, 100.0 * (close - lowest) / (highest - lowest))
    if advance(k_state, smooth) < smooth:
        return math.nan, math.nan
    k = mean_of(k_state, RING, smooth)
    remember(d_state, RING, k)
    if advance(d_state, d_length) < d_length:
        return k, math.nan
    return k, mean_of(d_state, RING, d_length)


@compiled
def williams_next(state: Float64Array, length: int, high: float, low: float, close: float) -> float:
    """Williams %R, -100 to 0: how far the close is below the highest high of the range. State as `donchian_next`."""
    lowest, highest = donchian_next(state, length, high, low)
    if math.isnan(lowest) or highest == lowest:
        return math.nan
    return -100.0 * (highest - close) / (highest - lowest)


@compiled
def cci_next(state: Float64Array, length: int, high: float, low: float, close: float) -> float:
    """Commodity channel index: the typical price's distance from its mean, in 0.015 mean absolute deviations."""
    typical = (high + low + close) / 3.0
    remember(state, RING, typical)
    if advance(state, length) < length:
        return math.nan
    mean = mean_of(state, RING, length)
    apart = 0.0
    for place in range(length):
        apart += abs(state[RING + place] - mean)
    return (typical - mean) / (0.015 * apart / length) if apart > 0.0 else math.nan


@compiled
def money_flow_next(state: Float64Array, length: int, high: float, low: float, close: float, volume: float) -> float:
    """Money flow index, 0 to 100: the share of traded money that went with rising typical prices.

    A ring of `length` signed flows, and behind it the last typical price. The first bar has no direction yet.
    """
    typical = (high + low + close) / 3.0
    last = state[RING + length]
    first = state[RING + length + 1] == 0.0
    state[RING + length] = typical
    state[RING + length + 1] = 1.0
    if first:
        return math.nan
    flow = typical * volume
    signed = flow if typical > last else (-flow if typical < last else 0.0)
    remember(state, RING, signed)
    if advance(state, length) < length:
        return math.nan
    up = 0.0
    down = 0.0
    for place in range(length):
        part = state[RING + place]
        up += max(part, 0.0)
        down += max(-part, 0.0)
    return 100.0 * up / (up + down) if up + down > 0.0 else math.nan


@compiled
def trix_next(
    first: Float64Array, second: Float64Array, third: Float64Array, last: Float64Array, length: int, value: float
) -> float:
    """Percent change per step of a triple exponential average. `last[0]` keeps the average, `nan` at first."""
    once = ema_next(first, length, value)
    if math.isnan(once):
        return math.nan
    twice = ema_next(second, length, once)
    if math.isnan(twice):
        return math.nan
    thrice = ema_next(third, length, twice)
    before = last[0]
    last[0] = thrice
    if math.isnan(before) or math.isnan(thrice) or before == 0.0:
        return math.nan
    return 100.0 * (thrice - before) / before


@compiled
def aroon_next(state: Float64Array, length: int, high: float, low: float) -> tuple[float, float]:
    """`(down, up)`, 0 to 100: how new the lowest low and the highest high of `length + 1` bars are. Newest wins ties.

    Rings of `length + 1`: highs, then lows.
    """
    size = length + 1
    remember(state, RING, high)
    remember(state, RING + size, low)
    if advance(state, size) < size:
        return math.nan, math.nan
    highest, lowest = highest_of(state, RING, size), lowest_of(state, RING + size, size)
    newest = int(state[1]) - 1
    high_age = -1
    low_age = -1
    for age in range(size):
        place = newest - age
        if place < 0:
            place += size
        if high_age < 0 and state[RING + place] == highest:
            high_age = age
        if low_age < 0 and state[RING + size + place] == lowest:
            low_age = age
    return 100.0 * (length - low_age) / length, 100.0 * (length - high_age) / length
