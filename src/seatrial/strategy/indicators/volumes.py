"""Indicators that weigh prices with what was traded at them."""

from __future__ import annotations

import numpy as np

from seatrial.strategy.indicators.answers import answer, checked_length
from seatrial.strategy.recurrences import oscillators, volumes
from seatrial.strategy.recurrences.state import RING


class OBV:
    """On-balance volume: volume of rising closes less that of falling ones."""

    def __init__(self) -> None:
        self.value: float | None = None
        self._state = np.zeros(volumes.BALANCE_STATE)

    def update(self, close: float, volume: float) -> float | None:
        """Take one bar; the balance so far."""
        self.value = answer(volumes.balance_next(self._state, float(close), float(volume)))
        return self.value


class MFI:
    """Money flow index: the share of traded money that went with rising typical prices, 0 to 100."""

    def __init__(self, length: int = 14) -> None:
        self.length = checked_length(length)
        self.value: float | None = None
        self._state = np.zeros(RING + length + 2)

    def update(self, high: float, low: float, close: float, volume: float) -> float | None:
        """Take one bar; None before `length + 1` of them, and where no money flowed either way."""
        found = oscillators.money_flow_next(
            self._state, self.length, float(high), float(low), float(close), float(volume)
        )
        self.value = answer(found)
        return self.value


class VWAP:
    """Volume-weighted average price since the start or the last `reset`, as at a session's open."""

    def __init__(self) -> None:
        self.value: float | None = None
        self._state = np.zeros(volumes.VWAP_STATE)

    def update(self, price: float, volume: float) -> float | None:
        """Take one price and what traded at it; None while nothing has."""
        self.value = answer(volumes.vwap_next(self._state, float(price), float(volume)))
        return self.value

    def reset(self) -> None:
        """Begin afresh."""
        self.value = None
        self._state[:] = 0.0
