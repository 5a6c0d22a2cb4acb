"""Recurrences over traded volume."""

from __future__ import annotations

import math

from seatrial.core.compiled import compiled
from seatrial.strategy.recurrences.state import Float64Array

BALANCE_STATE = 3  # seen, last close, balance
VWAP_STATE = 2  # value traded, volume traded


@compiled
def balance_next(state: Float64Array, close: float, volume: float) -> float:
    """On-balance volume: volume added when the close rose, taken away when it fell. It starts with the first volume."""
    if state[0] == 0.0:
        state[2] = volume
    elif close > state[1]:
        state[2] += volume
    elif close < state[1]:
        state[2] -= volume
    state[0] = 1.0
    state[1] = close
    return float(state[2])


@compiled
def vwap_next(state: Float64Array, price: float, volume: float) -> float:
    """Volume-weighted average price since the state was zero; `nan` while nothing has traded."""
    state[0] += price * volume
    state[1] += volume
    return float(state[0] / state[1]) if state[1] > 0.0 else math.nan
