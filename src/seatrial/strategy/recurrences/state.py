"""The memory of a recurrence: a flat array of floats, some of it a ring of the last values.

A state is a float64 array in compiled code, and may be a list where plain Python runs the same lines. So nothing
here asks for its length: whoever calls says how long the ring is, and where it begins.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seatrial.core.compiled import compiled

Float64Array = NDArray[np.float64]

COUNT = 0  # values seen so far
PLACE = 1  # where in the ring the next value goes
RING = 2  # the first place of the first ring


@compiled
def remember(state: Float64Array, ring: int, value: float) -> None:
    """Put a value over the oldest of a ring that begins at `ring`. `advance` moves on, once for all rings."""
    state[ring + int(state[PLACE])] = value


@compiled
def advance(state: Float64Array, length: int) -> int:
    """One more value has been seen; returns how many."""
    place = int(state[PLACE]) + 1
    state[PLACE] = 0.0 if place == length else place
    state[COUNT] += 1.0
    return int(state[COUNT])


@compiled
def recalled(state: Float64Array, ring: int, length: int, age: int) -> float:
    """The value `age` steps ago (0 the newest) of a ring, after `advance`."""
    place = int(state[PLACE]) - 1 - age
    if place < 0:
        place += length
    return float(state[ring + place])
