"""Recurrences that say whether there is a trend, and how far it has come."""

from __future__ import annotations

import math

from seatrial.core.compiled import compiled
from seatrial.strategy.recurrences.state import RING, Float64Array, advance, recalled, remember

# Places of the directional movement's state.
_SEEN, _LAST_HIGH, _LAST_LOW, _LAST_CLOSE, _UP, _DOWN, _RANGE, _ADX = range(8)
ADX_STATE = 8

# Places of the parabolic stop's state.
_BARS, _HIGH, _LOW, _SIDE, _STOP, _EXTREME, _STEP = range(7)
SAR_STATE = 7


@compiled
def adx_next(state: Float64Array, length: int, high: float, low: float, close: float) -> tuple[float, float, float]:
    """`(-DI, +DI, ADX)`, 0 to 100 each, after Wilder's *New Concepts in Technical Trading Systems*.

    Movements and ranges are running sums of which one part in `length` is forgotten per bar; the index is the mean of
    the first `length` directional differences and then follows Wilder's smoothing.
    """
    seen = int(state[_SEEN])
    state[_SEEN] = seen + 1
    rise, fall = high - state[_LAST_HIGH], state[_LAST_LOW] - low
    last_close = state[_LAST_CLOSE]
    state[_LAST_HIGH], state[_LAST_LOW], state[_LAST_CLOSE] = high, low, close
    if seen == 0:
        return math.nan, math.nan, math.nan
    up = rise if rise > fall and rise > 0.0 else 0.0
    down = fall if fall > rise and fall > 0.0 else 0.0
    spread = max(high - low, abs(high - last_close), abs(low - last_close))
    forgets = 1.0 / length if seen >= length else 0.0
    state[_UP] += up - state[_UP] * forgets
    state[_DOWN] += down - state[_DOWN] * forgets
    state[_RANGE] += spread - state[_RANGE] * forgets
    if seen < length or state[_RANGE] == 0.0:
        return math.nan, math.nan, math.nan
    plus, minus = 100.0 * state[_UP] / state[_RANGE], 100.0 * state[_DOWN] / state[_RANGE]
    if plus + minus == 0.0:
        return minus, plus, math.nan
    apart = 100.0 * abs(plus - minus) / (plus + minus)
    if seen < 2 * length - 1:
        state[_ADX] += apart
        return minus, plus, math.nan
    if seen == 2 * length - 1:
        state[_ADX] = (state[_ADX] + apart) / length
    else:
        state[_ADX] = (state[_ADX] * (length - 1) + apart) / length
    return minus, plus, float(state[_ADX])


@compiled
def sar_next(state: Float64Array, step: float, step_max: float, high: float, low: float) -> float:
    """Wilder's parabolic stop and reverse: the price at which the trend would be over, known before the next bar.

    The first two bars decide the side: down where their low fell further than their high rose.
    """
    bars = int(state[_BARS])
    state[_BARS] = bars + 1
    last_high, last_low = state[_HIGH], state[_LOW]
    state[_HIGH], state[_LOW] = high, low
    if bars == 0:
        return math.nan
    if bars == 1:
        fell, rose = last_low - low, high - last_high
        state[_SIDE] = -1.0 if fell > rose and fell > 0.0 else 1.0
        state[_EXTREME] = high if state[_SIDE] > 0.0 else low
        state[_STOP] = last_low if state[_SIDE] > 0.0 else last_high
        state[_STEP] = step
        last_high, last_low = high, low
    side, stop, extreme = state[_SIDE], state[_STOP], state[_EXTREME]
    if side > 0.0:
        if low <= stop:
            stop = max(extreme, last_high, high)
            state[_SIDE], state[_STEP], state[_EXTREME] = -1.0, step, low
            answer = stop
            state[_STOP] = max(stop + step * (low - stop), last_high, high)
            return float(answer)
        if high > extreme:
            state[_EXTREME] = high
            state[_STEP] = min(state[_STEP] + step, step_max)
        state[_STOP] = min(stop + state[_STEP] * (state[_EXTREME] - stop), last_low, low)
        return float(stop)
    if high >= stop:
        stop = min(extreme, last_low, low)
        state[_SIDE], state[_STEP], state[_EXTREME] = 1.0, step, high
        answer = stop
        state[_STOP] = min(stop + step * (high - stop), last_low, low)
        return float(answer)
    if low < extreme:
        state[_EXTREME] = low
        state[_STEP] = min(state[_STEP] + step, step_max)
    state[_STOP] = max(stop + state[_STEP] * (state[_EXTREME] - stop), last_high, high)
    return float(stop)


@compiled
def kama_next(state: Float64Array, average: Float64Array, length: int, fast: int, slow: int, value: float) -> float:
    """Kaufman's adaptive average: as quick as `EMA(fast)` in a straight move, as slow as `EMA(slow)` in noise.

    A ring of `length + 1` values; `average[0]` is `nan` at first and starts with the value before the first answer.
    """
    size = length + 1
    remember(state, RING, value)
    if advance(state, size) < size:
        return math.nan
    way = 0.0
    for age in range(length):
        way += abs(recalled(state, RING, size, age) - recalled(state, RING, size, age + 1))
    move = abs(value - recalled(state, RING, size, length))
    efficiency = 1.0 if way <= move else move / way
    quick, lazy = 2.0 / (fast + 1), 2.0 / (slow + 1)
    weight = (efficiency * (quick - lazy) + lazy) ** 2
    if math.isnan(average[0]):
        average[0] = recalled(state, RING, size, 1)
    average[0] += (value - average[0]) * weight
    return float(average[0])
