"""What an indicator answers: a number, several by name, or None while it has not seen enough."""

from __future__ import annotations

import math
from typing import NamedTuple

from seatrial.domain.faults import RequestFault

LENGTH_MAX = 1_000_000


class Band(NamedTuple):
    """A channel around a middle."""

    lower: float
    middle: float
    upper: float


class Crossing(NamedTuple):
    """A line, its smoothed signal, and the difference."""

    line: float
    signal: float
    histogram: float


class Stochastics(NamedTuple):
    """%K and its average %D, 0 to 100."""

    k: float
    d: float


class Movement(NamedTuple):
    """Wilder's directional indicators and their index, 0 to 100."""

    minus: float
    plus: float
    adx: float


class Newness(NamedTuple):
    """How new the lowest low and the highest high are, 0 (oldest) to 100 (this bar)."""

    down: float
    up: float


def checked_length(length: int, name: str = "length", least: int = 1) -> int:
    """The length, or a `RequestFault` that names it."""
    if isinstance(length, bool) or not isinstance(length, int) or not least <= length <= LENGTH_MAX:
        raise RequestFault(name, f"a whole number from {least} to {LENGTH_MAX}", length)
    return length


def checked_factor(value: float, name: str) -> float:
    """A factor above zero, or a `RequestFault` that names it."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not (0 < value < math.inf):
        raise RequestFault(name, "a number above 0", value)
    return float(value)


def answer(value: float) -> float | None:
    """A number, or None for `nan`."""
    return None if math.isnan(value) else value
