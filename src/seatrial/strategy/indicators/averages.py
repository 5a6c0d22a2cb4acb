"""Averages of prices and of ranges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seatrial.strategy import recurrences, updating
from seatrial.strategy.indicators.answers import answer, checked_length
from seatrial.strategy.indicators.memory import Memory, quick
from seatrial.strategy.recurrences import trends, windows
from seatrial.strategy.recurrences.state import RING


@quick(updating.update_sma)
class SMA(Memory):
    """Simple moving average of the last `length` values."""

    def __init__(self, length: int) -> None:
        self.length = checked_length(length)
        self._remember(self.length, recurrences.SMA_STATE + self.length)

    @property
    def _ring(self) -> NDArray[np.float64]:
        return self._state[recurrences.SMA_STATE :]

    def update(self, value: float) -> float | None:
        """Take one value; the average, or None before `length` values."""
        return self._answered(recurrences.sma_next(self._ring, self._state, float(value)))


@quick(updating.update_ema)
class EMA(Memory):
    """Exponential moving average with weight 2 / (length + 1), started with the mean of the first `length`."""

    def __init__(self, length: int) -> None:
        self.length = checked_length(length)
        self._remember(self.length, recurrences.EMA_STATE)

    def update(self, value: float) -> float | None:
        """Take one value; the average, or None before `length` values."""
        return self._answered(recurrences.ema_next(self._state, self.length, float(value)))


@quick(updating.update_rsi)
class RSI(Memory):
    """Wilder's relative strength index, 0 to 100."""

    def __init__(self, length: int = 14) -> None:
        self.length = checked_length(length)
        self._remember(self.length, recurrences.RSI_STATE)

    def update(self, close: float) -> float | None:
        """Take one close; the index, or None before `length` changes and while nothing has moved at all."""
        return self._answered(recurrences.rsi_next(self._state, self.length, float(close)))


@quick(updating.update_atr)
class ATR(Memory):
    """Wilder's average true range, in the unit of the price."""

    def __init__(self, length: int = 14) -> None:
        self.length = checked_length(length)
        self._remember(self.length, recurrences.ATR_STATE)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take one bar; the average range, or None before `length` of them."""
        return self._answered(recurrences.atr_next(self._state, self.length, float(high), float(low), float(close)))


@quick(updating.update_wma)
class WMA(Memory):
    """Linearly weighted moving average: the newest of `length` values weighs `length`, the oldest 1."""

    def __init__(self, length: int) -> None:
        self.length = checked_length(length)
        self._remember(self.length, RING + self.length)

    def update(self, value: float) -> float | None:
        """Take one value; the average, or None before `length` values."""
        return self._answered(windows.wma_next(self._state, self.length, float(value)))


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
