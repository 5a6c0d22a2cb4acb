"""Returns by calendar month (UTC), compounded from the equity curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.domain.time import rfc3339


@dataclass(frozen=True, slots=True)
class Month:
    """One month's return; `whole` is false for the first and the last, which the run may cover in part."""

    name: str  # 2019-02
    change: float
    whole: bool


def months_of(at_ns: Sequence[int], equity_units: Sequence[int], opening_units: int) -> list[Month]:
    """The months of an equity curve in order; a month that starts without equity has no return and is left out.

    A sample belongs to the month in which its bar ends, the bar that ends at midnight to the month before.
    """
    last: dict[str, int] = {}
    for now_ns, units in zip(at_ns, equity_units, strict=True):
        last[rfc3339(now_ns - 1)[:7]] = units
    names, found, before = list(last), [], opening_units
    for place, name in enumerate(names):
        if before > 0:
            found.append(Month(name, last[name] / before - 1.0, 0 < place < len(names) - 1))
        before = last[name]
    return found
