"""One run in progress: the machine, the simulated venue, where in the bars they are, and what was logged so far."""

from __future__ import annotations

import numpy as np

from seatrial.core import course as loop
from seatrial.core import venue as v
from seatrial.core.records import Int64Array, State
from seatrial.core.refusal_rows import refusals_in
from seatrial.core.run_block import bind_run
from seatrial.core.stretch_loop import travel
from seatrial.core.stretches import LINE_WIDTH
from seatrial.runs.backtest_run import BacktestRun
from seatrial.runs.equity_curve import EquityCurve
from seatrial.runs.fill_log import FillLog
from seatrial.runs.prepared import PreparedMarkets
from seatrial.runs.refused import refused_orders

LINE_ROWS = 16_384


class Scratch:
    """What a run writes into while it goes on and nobody needs afterwards: one run after the other may use it."""

    def __init__(self, prepared: PreparedMarkets) -> None:
        self._prepared = prepared
        self._venue = prepared.venue()
        self._line = np.zeros((LINE_ROWS, LINE_WIDTH), dtype=np.int64)

    def emptied(self) -> v.VenueState:
        """A venue where nothing works and nothing is logged."""
        self._venue.counts[:] = 0
        self._venue.tallies[:] = 0
        return self._venue

    def course(self, desk: Int64Array, state: State, timetable: Int64Array) -> loop.Course:
        """A course from the first bar on."""
        prepared = self._prepared
        course = loop.new_course(
            prepared.rows, prepared.marks, prepared.closes, desk, state, line_rows=0, timetable=timetable
        )
        return course._replace(line=self._line)


class Passage:
    """What both drivers of a backtest share: `runs.compiled_drive` and `runs.python_drive`."""

    def __init__(
        self, prepared: PreparedMarkets, *, participation_ppm: int, desk_width: int, scratch: Scratch | None = None
    ) -> None:
        self.prepared = prepared
        self.participation_ppm = participation_ppm
        self.machine = prepared.machine()
        self._scratch = scratch or Scratch(prepared)
        self.venue = self._scratch.emptied()
        self.desk = np.zeros(desk_width, dtype=np.int64)
        timetable = prepared.timetable(self.machine)
        self.course = self._scratch.course(self.desk, self.machine.state, timetable)
        self._bound: State | None = None
        self._fills: list[Int64Array] = []
        self._lines: list[Int64Array] = []

    def travel(self, address: int, last_row: int) -> None:
        """Go on along the course; see `core.stretch_loop.travel`."""
        if self._bound is not self.machine.state:  # its tables grow with strategies
            bind_run(self.machine.state, self.venue, self.course)
            self._bound = self.machine.state
        travel(self.venue.block, address, last_row, self.participation_ppm)

    @property
    def is_full(self) -> bool:
        """Whether a log may not take another group of bars."""
        lines = LINE_ROWS - int(self.course.progress[loop.G_LINE])
        fills = len(self.venue.log) - int(self.venue.tallies[v.T_FILLS])
        return lines < 4 * len(self.machine.accounts) or fills < len(self.venue.pending)

    def drain(self) -> None:
        """Put what the compiled logs hold aside and begin them again."""
        fills = int(self.venue.tallies[v.T_FILLS])
        if fills:
            self._fills.append(self.venue.log[:fills].copy())
            self.venue.tallies[v.T_FILLS] = 0
        lines = int(self.course.progress[loop.G_LINE])
        if lines:
            self._lines.append(self.course.line[:lines].copy())
            self.course.progress[loop.G_LINE] = 0

    def result(self) -> BacktestRun:
        """What came of it, once every bar was lived through."""
        self.drain()
        machine, tallies = self.machine, self.venue.tallies
        return BacktestRun(
            machine=machine,
            fills=FillLog(self._fills, machine.instruments, self.prepared.purses),
            equity=EquityCurve(
                tuple(account.id for account in machine.accounts),
                self.prepared.rows,
                self._lines,
                self.prepared.value_divs,
            ),
            orders=int(tallies[v.T_ORDERS]),
            cancels=int(tallies[v.T_CANCELS]),
            expired=int(tallies[v.T_EXPIRED]),
            trips=int(tallies[v.T_TRIPS]),
            refused=refused_orders(refusals_in(tallies[v.T_REFUSED :]), machine),
            bars=len(self.prepared.rows),
        )
