"""What else could have come of it: the same returns in other orders, drawn in blocks so that what follows what is kept.

Source: Politis and Romano, A Circular Block-Resampling Procedure for Stationary Data, 1992. Blocks wrap round the end,
so every return is drawn with the same probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cbrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seatrial.runs.ratios import RETURNS_MIN

Floats = NDArray[np.floating[Any]]

PATHS = 1_000
LEVELS = (5, 25, 50, 75, 95)  # per cent of the paths that end below
STEPS_MAX = 200  # of a band that is drawn


@dataclass(frozen=True, slots=True)
class Bands:
    """Quantiles over resampled paths. `steps` counts periods; `curves` holds growth factors per level and step."""

    seed: int
    paths: int
    block: int
    steps: tuple[int, ...]
    curves: dict[int, tuple[float, ...]]
    total_return: dict[int, float]
    max_drawdown: dict[int, float]
    loses: float  # the share of the paths that end below where they began


def block_length(count: int) -> int:
    """Cube root of the number of returns, at least 1: the rate at which blocks must grow for a mean."""
    return max(1, round(cbrt(count)))


def drawn_rows(count: int, paths: int, block: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Which return stands where on each path: shape (paths, count), blocks of consecutive places, wrapped."""
    blocks = -(-count // block)
    starts = generator.integers(0, count, size=(paths, blocks))
    places = (starts[:, :, None] + np.arange(block)) % count
    return np.ascontiguousarray(places.reshape(paths, -1)[:, :count])


def bands_of(returns: Sequence[float], *, seed: int, paths: int = PATHS) -> Bands | None:
    """Bands over `paths` resampled rows; None where there are fewer than 20 returns."""
    count = len(returns)
    if count < RETURNS_MIN:
        return None
    block = block_length(count)
    rows = drawn_rows(count, paths, block, np.random.default_rng(seed))
    growth: Floats = np.cumprod(1.0 + np.asarray(returns)[rows], axis=1)
    highest = np.maximum(np.maximum.accumulate(growth, axis=1), 1.0)
    deepest = ((highest - growth) / highest).max(axis=1)
    steps = np.unique(np.linspace(0, count - 1, min(count, STEPS_MAX)).astype(np.int64))
    levels = np.percentile(growth[:, steps], LEVELS, axis=0)
    return Bands(
        seed=seed,
        paths=paths,
        block=block,
        steps=tuple((steps + 1).tolist()),
        curves={level: tuple(levels[place].tolist()) for place, level in enumerate(LEVELS)},
        total_return=_quantiles(growth[:, -1] - 1.0),
        max_drawdown=_quantiles(deepest),
        loses=float((growth[:, -1] < 1.0).mean()),
    )


def mean_between(
    differences: Sequence[float], *, seed: int, confidence: float = 0.95, paths: int = 4_000
) -> tuple[float, float]:
    """A confidence interval of the mean of paired differences, by percentiles of resampled means."""
    values = np.asarray(differences, dtype=np.float64)
    rows = drawn_rows(len(values), paths, block_length(len(values)), np.random.default_rng(seed))
    means = values[rows].mean(axis=1)
    edge = (1.0 - confidence) / 2.0 * 100.0
    low, high = np.percentile(means, [edge, 100.0 - edge])
    return float(low), float(high)


def _quantiles(values: Floats) -> dict[int, float]:
    return dict(zip(LEVELS, np.percentile(values, LEVELS).tolist(), strict=True))
