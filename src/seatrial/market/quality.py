"""Signs of bad data in whole columns. Each marks rows; none drops or mends one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from seatrial.market.shapes import MISSING, Columns

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

WINDOW = 101  # steps, from which the usual size of one is measured
SIGMAS = 12.0  # usual steps there and back that make a flash
JUMP_MIN = 0.03  # a smaller one is no bad tick, however calm the market
ZERO_RUN_MIN = 5
SPLIT_RATIOS = (2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 15.0, 20.0, 30.0, 50.0, 1.5)
SPLIT_MARGIN = 0.04  # how far an overnight move may be from a split's ratio and still look like it
_MAD_TO_SIGMA = 1.4826
_CHUNK = 50_000


def flash_rows(prices: Floats) -> Mask:
    """Prices that leap away and are back at the next row: bad ticks and true flash moves look the same.

    Both steps count from `SIGMAS` usual steps on, measured robustly by the median of those around, and from
    `JUMP_MIN`. A level that stays is a move of the market and not marked.
    """
    marked: Mask = np.zeros(len(prices), dtype=np.bool_)
    if len(prices) < 3:
        return marked
    steps = np.diff(np.log(prices))
    there, back = steps[:-1], steps[1:]
    smaller = np.minimum(np.abs(there), np.abs(back))
    usual = _local_median(np.abs(steps))[:-1] * _MAD_TO_SIGMA
    marked[1:-1] = (there * back < 0.0) & (smaller > np.maximum(SIGMAS * usual, JUMP_MIN))
    return marked


def _local_median(sizes: Floats) -> Floats:
    """The median of up to `WINDOW` values around each; at the edges of the nearest whole window."""
    width = min(WINDOW, len(sizes))
    windows = sliding_window_view(sizes, width)
    parts = [np.median(windows[at : at + _CHUNK], axis=1) for at in range(0, len(windows), _CHUNK)]
    place = np.clip(np.arange(len(sizes)) - width // 2, 0, len(windows) - 1)
    found: Floats = np.concatenate(parts)[place]
    return found


def runs(marked: Mask, least: int) -> list[tuple[int, int]]:
    """First and last row of each run of at least `least` marked rows."""
    edges = np.diff(np.concatenate([[False], marked, [False]]).astype(np.int8))
    first, last = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    return [(int(a), int(b)) for a, b in zip(first, last, strict=True) if b - a + 1 >= least]


def sequence_gaps(columns: Columns) -> NDArray[np.int64]:
    """Rows of a depth recording that begin an update which does not follow the one before it.

    A diff names its first and last update, or on futures the last of the one before. Snapshots end a sequence, and
    what is older than the snapshot is no part of the next.
    """
    last = columns.get("last_update_id")
    if last is None or not len(last):
        return np.empty(0, dtype=np.int64)
    snapshot = columns.get("is_snapshot", np.zeros(len(last), dtype=np.bool_))
    begins = np.concatenate([[True], (last[1:] != last[:-1]) | (snapshot[1:] != snapshot[:-1])])
    diffs = np.flatnonzero(begins & ~snapshot)
    if len(diffs) < 2:
        return np.empty(0, dtype=np.int64)
    previous = columns.get("prev_update_id")
    if previous is not None and (previous[diffs] != MISSING).any():
        follows = previous[diffs[1:]] == last[diffs[:-1]]
    elif "first_update_id" in columns:
        follows = columns["first_update_id"][diffs[1:]] <= last[diffs[:-1]] + 1
    else:
        follows = np.ones(len(diffs) - 1, dtype=np.bool_)
    found: NDArray[np.int64] = diffs[1:][~follows]
    return found


def number_gaps(numbers: NDArray[Any]) -> int:
    """How many trade numbers are missing between the first and the last."""
    told = numbers[numbers != MISSING]
    return int(told.max() - told.min() + 1 - len(np.unique(told))) if len(told) else 0


def split_like(before: Floats, after: Floats) -> Floats:
    """For each overnight move, the split ratio it looks like (4 for a price that quarters, 1/4 for one that grows
    fourfold); NaN where it looks like none."""
    ratio = before / after
    found = np.full(len(ratio), np.nan)
    for split in (*SPLIT_RATIOS, *(1.0 / each for each in SPLIT_RATIOS)):
        found[np.abs(ratio / split - 1.0) < SPLIT_MARGIN] = split
    return found
