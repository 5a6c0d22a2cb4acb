"""Bars as a strategy in Python sees them, made a chunk at a time so that memory does not grow with the run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import repeat
from math import isnan
from typing import Any

import numpy as np

from seatrial.core.bar_loop import B_END, B_INST, B_OPEN, B_START, B_VOLUME
from seatrial.core.machine import Machine
from seatrial.core.records import Int64Array
from seatrial.market.bars import BAR_WIDTH
from seatrial.strategy.columns import FIELDS, Declared, Float64Array, fill
from seatrial.strategy.runner import StrategyRunner
from seatrial.strategy.strategy import BarView

CHUNK_ROWS = 8_192
_view_of_cells = partial(tuple.__new__, BarView)  # what `_make` does, without a call into Python per bar


class ViewChunks:
    """The views of the bars one strategy wants, by row. Rows are asked for in order."""

    def __init__(self, machine: Machine, rows: Int64Array, runner: StrategyRunner) -> None:
        self._rows = rows
        self._instruments = [instrument for _, instrument in machine.instruments]
        self._wanted = np.zeros(len(machine.instruments), dtype=bool)
        self._wanted[[machine.row_of(runner.account, symbol) for symbol in runner.symbols]] = True
        self._rows_of = {symbol: machine.row_of(runner.account, symbol) for symbol in runner.symbols}
        self._all = bool(self._wanted.all())
        self._first = self._last = 0
        self._views: list[BarView] = []
        self._places: Int64Array = np.zeros(0, dtype=np.int64)  # rows of the views, where some are passed over
        self._lines = runner.lines
        self._lines.ahead = True

    def between(self, first: int, last: int) -> tuple[list[BarView], int]:
        """The views of the rows from `first` on, up to `last` or the end of a chunk; and the row after them."""
        self.reach(first)
        last = min(last, self._last)
        if self._all:
            return self._views[first - self._first : last - self._first], last
        low, high = np.searchsorted(self._places, (first, last)).tolist()
        return self._views[low:high], last

    def reach(self, row: int) -> None:
        """Make the chunk that begins at `row` where that is not made yet."""
        if not self._first <= row < self._last:
            self._make(row)

    def row_after(self, first: int, shown: int) -> int:
        """The row after the group of bars that the last of `shown` views from `first` on belongs to."""
        if self._all:
            row = first + shown
        else:
            row = int(self._places[int(np.searchsorted(self._places, first)) + shown - 1]) + 1
        return self.whole_groups(row)

    def whole_groups(self, row: int) -> int:
        """The end of the group of bars that row `row - 1` belongs to, or of all rows."""
        rows = self._rows
        row = min(row, len(rows))
        if rows.shape[1] > BAR_WIDTH:
            while row < len(rows) and rows[row, B_END] == rows[row - 1, B_END]:
                row += 1
        return row

    def _make(self, first: int) -> None:
        last = self.whole_groups(first + CHUNK_ROWS)
        rows = self._rows[first:last]
        self._first, self._last = first, last
        if rows.shape[1] == BAR_WIDTH:
            insts = np.zeros(len(rows), dtype=np.int64)
            symbols: Iterator[str] = repeat(str(self._instruments[0].symbol))
        else:
            places = np.flatnonzero(self._wanted[rows[:, B_INST]])
            rows, self._places = rows[places], places + first
            insts = rows[:, B_INST]
            names = [str(each.symbol) for each in self._instruments]
            symbols = iter([names[inst] for inst in insts.tolist()])
        scales = np.array([(each.price_scale, each.qty_scale) for each in self._instruments])[insts]
        fields = [rows[:, B_OPEN + at] / scales[:, 0] for at in range(4)] + [rows[:, B_VOLUME] / scales[:, 1]]
        columns = [rows[:, B_START].tolist(), rows[:, B_END].tolist(), *(field.tolist() for field in fields)]
        self._views = list(map(_view_of_cells, zip(symbols, *columns, strict=False)))
        self._make_lines(dict(zip(FIELDS, fields, strict=True)), insts)

    def _make_lines(self, fields: dict[str, Float64Array], insts: Int64Array) -> None:
        """The answers of declared indicators beside the views; between two bars of its symbol a line keeps its own."""
        self._lines.clock.at = -1
        for line in self._lines.all:
            each = line.declared
            own = np.flatnonzero(insts == self._rows_of[line.symbol])
            out = np.empty((len(each.columns), len(own)))
            fill(each, [np.ascontiguousarray(fields[field][own]) for field in each.inputs], out)
            answers = answers_of(each, out)
            if len(own) < len(insts):
                answers = [line.newest, *answers]
                spread = np.searchsorted(own, np.arange(len(insts)), side="right")
                answers = [answers[place] for place in spread.tolist()]
            line.show(answers)


def answers_of(each: Declared, columns: Float64Array) -> list[Any]:
    """What `update` would have answered, from its columns."""
    if each.kind is None:
        answers: list[Any] = columns[0].tolist()
        for place in np.flatnonzero(np.isnan(columns[0])).tolist():
            answers[place] = None
        return answers
    rows = zip(*columns.tolist(), strict=True)
    return [None if isnan(numbers[0]) else each.kind(*numbers) for numbers in rows]
