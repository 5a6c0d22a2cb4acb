"""Who gets how much of a fill: shares in whole units that sum exactly.

An order is netted over strategies; its allocation says what each asked for, signed. A fill is shared
out in proportion to what each strategy still has to get, by largest remainder, so that a share never
exceeds what is owed and the last fill leaves nothing over.
"""

from __future__ import annotations

from seatrial.core.sharing import prorate
from seatrial.domain.ids import StrategyId

Allocation = tuple[tuple[StrategyId, int], ...]

UNALLOCATED = StrategyId("")  # what a venue fills beyond the order, or without one


def share_fill(owed: Allocation, signed_units: int) -> tuple[Allocation, Allocation]:
    """Share one fill out over what the strategies are still owed.

    Returns:
        The shares (no zeros; they sum to `signed_units`) and what is owed after it. What goes beyond
        the sum owed, or against its sign, falls to `UNALLOCATED`.
    """
    total = sum(units for _, units in owed)
    within = _towards_zero_part(signed_units, total)
    shares: list[tuple[StrategyId, int]] = []
    rest: Allocation = owed
    if within:
        parts = prorate(within, [units for _, units in owed])
        shares = [(name, part) for (name, _), part in zip(owed, parts, strict=True) if part]
        rest = tuple((name, units - part) for (name, units), part in zip(owed, parts, strict=True))
    if signed_units != within:
        shares.append((UNALLOCATED, signed_units - within))
    return tuple(shares), rest


def _towards_zero_part(units: int, total: int) -> int:
    """The part of `units` that lies between 0 and `total`."""
    if total > 0:
        return max(0, min(units, total))
    return min(0, max(units, total))
