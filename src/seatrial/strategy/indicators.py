"""Indicators for `on_bar`: each remembers what it needs and answers None until it has seen enough."""

from __future__ import annotations

import math

import numpy as np

from seatrial.domain.faults import RequestFault
from seatrial.strategy import recurrences

LENGTH_MAX = 1_000_000


class SMA:
    """Simple moving average of the last `length` values."""

    def __init__(self, length: int) -> None:
        self.length = _checked(length)
        self.value: float | None = None
        self._ring = np.zeros(self.length)
        self._state = np.zeros(recurrences.SMA_STATE)

    def update(self, value: float) -> float | None:
        """Take one value; the average, or None before `length` values."""
        self.value = _answer(recurrences.sma_next(self._ring, self._state, float(value)))
        return self.value


class EMA:
    """Exponential moving average with weight 2 / (length + 1), started with the mean of the first `length`."""

    def __init__(self, length: int) -> None:
        self.length = _checked(length)
        self.value: float | None = None
        self._state = np.zeros(recurrences.EMA_STATE)

    def update(self, value: float) -> float | None:
        """Take one value; the average, or None before `length` values."""
        self.value = _answer(recurrences.ema_next(self._state, self.length, float(value)))
        return self.value


class RSI:
    """Wilder's relative strength index, 0 to 100."""

    def __init__(self, length: int = 14) -> None:
        self.length = _checked(length)
        self.value: float | None = None
        self._state = np.zeros(recurrences.RSI_STATE)

    def update(self, close: float) -> float | None:
        """Take one close; the index, or None before `length` changes and while nothing has moved at all."""
        self.value = _answer(recurrences.rsi_next(self._state, self.length, float(close)))
        return self.value


class ATR:
    """Wilder's average true range, in the unit of the price."""

    def __init__(self, length: int = 14) -> None:
        self.length = _checked(length)
        self.value: float | None = None
        self._state = np.zeros(recurrences.ATR_STATE)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take one bar; the average range, or None before `length` of them."""
        answer = recurrences.atr_next(self._state, self.length, float(high), float(low), float(close))
        self.value = _answer(answer)
        return self.value


def _checked(length: int) -> int:
    if isinstance(length, bool) or not isinstance(length, int) or not 0 < length <= LENGTH_MAX:
        raise RequestFault("length", f"a whole number from 1 to {LENGTH_MAX}", length)
    return length


def _answer(value: float) -> float | None:
    return None if math.isnan(value) else value
