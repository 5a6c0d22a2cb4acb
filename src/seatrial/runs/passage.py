"""One run in progress: the machine, the simulated venue, where in the bars they are, and what was logged so far."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from seatrial.core import course as loop
from seatrial.core import venue as v
from seatrial.core.machine import Machine
from seatrial.core.records import Int64Array, State
from seatrial.core.refusal_rows import refusals_in
from seatrial.core.run_block import bind_run
from seatrial.core.stepping import B_SELF
from seatrial.core.stretch_loop import travel
from seatrial.runs.backtest_run import BacktestRun
from seatrial.runs.equity_curve import EquityCurve
from seatrial.runs.fill_log import FillLog
from seatrial.runs.prepared import PreparedMarkets
from seatrial.runs.refused import refused_orders

LINE_ROWS = 16_384


class Scratch:
    """State, venue and course of a run: made and bound once, and emptied for the next run over the same markets."""

    def __init__(self, prepared: PreparedMarkets, opened: Machine, desk_width: int) -> None:
        """`opened` is a machine whose accounts have their cash; its state is copied."""
        self._words, self.state = in_one_piece(opened.state)
        self._opened = self._words.copy()
        self._desk_width = desk_width
        self.desk = np.zeros(desk_width, dtype=np.int64)
        self.venue = prepared.venue()
        self.course = loop.new_course(
            prepared.rows,
            prepared.marks,
            prepared.closes,
            self.desk,
            self.state,
            line_rows=LINE_ROWS,
            timetable=prepared.timetable(opened),
        )
        bind_run(self.state, self.venue, self.course)

    def empty(self) -> None:
        """Where nothing has happened yet and nothing is logged."""
        self._words[:] = self._opened
        self.venue.counts[:] = 0
        self.venue.tallies[:] = 0
        self.course.progress[:] = 0
        self.course.kept[:] = 0
        self.desk[:] = 0
        self.desk[loop.D_DESK] = self.desk.ctypes.data

    def left_behind(self) -> Callable[[], State]:
        """The state as it is now, to keep: its arrays are cut out of the copy when somebody asks."""
        kept, like = self._words.copy(), self.state
        return lambda: cut_out(kept, like)


def in_one_piece(state: State) -> tuple[Int64Array, State]:
    """A copy of a state whose arrays lie one after the other, and all their numbers: copied at once."""
    words = np.concatenate([array.ravel() for array in state])
    return words, cut_out(words, state)


def cut_out(words: Int64Array, like: State) -> State:
    """The arrays of a state that lie one after the other, shaped like these."""
    parts = np.split(words, np.cumsum([array.size for array in like])[:-1])
    return State(*(part.reshape(array.shape) for part, array in zip(parts, like, strict=True)))


class Passage:
    """What both drivers of a backtest share: `runs.compiled_drive` and `runs.python_drive`.

    A compiled one has no machine before somebody asks for it: its state is `Scratch`'s.
    """

    def __init__(
        self,
        prepared: PreparedMarkets,
        scratch: Scratch,
        *,
        participation_ppm: int,
        machine: Machine | None = None,
    ) -> None:
        scratch.empty()
        self.prepared, self.scratch, self._machine = prepared, scratch, machine
        self.participation_ppm = participation_ppm
        self.venue, self.course, self.desk = scratch.venue, scratch.course, scratch.desk
        self._bound = scratch.state
        self._fills: list[Int64Array] = []
        self._lines: list[Int64Array] = []

    @property
    def machine(self) -> Machine:
        """The machine of a driver that has one."""
        assert self._machine is not None, "a compiled drive has no machine yet"
        return self._machine

    def travel(self, address: int, last_row: int) -> None:
        """Go on along the course; see `core.stretch_loop.travel`."""
        if self._machine is not None and self._bound is not self._machine.state:  # its tables grow with strategies
            bind_run(self._machine.state, self.venue, self.course)
            self._bound = self._machine.state
        travel(self.block, address, last_row, self.participation_ppm)

    @property
    def block(self) -> Int64Array:
        """Where the run's block is, the only number."""
        return self.venue.block[B_SELF : B_SELF + 1]

    @property
    def is_full(self) -> bool:
        """Whether a log may not take another group of bars."""
        lines = len(self.course.line) - int(self.course.progress[loop.G_LINE])
        fills = len(self.venue.log) - int(self.venue.tallies[v.T_FILLS])
        return lines < 4 * len(self.prepared.blank.accounts) or fills < len(self.venue.pending)

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

    def result(self, finished: Callable[[], Machine]) -> BacktestRun:
        """What came of it, once every bar was lived through. `finished` makes the machine it left."""
        self.drain()
        blank, tallies = self.prepared.blank, self.venue.tallies
        return BacktestRun(
            finished=finished,
            fills=FillLog(self._fills, blank.instruments, self.prepared.purses),
            equity=EquityCurve(
                tuple(account.id for account in blank.accounts),
                self.prepared.rows,
                self._lines,
                self.prepared.value_divs,
            ),
            orders=int(tallies[v.T_ORDERS]),
            cancels=int(tallies[v.T_CANCELS]),
            expired=int(tallies[v.T_EXPIRED]),
            trips=int(tallies[v.T_TRIPS]),
            refused=refused_orders(refusals_in(tallies[v.T_REFUSED :]), blank),
            bars=len(self.prepared.rows),
        )
