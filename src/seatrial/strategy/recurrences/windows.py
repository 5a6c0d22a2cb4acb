"""Recurrences over the last `length` values: weighted means, deviations, extremes, slopes.

Sums are taken afresh from the ring each time. That costs `length` additions, and in return no rounding accumulates:
a window's answer depends on the values in it and on nothing before. States are `RING + length` long.
"""

from __future__ import annotations

import math

from seatrial.core.compiled import compiled
from seatrial.strategy.recurrences.state import RING, Float64Array, advance, recalled, remember


@compiled
def wma_next(state: Float64Array, length: int, value: float) -> float:
    """Linearly weighted mean: the newest value weighs `length`, the oldest 1."""
    remember(state, RING, value)
    if advance(state, length) < length:
        return math.nan
    total = 0.0
    for age in range(length):
        total += (length - age) * recalled(state, RING, length, age)
    return total / (length * (length + 1) / 2.0)


@compiled
def mean_of(state: Float64Array, ring: int, length: int) -> float:
    """The plain mean of a full ring."""
    total = 0.0
    for place in range(length):
        total += state[ring + place]
    return total / length


@compiled
def deviation_of(state: Float64Array, ring: int, length: int, mean: float) -> float:
    """The standard deviation of a full ring around its mean, of the population (divided by `length`)."""
    total = 0.0
    for place in range(length):
        apart = state[ring + place] - mean
        total += apart * apart
    return math.sqrt(total / length)


@compiled
def deviation_next(state: Float64Array, length: int, value: float) -> float:
    """Standard deviation of the last `length` values, of the population."""
    remember(state, RING, value)
    if advance(state, length) < length:
        return math.nan
    return deviation_of(state, RING, length, mean_of(state, RING, length))


@compiled
def bollinger_next(state: Float64Array, length: int, width: float, value: float) -> tuple[float, float, float]:
    """`(lower, middle, upper)`: the mean and `width` standard deviations around it."""
    remember(state, RING, value)
    if advance(state, length) < length:
        return math.nan, math.nan, math.nan
    middle = mean_of(state, RING, length)
    apart = width * deviation_of(state, RING, length, middle)
    return middle - apart, middle, middle + apart


@compiled
def highest_of(state: Float64Array, ring: int, length: int) -> float:
    """The greatest value of a full ring."""
    found = state[ring]
    for place in range(1, length):
        found = max(found, state[ring + place])
    return float(found)


@compiled
def lowest_of(state: Float64Array, ring: int, length: int) -> float:
    """The smallest value of a full ring."""
    found = state[ring]
    for place in range(1, length):
        found = min(found, state[ring + place])
    return float(found)


@compiled
def donchian_next(state: Float64Array, length: int, high: float, low: float) -> tuple[float, float]:
    """`(lowest low, highest high)` of the last `length` bars. Two rings: highs, then lows."""
    remember(state, RING, high)
    remember(state, RING + length, low)
    if advance(state, length) < length:
        return math.nan, math.nan
    return lowest_of(state, RING + length, length), highest_of(state, RING, length)


@compiled
def slope_next(state: Float64Array, length: int, value: float) -> float:
    """Slope per step of the least-squares line through the last `length` values."""
    remember(state, RING, value)
    if advance(state, length) < length:
        return math.nan
    middle = (length - 1) / 2.0
    above = 0.0
    below = 0.0
    for age in range(length):
        apart = middle - age
        above += apart * recalled(state, RING, length, age)
        below += apart * apart
    return above / below


@compiled
def change_next(state: Float64Array, length: int, value: float) -> float:
    """The value less the one `length` steps before it; the ring is `length + 1` long."""
    remember(state, RING, value)
    if advance(state, length + 1) <= length:
        return math.nan
    return value - recalled(state, RING, length + 1, length)


@compiled
def rate_of_change_next(state: Float64Array, length: int, value: float) -> float:
    """The change over `length` steps in percent of the value then; `nan` where that was zero. Ring: `length + 1`."""
    remember(state, RING, value)
    if advance(state, length + 1) <= length:
        return math.nan
    before = recalled(state, RING, length + 1, length)
    return 100.0 * (value - before) / before if before != 0.0 else math.nan
