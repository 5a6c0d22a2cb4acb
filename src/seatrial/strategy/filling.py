"""Which compiled loop continues which indicator along a column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seatrial.strategy import filling_many as many
from seatrial.strategy import filling_one as one
from seatrial.strategy.indicators import (
    ADX,
    ATR,
    CCI,
    EMA,
    KAMA,
    MACD,
    MFI,
    OBV,
    ROC,
    RSI,
    SMA,
    TRIX,
    VWAP,
    WMA,
    Aroon,
    Bollinger,
    Donchian,
    Keltner,
    Momentum,
    ParabolicSAR,
    Slope,
    StdDev,
    Stochastic,
    WilliamsR,
)

Float64Array = NDArray[np.float64]
Fill = Callable[[Any, Sequence[Float64Array], Float64Array], None]


def _one(fill: Any) -> Fill:
    """Of an indicator with a state and a length, whose answer is one number."""
    return lambda it, inputs, out: fill(it._state, it.length, *inputs, out[0])


def _many(fill: Any) -> Fill:
    """Of an indicator with a state and a length, whose answer is several numbers."""
    return lambda it, inputs, out: fill(it._state, it.length, *inputs, out)


# Two of one type, one length and the same inputs give the same column, of one number each.
BY_LENGTH: dict[type, Fill] = {
    ATR: _one(one.fill_atr),
    CCI: _one(one.fill_cci),
    EMA: _one(one.fill_ema),
    MFI: _one(one.fill_flow),
    Momentum: _one(one.fill_change),
    ROC: _one(one.fill_rate),
    RSI: _one(one.fill_rsi),
    SMA: lambda it, inputs, out: one.fill_sma(it._ring, it._state, *inputs, out[0]),
    Slope: _one(one.fill_slope),
    StdDev: _one(one.fill_deviation),
    TRIX: lambda it, inputs, out: one.fill_trix(*it._states, it.length, *inputs, out[0]),
    WMA: _one(one.fill_wma),
    WilliamsR: _one(one.fill_williams),
}

FILLS: dict[type, Fill] = {
    **BY_LENGTH,
    ADX: _many(many.fill_adx),
    Aroon: _many(many.fill_aroon),
    Bollinger: lambda it, inputs, out: many.fill_bollinger(it._state, it.length, it.width, *inputs, out),
    Donchian: _many(many.fill_donchian),
    KAMA: lambda it, inputs, out: one.fill_kama(it._state, it._average, it.length, it.fast, it.slow, *inputs, out[0]),
    Keltner: lambda it, inputs, out: many.fill_keltner(
        it._middle._state, it._middle.length, it._range._state, it._range.length, it.width, *inputs, out
    ),
    MACD: lambda it, inputs, out: many.fill_macd(*it._states, it.fast, it.slow, it.signal, *inputs, out),
    OBV: lambda it, inputs, out: one.fill_balance(it._state, *inputs, out[0]),
    ParabolicSAR: lambda it, inputs, out: one.fill_sar(it._state, it.step, it.step_max, *inputs, out[0]),
    Stochastic: lambda it, inputs, out: many.fill_stochastic(
        *it._states, it.length, it.smooth, it.average, *inputs, out
    ),
    VWAP: lambda it, inputs, out: one.fill_vwap(it._state, *inputs, out[0]),
}
