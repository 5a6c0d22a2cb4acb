"""One compiled recurrence per indicator: the next value from the last state and one bar.

Every form of a strategy calls these, one bar or a million at a time, so all forms see the same floats.
`nan` means there is not enough data yet; nothing is filled in. No fastmath: the order of additions is part
of the answer. A state is a float64 array that the caller makes with the `..._STATE` length.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from seatrial.core.compiled import compiled

Float64Array = NDArray[np.float64]

# Places in a state.
COUNT, VALUE, EXTRA, LAST = 0, 1, 2, 3
PLACE = EXTRA
SMA_STATE = 3  # COUNT, VALUE: the running sum, PLACE in the ring of the oldest value
EMA_STATE = 2  # COUNT, VALUE: the average
RSI_STATE = 4  # COUNT, VALUE: average gain, EXTRA: average loss, LAST: previous close
ATR_STATE = 4  # COUNT, VALUE: average range, LAST: previous close


@compiled
def sma_next(ring: Float64Array, state: Float64Array, value: float) -> float:
    """Simple moving average over the last `len(ring)` values.

    The running sum is added up afresh once per turn of the ring, so rounding never accumulates.
    """
    length = ring.shape[0]
    place = int(state[PLACE])
    state[VALUE] += value - ring[place] if state[COUNT] >= length else value
    state[COUNT] += 1.0
    ring[place] = value
    place += 1
    if place == length:
        place = 0
        total = 0.0
        for index in range(length):
            total += ring[index]
        state[VALUE] = total
    state[PLACE] = place
    return state[VALUE] / length if state[COUNT] >= length else math.nan


@compiled
def ema_next(state: Float64Array, length: int, value: float) -> float:
    """Exponential moving average, weight 2 / (length + 1), started with the plain mean of the first `length`."""
    count = int(state[COUNT]) + 1
    state[COUNT] = count
    if count <= length:
        state[VALUE] += value
        if count < length:
            return math.nan
        state[VALUE] /= length
        return float(state[VALUE])
    state[VALUE] += (value - state[VALUE]) * (2.0 / (length + 1))
    return float(state[VALUE])


@compiled
def wilder_next(average: float, count: int, length: int, value: float) -> float:
    """Wilder's smoothing: a running sum until `length` values are in, then `average += (value - average) / length`."""
    if count < length:
        return average + value
    if count == length:
        return (average + value) / length
    return average + (value - average) / length


@compiled
def rsi_next(state: Float64Array, length: int, close: float) -> float:
    """Wilder's relative strength index, 0 to 100; `nan` before `length` changes and where nothing ever moved."""
    seen = int(state[COUNT])
    state[COUNT] = seen + 1
    last = state[LAST]
    state[LAST] = close
    if seen == 0:
        return math.nan
    change = close - last
    state[VALUE] = wilder_next(state[VALUE], seen, length, max(change, 0.0))
    state[EXTRA] = wilder_next(state[EXTRA], seen, length, max(-change, 0.0))
    total = state[VALUE] + state[EXTRA]
    if seen < length or total == 0.0:
        return math.nan
    return float(100.0 * state[VALUE] / total)


@compiled
def atr_next(state: Float64Array, length: int, high: float, low: float, close: float) -> float:
    """Wilder's average true range; `nan` before `length` true ranges, the first of which needs a previous close."""
    seen = int(state[COUNT])
    state[COUNT] = seen + 1
    last = state[LAST]
    state[LAST] = close
    if seen == 0:
        return math.nan
    true_range = max(high - low, abs(high - last), abs(low - last))
    state[VALUE] = wilder_next(state[VALUE], seen, length, true_range)
    return float(state[VALUE]) if seen >= length else math.nan
