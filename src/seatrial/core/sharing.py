"""Sharing whole units out by largest remainder: what orders are for, and who gets how much of a fill."""

from __future__ import annotations

from collections.abc import Sequence


def prorate(units: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Whole shares of `units` in proportion to signed `weights`, whose sum is not 0. They sum to `units`.

    Every share is rounded down, and the units left over go one each to the largest remainders
    (the first of equals), so no share is off by a whole unit.
    """
    whole = sum(weights)
    assert whole != 0, "weights that sum to nothing cannot share"
    floors = [units * weight // whole for weight in weights]
    # Python's remainder has the sign of `whole`; its size is the part that rounding took away.
    remainders = [abs(units * weight % whole) for weight in weights]
    left = units - sum(floors)
    by_remainder = sorted(range(len(weights)), key=lambda i: -remainders[i])
    for i in by_remainder[:left]:
        floors[i] += 1
    return tuple(floors)
