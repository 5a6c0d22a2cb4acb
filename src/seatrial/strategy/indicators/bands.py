"""Channels around a price, and the deviation they are made of."""

from __future__ import annotations

import math

import numpy as np

from seatrial.strategy import updating
from seatrial.strategy.indicators.answers import Band, checked_factor, checked_length
from seatrial.strategy.indicators.averages import ATR, EMA
from seatrial.strategy.indicators.memory import Memory, quick
from seatrial.strategy.recurrences import windows
from seatrial.strategy.recurrences.state import RING


@quick(updating.update_deviation)
class StdDev(Memory):
    """Standard deviation of the last `length` values, of the population."""

    def __init__(self, length: int = 20) -> None:
        self.length = checked_length(length)
        self._remember(length, RING + length)

    def update(self, value: float) -> float | None:
        """Take one value; None before `length` of them."""
        return self._answered(windows.deviation_next(self._state, self.length, float(value)))


class Bollinger:
    """The mean of the last `length` values and `width` standard deviations around it."""

    def __init__(self, length: int = 20, width: float = 2.0) -> None:
        self.length, self.width = checked_length(length), checked_factor(width, "width")
        self.value: Band | None = None
        self._state = np.zeros(RING + length)

    def update(self, value: float) -> Band | None:
        """Take one value; None before `length` of them."""
        found = windows.bollinger_next(self._state, self.length, self.width, float(value))
        self.value = None if math.isnan(found[1]) else Band(*found)
        return self.value


class Donchian:
    """Lowest low and highest high of the last `length` bars, and the middle between them."""

    def __init__(self, length: int = 20) -> None:
        self.length = checked_length(length)
        self.value: Band | None = None
        self._state = np.zeros(RING + 2 * length)

    def update(self, high: float, low: float) -> Band | None:
        """Take one bar; None before `length` of them."""
        lower, upper = windows.donchian_next(self._state, self.length, float(high), float(low))
        self.value = None if math.isnan(lower) else Band(lower, (lower + upper) / 2.0, upper)
        return self.value


class Keltner:
    """An exponential average of closes and `width` average true ranges around it."""

    def __init__(self, length: int = 20, width: float = 2.0, *, range_length: int = 10) -> None:
        self.width = checked_factor(width, "width")
        self.value: Band | None = None
        self._middle, self._range = EMA(length), ATR(checked_length(range_length, "range_length"))

    def update(self, high: float, low: float, close: float) -> Band | None:
        """Take one bar; None until both averages answer."""
        middle, spread = self._middle.update(close), self._range.update(high, low, close)
        self.value = None
        if middle is not None and spread is not None:
            self.value = Band(middle - self.width * spread, middle, middle + self.width * spread)
        return self.value
