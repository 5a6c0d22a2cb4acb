"""Indicators that swing around a middle or between bounds."""

from __future__ import annotations

import math

import numpy as np

from seatrial.domain.faults import RequestFault
from seatrial.strategy import updating
from seatrial.strategy.indicators.answers import Crossing, Stochastics, answer, checked_length
from seatrial.strategy.indicators.memory import Memory, quick
from seatrial.strategy.recurrences import EMA_STATE, oscillators, windows
from seatrial.strategy.recurrences.state import RING


class MACD:
    """Difference of two exponential averages, its exponential signal, and what lies between the two."""

    def __init__(self, fast: int = 12, slow: int = 26, signal: int = 9) -> None:
        self.fast, self.slow = checked_length(fast, "fast"), checked_length(slow, "slow")
        self.signal = checked_length(signal, "signal")
        if fast >= slow:
            raise RequestFault("fast", f"a length below slow={slow}", fast)
        self.value: Crossing | None = None
        self._states = (np.zeros(1), np.zeros(EMA_STATE), np.zeros(EMA_STATE), np.zeros(EMA_STATE))

    def update(self, value: float) -> Crossing | None:
        """Take one value; None before `slow + signal - 1` of them."""
        found = oscillators.macd_next(*self._states, self.fast, self.slow, self.signal, float(value))
        self.value = None if math.isnan(found[1]) else Crossing(*found)
        return self.value


class Stochastic:
    """Where the close stands in the range of the last `length` bars, smoothed (%K) and averaged (%D)."""

    def __init__(self, length: int = 14, *, smooth: int = 3, average: int = 3) -> None:
        self.length = checked_length(length)
        self.smooth, self.average = checked_length(smooth, "smooth"), checked_length(average, "average")
        self.value: Stochastics | None = None
        self._states = (np.zeros(RING + 2 * length), np.zeros(RING + smooth), np.zeros(RING + average))

    def update(self, high: float, low: float, close: float) -> Stochastics | None:
        """Take one bar; None before enough of them, and where the whole range is one price."""
        found = oscillators.stochastic_next(
            *self._states, self.length, self.smooth, self.average, float(high), float(low), float(close)
        )
        self.value = None if math.isnan(found[1]) else Stochastics(*found)
        return self.value


class WilliamsR:
    """Williams %R: how far the close is below the highest high of `length` bars, -100 to 0."""

    def __init__(self, length: int = 14) -> None:
        self.length = checked_length(length)
        self.value: float | None = None
        self._state = np.zeros(RING + 2 * length)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take one bar; None before `length` of them, and where the whole range is one price."""
        self.value = answer(oscillators.williams_next(self._state, self.length, float(high), float(low), float(close)))
        return self.value


class CCI:
    """Commodity channel index: the typical price's distance from its mean in mean deviations."""

    def __init__(self, length: int = 20) -> None:
        self.length = checked_length(length, least=2)
        self.value: float | None = None
        self._state = np.zeros(RING + length)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take one bar; None before `length` of them, and where they are all alike."""
        self.value = answer(oscillators.cci_next(self._state, self.length, float(high), float(low), float(close)))
        return self.value


@quick(updating.update_rate)
class ROC(Memory):
    """Rate of change: percent gained over `length` steps."""

    def __init__(self, length: int = 10) -> None:
        self.length = checked_length(length)
        self._remember(length, RING + length + 1)

    def update(self, value: float) -> float | None:
        """Take one value; None before `length + 1` of them."""
        return self._answered(windows.rate_of_change_next(self._state, self.length, float(value)))


@quick(updating.update_change)
class Momentum(Memory):
    """The value less the one `length` steps before."""

    def __init__(self, length: int = 10) -> None:
        self.length = checked_length(length)
        self._remember(length, RING + length + 1)

    def update(self, value: float) -> float | None:
        """Take one value; None before `length + 1` of them."""
        return self._answered(windows.change_next(self._state, self.length, float(value)))


class TRIX:
    """Percent change per step of a triple exponential average."""

    def __init__(self, length: int = 15) -> None:
        self.length = checked_length(length)
        self.value: float | None = None
        self._states = (np.zeros(EMA_STATE), np.zeros(EMA_STATE), np.zeros(EMA_STATE), np.full(1, np.nan))

    def update(self, value: float) -> float | None:
        """Take one value; None before `3 * length - 1` of them."""
        self.value = answer(oscillators.trix_next(*self._states, self.length, float(value)))
        return self.value
