"""Messages on their way: requests to the venue and its words back, each in a ring.

One connection keeps its order: a message never overtakes the one before it, however its latency was drawn.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seatrial.core.compiled import compiled_inner, typed

Int64Array = NDArray[np.int64]

IN_FLIGHT_MAX = 4_096  # a power of two
NEVER = typed(2**63 - 1)

# Columns of a request. M_OTHER is the order that a replacement takes the place of.
M_AT, M_KIND, M_NUMBER, M_SIDE, M_TYPE, M_TIF, M_FLAGS, M_TICK, M_LOTS, M_OTHER = range(10)
MESSAGE_WIDTH = 10
NEW, CANCEL, REPLACE = 1, 2, 3

# Columns of a word. W_HAPPENED is when it was so at the venue; the rest of a fill as the venue knows it.
W_AT, W_KIND, W_NUMBER, W_STATUS, W_HAPPENED, W_SIDE, W_TICK, W_LOTS, W_MAKER, W_LEFT = range(10)
REPORTED, FILLED = 1, 2

R_HEAD, R_TAIL = range(2)


class Ring(NamedTuple):
    """Rows (IN_FLIGHT_MAX, MESSAGE_WIDTH) used in turn; `cells` count what left and what entered."""

    rows: Int64Array
    cells: Int64Array


def new_ring() -> Ring:
    """Nothing is on its way."""
    return Ring(np.zeros((IN_FLIGHT_MAX, MESSAGE_WIDTH), dtype=np.int64), np.zeros(2, dtype=np.int64))


@compiled_inner
def due_at(ring: Ring) -> int:
    """When the next message arrives, or NEVER."""
    if ring.cells[R_HEAD] == ring.cells[R_TAIL]:
        return NEVER
    return ring.rows[ring.cells[R_HEAD] & (IN_FLIGHT_MAX - 1), M_AT]


@compiled_inner
def enter(ring: Ring, at_ns: int) -> int:
    """Where the row of a new message is, that arrives at an instant or as soon as the one before it has."""
    head, tail = ring.cells[R_HEAD], ring.cells[R_TAIL]
    assert tail - head < IN_FLIGHT_MAX, "too many messages are on their way at once"
    place = tail & (IN_FLIGHT_MAX - 1)
    before = ring.rows[(tail - 1) & (IN_FLIGHT_MAX - 1), M_AT] if tail > head else at_ns
    ring.rows[place, M_AT] = max(at_ns, before)
    ring.cells[R_TAIL] = tail + 1
    return place


@compiled_inner
def leave(ring: Ring) -> int:
    """Where the message is that arrives now."""
    place = ring.cells[R_HEAD] & (IN_FLIGHT_MAX - 1)
    ring.cells[R_HEAD] += 1
    return place
