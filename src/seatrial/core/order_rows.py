"""Working orders of the compiled venue kernel: one row of whole numbers per order, rows in order of arrival."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seatrial.core.compiled import compiled

Int64Array = NDArray[np.int64]

NUMBER = 0  # the caller's own number of the order, positive
SIDE = 1
TYPE = 2
LEFT = 3  # quantity units still open
LIMIT = 4
STOP = 5
FRESH = 6  # RESTING, LEFT_OVER or NEW
TRIGGERED = 7  # 1 once a stop has become a market order, or a stop-limit a limit order
TIF = 8
FLAGS = 9
EXPIRES = 10  # of GTD, nanoseconds
ORDER_WIDTH = 11

RESTING, LEFT_OVER, NEW = 0, 1, 2  # it waits for the market; the market went through it and left some; no print yet
POST_ONLY, EXTENDED_HOURS, IF_TOUCHED = 1, 4, 8  # bits of FLAGS; the first two as in `records`


@compiled
def add_order(
    orders: Int64Array,
    count: int,
    number: int,
    side: int,
    kind: int,
    qty: int,
    limit: int,
    stop: int,
    tif: int,
    flags: int,
    expires_ns: int,
) -> int:
    """Append a working order; returns the new count. The caller sees to the capacity."""
    assert count < orders.shape[0]
    assert qty > 0
    order = orders[count]
    order[NUMBER] = number
    order[SIDE] = side
    order[TYPE] = kind
    order[LEFT] = qty
    order[LIMIT] = limit
    order[STOP] = stop
    order[FRESH] = NEW
    order[TRIGGERED] = 0
    order[TIF] = tif
    order[FLAGS] = flags
    order[EXPIRES] = expires_ns
    return count + 1


@compiled
def drop_filled(orders: Int64Array, count: int) -> int:
    """Remove rows with nothing left, keeping the order of arrival; returns the new count."""
    kept = 0
    for row in range(count):
        if orders[row, LEFT] == 0:
            continue
        if kept != row:
            for column in range(ORDER_WIDTH):
                orders[kept, column] = orders[row, column]
        kept += 1
    return kept


@compiled
def find_order(orders: Int64Array, count: int, number: int) -> int:
    """The row of an order, or -1."""
    for row in range(count):
        if orders[row, NUMBER] == number:
            return row
    return -1
