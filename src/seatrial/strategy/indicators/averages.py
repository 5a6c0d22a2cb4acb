"""Averages of prices and of ranges."""

from __future__ import annotations

import numpy as np

from seatrial.strategy import recurrences
from seatrial.strategy.indicators.answers import answer, checked_length
from seatrial.strategy.recurrences import trends, windows
from seatrial.strategy.recurrences.state import RING


class SMA:
    """Simple moving average of the last `length` values."""

    def __init__(self, length: int) -> None:
        self.length = checked_length(length)
        self.value: float | None = None
        self._ring = np.zeros(self.length)
        self._state = np.zeros(recurrences.SMA_STATE)

    def update(self, value: float) -> float | None:
        """Take one value; the average, or None before `length` values."""
        self.value = answer(recurrences.sma_next(self._ring, self._state, float(value)))
        return self.value


class EMA:
    """Exponential moving average with weight 2 / (length + 1), started with the mean of the first `length`."""

    def __init__(self, length: int) -> None:
        self.length = checked_length(length)
        self.value: float | None = None
        self._state = np.zeros(recurrences.EMA_STATE)

    def update(self, value: float) -> float | None:
        """Take one value; the average, or None before `length` values."""
        self.value = answer(recurrences.ema_next(self._state, self.length, float(value)))
        return self.value


class RSI:
    """Wilder's relative strength index, 0 to 100."""

    def __init__(self, length: int = 14) -> None:
        self.length = checked_length(length)
        self.value: float | None = None
        self._state = np.zeros(recurrences.RSI_STATE)

    def update(self, close: float) -> float | None:
        """Take one close; the index, or None before `length` changes and while nothing has moved at all."""
        self.value = answer(recurrences.rsi_next(self._state, self.length, float(close)))
        return self.value


class ATR:
    """Wilder's average true range, in the unit of the price."""

    def __init__(self, length: int = 14) -> None:
        self.length = checked_length(length)
        self.value: float | None = None
        self._state = np.zeros(recurrences.ATR_STATE)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take one bar; the average range, or None before `length` of them."""
        found = recurrences.atr_next(self._state, self.length, float(high), float(low), float(close))
        self.value = answer(found)
        return self.value


class WMA:
    """Linearly weighted moving average: the newest of `length` values weighs `length`, the oldest 1."""

    def __init__(self, length: int) -> None:
        self.length = checked_length(length)
        self.value: float | None = None
        self._state = np.zeros(RING + self.length)

    def update(self, value: float) -> float | None:
        """Take one value; the average, or None before `length` values."""
        self.value = answer(windows.wma_next(self._state, self.length, float(value)))
        return self.value


class KAMA:
    """Kaufman's adaptive moving average over `length` values, between `EMA(fast)` and `EMA(slow)`."""

    def __init__(self, length: int = 10, *, fast: int = 2, slow: int = 30) -> None:
        self.length = checked_length(length)
        self.fast, self.slow = checked_length(fast, "fast"), checked_length(slow, "slow")
        self.value: float | None = None
        self._state = np.zeros(RING + self.length + 1)
        self._average = np.full(1, np.nan)

    def update(self, value: float) -> float | None:
        """Take one value; the average, or None before `length + 1` values."""
        found = trends.kama_next(self._state, self._average, self.length, self.fast, self.slow, float(value))
        self.value = answer(found)
        return self.value
