"""The driver of several strategies written in Python, and of those that hear of more than their bars.

They decide a group of bars at a time, each in turn; the machine hears of calm bars a stretch at a time. A lone strategy
that acts on every bar has a faster one: `runs.calling_drive`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from seatrial.core import course as c
from seatrial.core import records as r
from seatrial.core.bar_loop import B_END, B_INST, B_START
from seatrial.domain.bars import Bar
from seatrial.domain.ids import AccountId
from seatrial.market.bars import BAR_WIDTH
from seatrial.runs.backtest_run import BacktestRun
from seatrial.runs.decisions import Decisions, HeldUnits
from seatrial.runs.passage import Passage, Scratch
from seatrial.runs.prepared import PreparedMarkets, check_spans
from seatrial.strategy.runner import StrategyRunner

PROGRESS_ROWS = 4_096


class PythonDrive:
    """Strategies that decide in the order given; each one's decisions reach the machine before the next decides."""

    def __init__(
        self,
        prepared: PreparedMarkets,
        runners: Sequence[StrategyRunner],
        *,
        participation_ppm: int,
        one_by_one: bool = False,
    ) -> None:
        self.runners = runners
        self.rows = prepared.rows
        self.machine = prepared.machine()
        scratch = Scratch(prepared, self.machine, c.D_FREE)
        self.passage = Passage(prepared, scratch, participation_ppm=participation_ppm, machine=self.machine)
        for runner in runners:
            self.machine.strategy_column(runner.strategy_id)
        self._held = [HeldUnits(self.machine, runner) for runner in runners]
        self._decisions = Decisions(self.passage)
        self.passage.desk[c.D_ONE_BY_ONE] = one_by_one
        self.passage.desk[c.D_CLOSES] = prepared.closes_of_one.ctypes.data
        check_spans(self.rows, int(self.rows[0, B_END] - self.rows[0, B_START]))

    def run(self, on_progress: Callable[[int, int], None] | None) -> BacktestRun:
        """Live through every bar."""
        passage, progress, rows = self.passage, self.passage.course.progress, len(self.rows)
        told = 0
        while True:
            passage.travel(0, rows)
            first, last = int(progress[c.G_ROW]), int(progress[c.G_REACH])
            if first == last:
                break
            if progress[c.G_CALM] == 1:
                self._show_groups(first, last)
            else:
                self._decide(first, last)
            if passage.is_full:
                passage.drain()
            if on_progress is not None and first - told >= PROGRESS_ROWS:
                told = first
                on_progress(first, rows)
        if on_progress is not None:
            on_progress(rows, rows)
        return passage.result(lambda: self.machine)

    def _show_groups(self, first: int, last: int) -> None:
        """Show calm bars a group at a time, until anybody says anything."""
        progress, ends = self.passage.course.progress, self.rows[first:last, B_END]
        bounds = (np.flatnonzero(np.r_[np.diff(ends) != 0, True]) + 1 + first).tolist()
        for bound in bounds:
            progress[c.G_REACH] = bound
            if self._decide(first, bound):
                return
            first = bound

    def _decide(self, first: int, last: int) -> bool:
        """Show one group of finished bars to each strategy and take its decisions; whether there were any."""
        batches = self._batches(self.rows[first:last])
        decided = False
        for runner, held in zip(self.runners, self._held, strict=True):
            bars = batches.get(runner.account)
            if not bars:
                continue
            facts = runner.on_bars(bars, held, self._decisions.working())
            if facts:
                decided = True
                self._decisions.step_through(facts)
        return decided

    def _batches(self, rows: r.Int64Array) -> dict[AccountId, list[Bar]]:
        batches: dict[AccountId, list[Bar]] = {}
        for row in rows.tolist():
            account, inst = self.machine.instruments[row[B_INST] if len(row) > BAR_WIDTH else 0]
            batches.setdefault(account, []).append(Bar(inst.symbol, *row[:BAR_WIDTH]))
        return batches
