"""Indicators of direction: whether there is a trend, how strong, and where it would end."""

from __future__ import annotations

import math

import numpy as np

from seatrial.strategy import updating
from seatrial.strategy.indicators.answers import Movement, Newness, answer, checked_factor, checked_length
from seatrial.strategy.indicators.memory import Memory, quick
from seatrial.strategy.recurrences import oscillators, trends, windows
from seatrial.strategy.recurrences.state import RING


class ADX:
    """Wilder's directional movement: +DI, -DI and their average index."""

    def __init__(self, length: int = 14) -> None:
        self.length = checked_length(length, least=2)
        self.value: Movement | None = None
        self._state = np.zeros(trends.ADX_STATE)

    def update(self, high: float, low: float, close: float) -> Movement | None:
        """Take one bar; None before `2 * length` of them."""
        found = trends.adx_next(self._state, self.length, float(high), float(low), float(close))
        self.value = None if math.isnan(found[2]) else Movement(*found)
        return self.value


class Aroon:
    """How new the extremes of the last `length + 1` bars are."""

    def __init__(self, length: int = 14) -> None:
        self.length = checked_length(length)
        self.value: Newness | None = None
        self._state = np.zeros(RING + 2 * (length + 1))

    def update(self, high: float, low: float) -> Newness | None:
        """Take one bar; None before `length + 1` of them."""
        found = oscillators.aroon_next(self._state, self.length, float(high), float(low))
        self.value = None if math.isnan(found[0]) else Newness(*found)
        return self.value


class ParabolicSAR:
    """Wilder's parabolic stop and reverse."""

    def __init__(self, step: float = 0.02, step_max: float = 0.2) -> None:
        self.step, self.step_max = checked_factor(step, "step"), checked_factor(step_max, "step_max")
        self.value: float | None = None
        self._state = np.zeros(trends.SAR_STATE)

    def update(self, high: float, low: float) -> float | None:
        """Take one bar; the stop that holds for it, or None on the first."""
        self.value = answer(trends.sar_next(self._state, self.step, self.step_max, float(high), float(low)))
        return self.value


@quick(updating.update_slope)
class Slope(Memory):
    """Slope per step of the least-squares line through the last `length` values."""

    def __init__(self, length: int = 14) -> None:
        self.length = checked_length(length, least=2)
        self._remember(length, RING + length)

    def update(self, value: float) -> float | None:
        """Take one value; None before `length` of them."""
        return self._answered(windows.slope_next(self._state, self.length, float(value)))
