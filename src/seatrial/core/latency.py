"""How long an order travels to the venue, and the venue's word back.

A table of rows (at, there, back) in nanoseconds says it all: CONSTANT reads its only row; SAMPLED takes one row per
message in turn, from a table that was drawn with a seed; RECORDED interpolates between the rows around the instant,
as measured orders of another day or of a live session tell.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seatrial.core.compiled import compiled
from seatrial.domain.faults import RequestFault

Int64Array = NDArray[np.int64]

CONSTANT, SAMPLED, RECORDED = range(3)
Y_AT, Y_THERE, Y_BACK = range(3)
LATENCY_NS_MAX = 60 * 10**9  # a minute is no latency but an outage
SAMPLES = 65_536


class Latency(NamedTuple):
    """`cells` (2,): the kind, and how many rows a SAMPLED table has given away. `table` (n, 3)."""

    cells: Int64Array
    table: Int64Array


def constant_latency(there_ns: int, back_ns: int) -> Latency:
    """The same for every message.

    Raises:
        RequestFault: below zero or beyond `LATENCY_NS_MAX`.
    """
    return _latency(CONSTANT, np.array([[0, there_ns, back_ns]], dtype=np.int64))


def sampled_latency(
    there_ns: int, back_ns: int, *, spread: float, generator: np.random.Generator, count: int = SAMPLES
) -> Latency:
    """Drawn around two medians: a log-normal, whose `spread` is the standard deviation of the logarithm.

    Raises:
        RequestFault: a median or a draw below zero or beyond `LATENCY_NS_MAX`, or a spread outside 0..2.
    """
    if not 0 <= spread <= 2:
        raise RequestFault("latency spread", "0 to 2", spread)
    drawn = np.exp(spread * generator.standard_normal((count, 2)))
    table = np.zeros((count, 3), dtype=np.int64)
    for column, median_ns in ((Y_THERE, there_ns), (Y_BACK, back_ns)):
        table[:, column] = np.minimum(np.rint(drawn[:, column - 1] * median_ns), LATENCY_NS_MAX).astype(np.int64)
    return _latency(SAMPLED, table)


def recorded_latency(rows: Int64Array) -> Latency:
    """From measured orders, rows (at, there, back) in order of time.

    Raises:
        RequestFault: no row, rows out of order, or a latency that is none.
    """
    if rows.ndim != 2 or rows.shape[1] != 3 or not len(rows):
        raise RequestFault("latency", "rows of (at, there, back) in nanoseconds", rows.shape)
    if (np.diff(rows[:, Y_AT]) <= 0).any():
        raise RequestFault("latency", "rows in order of time, none twice", "a row not later than the one before it")
    return _latency(RECORDED, np.ascontiguousarray(rows, dtype=np.int64))


def _latency(kind: int, table: Int64Array) -> Latency:
    if (table[:, Y_THERE:] < 0).any() or (table[:, Y_THERE:] > LATENCY_NS_MAX).any():
        raise RequestFault("latency", f"0 to {LATENCY_NS_MAX} ns", [int(ns) for ns in table[0, Y_THERE:]])
    return Latency(np.array([kind, 0], dtype=np.int64), table)


@compiled
def latency_ns(latency: Latency, column: int, at_ns: int) -> int:
    """The latency of a message sent at an instant; `column` is Y_THERE or Y_BACK."""
    table = latency.table
    if latency.cells[0] == CONSTANT:
        return table[0, column]
    if latency.cells[0] == SAMPLED:
        row = latency.cells[1] % table.shape[0]
        latency.cells[1] += 1
        return table[row, column]
    last = table.shape[0] - 1
    if at_ns <= table[0, Y_AT]:
        return table[0, column]
    if at_ns >= table[last, Y_AT]:
        return table[last, column]
    low, high = 0, last
    while high - low > 1:
        middle = (low + high) // 2
        if table[middle, Y_AT] <= at_ns:
            low = middle
        else:
            high = middle
    # Both are below 2**36, a minute in nanoseconds, and gaps are kept below 2**26 microseconds by the division.
    span_us = max((table[high, Y_AT] - table[low, Y_AT]) // 1_000, 1)
    passed_us = (at_ns - table[low, Y_AT]) // 1_000
    return table[low, column] + (table[high, column] - table[low, column]) * passed_us // span_us
