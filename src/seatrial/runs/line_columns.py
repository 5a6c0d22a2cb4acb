"""What a strategy in Python declared, worked out ahead: its indicators' answers for the bars of a chunk."""

from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np

from seatrial.core.bar_loop import B_INST
from seatrial.core.records import Int64Array
from seatrial.market.bars import BAR_WIDTH
from seatrial.runs.feeds import price_column
from seatrial.runs.prepared import PreparedMarkets
from seatrial.strategy.calling import L_ANSWERS, L_INST, L_NUMBERS, L_OBJECT, LINE_WIDTH
from seatrial.strategy.columns import Declared, Float64Array, fill
from seatrial.strategy.lines import Line


class LineColumns:
    """The lines of one strategy, each with the numbers of its instrument's rows in the chunk."""

    def __init__(self, prepared: PreparedMarkets, lines: list[Line], insts: dict[str, int]) -> None:
        self.table = np.zeros((max(len(lines), 1), LINE_WIDTH), dtype=np.int64)
        self._prepared = prepared
        self._lines = lines
        self._kept: list[Any] = []  # what the table's addresses are of
        for row, line in zip(self.table, lines, strict=False):
            row[L_OBJECT], row[L_INST] = id(line), insts[line.symbol]

    def fill(self, first: int, last: int) -> None:
        """Work out the answers of these rows; each indicator goes on from where it was."""
        rows = self._prepared.rows[first:last]
        self._kept = []
        for row, line in zip(self.table, self._lines, strict=False):
            places = np.flatnonzero(rows[:, B_INST] == row[L_INST]) if rows.shape[1] > BAR_WIDTH else None
            numbers = self._numbers(line.declared, int(row[L_INST]), rows if places is None else rows[places])
            if line.declared.kind is None:
                spread = self._spread(numbers[0], places, len(rows))
                row[L_NUMBERS] = spread.ctypes.data - 8 * first
                self._kept.append(spread)
            else:
                answers = answers_of(line.declared, numbers, places, len(rows))
                row[L_ANSWERS] = id(answers)
                self._kept.append(answers)

    def _numbers(self, each: Declared, inst: int, own: Int64Array) -> Float64Array:
        out = np.empty((len(each.columns), len(own)))
        fill(each, [price_column(self._prepared, inst, own, field) for field in each.inputs], out)
        return out

    @staticmethod
    def _spread(numbers: Float64Array, places: Int64Array | None, count: int) -> Float64Array:
        if places is None:
            return numbers
        spread = np.full(count, np.nan)
        spread[places] = numbers
        return spread


def answers_of(each: Declared, columns: Float64Array, places: Int64Array | None, count: int) -> list[Any]:
    """What `update` would have answered, by row; None where the row is of another instrument."""
    found = zip(*columns.tolist(), strict=True)
    answers = [None if isnan(numbers[0]) else each.kind(*numbers) for numbers in found]
    if places is None:
        return answers
    spread: list[Any] = [None] * count
    for place, answer in zip(places.tolist(), answers, strict=True):
        spread[place] = answer
    return spread
