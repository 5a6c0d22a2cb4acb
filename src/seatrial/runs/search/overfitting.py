"""How likely the best of many tries is no better than the others where it was not chosen.

Source: Bailey, Borwein, Lopez de Prado and Zhu, The Probability of Backtest Overfitting, Journal of Computational
Finance 20(4), 2017. Combinatorially symmetric cross-validation: the periods are cut into blocks; in every choice of
half of them the best trial is found, and looked up in the other half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seatrial.runs.ratios import Figure
from seatrial.runs.search.space import Space
from seatrial.runs.search.trial import Trial

BLOCKS = 10
PERIODS_MIN = 40
TRIALS_MIN = 10


def probability_of_overfitting(trials: Sequence[Trial]) -> Figure:
    """The share of the choices in which the best trial of one half is below the median of the other half."""
    rows = [trial.returns for trial in trials if trial.returns and trial.figures.get("sharpe") is not None]
    if len(rows) < TRIALS_MIN:
        return Figure(None, f"{TRIALS_MIN} trials with a Sharpe ratio are needed, there are {len(rows)}")
    count = min(len(row) for row in rows)
    if count < PERIODS_MIN or any(len(row) != count for row in rows):
        return Figure(None, f"{PERIODS_MIN} returns of the same periods are needed, there are {count}")
    blocks = np.array_split(np.array(rows), BLOCKS, axis=1)
    losses = total = 0
    for chosen in combinations(range(BLOCKS), BLOCKS // 2):
        inside = _sharpe(np.concatenate([blocks[block] for block in chosen], axis=1))
        rest = [blocks[block] for block in range(BLOCKS) if block not in chosen]
        outside = _sharpe(np.concatenate(rest, axis=1))
        best = int(inside.argmax())
        losses += int(outside[best] <= np.median(outside))
        total += 1
    return Figure(losses / total)


def plateau(trials: Sequence[Trial], best: Trial, objective: str, space: Space) -> Mapping[str, Any]:
    """What the neighbours of the best set made: those one step away on one axis of a grid. A lone peak is luck."""
    values: list[float] = []
    steps = {axis.name: axis.counted for axis in space.axes}
    for trial in trials:
        apart = [name for name in steps if trial.parameters[name] != best.parameters[name]]
        value = trial.value(objective)
        if len(apart) == 1 and value is not None:
            row = steps[apart[0]]
            places = [row.index(each.parameters[apart[0]]) if each.parameters[apart[0]] in row else -9
                      for each in (trial, best)]  # fmt: skip
            if abs(places[0] - places[1]) == 1:
                values.append(value)
    return {"neighbours": len(values), "median": median(values) if values else None}


def _sharpe(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = rows.std(axis=1)
    found: NDArray[np.float64] = np.divide(rows.mean(axis=1), spread, out=np.zeros(len(rows)), where=spread > 0)
    return found
