"""Seeded inputs that every contender of a workload makes for itself, alike. numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]

MINUTE_NS = 60 * 10**9
START_NS = 1_546_300_800 * 10**9  # 2019-01-01
PRICE_SCALE = 10_000
TICK_UNITS = 100

# Columns of `walk_bars`: the order of `market.bars`.
START, END, OPEN, HIGH, LOW, CLOSE, VOLUME = range(7)

# Columns and kinds of `order_messages`: the order of `core.limit_book`.
LIMIT, MARKET, CANCEL = 1, 2, 3
TICKS = 2_048


def walk_bars(count: int, seed: int) -> Int64Array:
    """Minute bars of a random walk in cents around 100, with volume enough for anything we do."""
    dice = np.random.default_rng(seed)
    steps = dice.integers(-5, 6, size=count)
    # Reflected at 50 and 150, so that a long walk neither dies nor runs away.
    level = np.abs((np.cumsum(steps) + 5_000) % 20_000 - 10_000) + 5_000
    close = level * TICK_UNITS
    first = np.roll(close, 1)
    first[0] = close[0]
    spread = dice.integers(0, 4, size=(2, count)) * TICK_UNITS
    rows = np.empty((count, 7), dtype=np.int64)
    rows[:, START] = START_NS + np.arange(count) * MINUTE_NS
    rows[:, END] = rows[:, START] + MINUTE_NS
    rows[:, OPEN] = first
    rows[:, HIGH] = np.maximum(first, close) + spread[0]
    rows[:, LOW] = np.minimum(first, close) - spread[1]
    rows[:, CLOSE] = close
    rows[:, VOLUME] = 1_000_000 * 10**9
    return rows


def order_messages(count: int, seed: int) -> Int64Array:
    """`(kind, id, side, price, quantity)`: 60 % limits, 10 % markets, 30 % cancels, around one price.

    The first fiftieth are limits alone, so that a market order always finds somebody.
    """
    dice = np.random.default_rng(seed)
    kind = dice.choice([LIMIT, MARKET, CANCEL], p=[0.6, 0.1, 0.3], size=count)
    kind[: count // 50] = LIMIT
    ids = np.arange(count)
    rows = np.empty((count, 5), dtype=np.int64)
    rows[:, 0] = kind
    rows[:, 1] = np.where(kind == CANCEL, (ids * dice.random(count)).astype(np.int64), ids)
    rows[:, 2] = dice.choice([-1, 1], size=count)
    # Buyers sit a little below, sellers a little above, and the tails meet.
    rows[:, 3] = np.clip(dice.normal(TICKS // 2 - 12 * rows[:, 2], 16), 0, TICKS - 1).astype(np.int64)
    rows[:, 4] = dice.integers(1, 100, size=count)
    return rows


PAIR_BARS = 100_000


def parameter_pairs(count: int) -> list[tuple[int, int]]:
    """The first `count` of 1,000 pairs (fast, slow), spread over the whole plane."""
    pairs = [(fast, slow) for fast in range(5, 45, 2) for slow in range(50, 300, 5)]
    return [pairs[place * 617 % len(pairs)] for place in range(count)]
