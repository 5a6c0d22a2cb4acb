"""The driver of a lone strategy in Python: the compiled loop calls `on_bar`, and comes back here where it decided.

Nothing of ours runs in Python while the strategy says nothing. Its targets are taken by the loop that called it; orders
and cancels are stepped through from within that call, on the state that was decided on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from seatrial.core import course as c
from seatrial.core.bar_loop import B_INST
from seatrial.core.interpreter import counts_are_plain
from seatrial.domain.facts import Target
from seatrial.domain.ids import Symbol
from seatrial.market.bars import BAR_WIDTH
from seatrial.runs.backtest_run import BacktestRun
from seatrial.runs.decisions import Decisions, HeldUnits
from seatrial.runs.line_columns import LineColumns
from seatrial.runs.passage import Passage, Scratch
from seatrial.runs.prepared import PreparedMarkets
from seatrial.strategy import calling as s
from seatrial.strategy.holding import Decision
from seatrial.strategy.runner import StrategyRunner
from seatrial.strategy.strategy import BarView
from seatrial.strategy.wishing import Wish

CHUNK_ROWS = 8_192


def can_be_called(runners: Sequence[StrategyRunner]) -> bool:
    """Whether a compiled loop may call it: one strategy that acts on every bar and hears of nothing else."""
    return len(runners) == 1 and runners[0].can_be_shown_stretches


class CallingDrive:
    """One strategy in Python over prepared markets."""

    def __init__(self, prepared: PreparedMarkets, runner: StrategyRunner, *, participation_ppm: int) -> None:
        self.prepared, self.runner, self.rows = prepared, runner, prepared.rows
        machine = prepared.machine()
        scratch = Scratch(prepared, machine, s.DESK_WIDTH)
        self.passage = Passage(prepared, scratch, participation_ppm=participation_ppm, machine=machine)
        self.passage.desk[c.D_CLOSES] = prepared.closes_of_one.ctypes.data
        self._column = machine.strategy_column(runner.strategy_id)
        self.passage.desk[c.D_STRATEGY] = self._column
        self._decisions = Decisions(self.passage)
        self._desk = memoryview(self.passage.desk)  # type: ignore[arg-type]
        self._progress = memoryview(self.passage.course.progress)  # type: ignore[arg-type]
        self._shows = s.compiled_show()
        self._insts = {symbol: machine.row_of(runner.account, symbol) for symbol in runner.symbols}
        self._columns = LineColumns(prepared, runner.lines.all, {str(key): at for key, at in self._insts.items()})
        self._shown = runner.begin_stretches(HeldUnits(machine, runner))
        self._wishes = self._shown.wishes
        self._seen = np.array([runner.bars_seen[symbol] for symbol in runner.symbols], dtype=np.int64)
        self._names = [str(instrument.symbol) for _, instrument in machine.instruments]
        self._table = np.full((len(self._names), s.INST_WIDTH), -1, dtype=np.int64)
        for at, (_, instrument) in enumerate(machine.instruments):
            self._table[at, 1:] = id(self._names[at]), instrument.price_scale, instrument.qty_scale
        self._table[list(self._insts.values()), s.I_PLACE] = np.arange(len(self._insts))
        self._scratch = np.zeros(s.ARGUMENTS_WIDTH, dtype=np.int64)
        self._scratch[1:3] = id(runner.strategy), id(self._shown.context)
        self._set_desk()

    def _set_desk(self) -> None:
        desk, parts = self.passage.desk, self._shown
        self._called = (self._opened, self._closed, self._warm)
        self._texts = ("on_bar", "value")
        places = {
            s.D_ROWS: self.rows.ctypes.data,
            s.D_WIDTH: self.rows.shape[1],
            s.D_INSTS: self._table.ctypes.data,
            s.D_VIEW: id(BarView),
            s.D_REUSES: counts_are_plain(),
            s.D_ARGUMENTS: self._scratch.ctypes.data,
            s.D_DECISIONS: id(parts.decisions),
            s.D_HANDLES: id(parts.handles),
            s.D_STANDING: id(self._wishes.standing),
            s.D_OPENS: self.runner.reentry is not None,
            s.D_NOW: parts.clock.buffer_info()[0],
            s.D_SEEN: self._seen.ctypes.data,
            s.D_WARMUP: self.runner.strategy.warmup_bars,
            s.D_LINES: self._columns.table.ctypes.data,
            s.D_LINE_COUNT: len(self.runner.lines.all),
            s.D_ON_BAR: id(self._texts[0]),
            s.D_VALUE: id(self._texts[1]),
            s.D_PROGRESS: self.passage.course.progress.ctypes.data,
            s.D_NONE: id(None),
        }
        for place, word in places.items():
            desk[place] = word
        for place, function in zip((s.D_OPENED, s.D_CLOSED, s.D_WARM), self._called, strict=True):
            desk[place] = id(function)

    def run(self, on_progress: Callable[[int, int], None] | None) -> BacktestRun:
        """Live through every bar.

        Raises:
            Exception: whatever the strategy raised, unchanged.
        """
        first, count = 0, len(self.rows)
        try:
            while first < count:
                last = self.prepared.group_end(first + CHUNK_ROWS)
                if self.rows.shape[1] == BAR_WIDTH:
                    self.prepared.check_spans_once(first, last)
                self._columns.fill(first, last)
                self._desk[s.D_FIRST] = first
                while first < last:
                    self._travel(last)
                    first = self._progress[c.G_ROW]
                    if first < last:
                        self.passage.drain()
                if on_progress is not None:
                    on_progress(first, count)
        finally:
            self._decisions.count_facts(2 * self._wishes.passed_over)  # a target, and the rebalance that follows it
            self._shown.end(dict(zip(self.runner.symbols, self._seen.tolist(), strict=True)))
        return self.passage.result(lambda: self.passage.machine)

    def _travel(self, last: int) -> None:
        """Go on. What is raised below compiled code comes out of it as the cause of a SystemError."""
        raised: BaseException | None = None
        try:
            self.passage.travel(self._shows.address, last)
        except SystemError as fault:
            raised = fault.__cause__ or fault
        if raised is not None:
            raise raised

    def _opened(self) -> None:
        progress = self._progress
        if progress[c.G_CALM] == 1:
            self._shown.open((), ())
        else:
            self._shown.open(self._decisions.working(), self._symbols_of(progress[c.G_ROW], progress[c.G_REACH]))

    def _symbols_of(self, first: int, last: int) -> Sequence[Symbol]:
        if self.rows.shape[1] == BAR_WIDTH:
            return self.runner.symbols
        insts = set(self.rows[first:last, B_INST].tolist())
        return [symbol for symbol, inst in self._insts.items() if inst in insts]

    def _warm(self) -> None:
        self._shown.drop(self._desk[s.D_KEPT])

    def _closed(self) -> None:
        calm = self._progress[c.G_CALM] == 1
        wishes = wishes_alone(self._shown.decisions)
        if wishes is None:
            self._take(self._shown.take(calm))
        elif calm and self._decisions.change_nothing(self._column, self._insts, wishes):
            self._wishes.let_stand(wishes)
            self._shown.decisions.clear()
            self._desk[s.D_GOES_ON] = 1
        else:
            self._decisions.say(self._insts, wishes)
            self._shown.decisions.clear()
            self._wishes.standing.clear()

    def _take(self, decisions: Sequence[Decision]) -> None:
        """Decisions that somebody had to see."""
        self._wishes.standing.clear()
        targets = targets_alone(decisions)
        if not decisions:
            self._desk[s.D_GOES_ON] = 1
        elif targets is not None:
            self._decisions.say(self._insts, targets)
        else:
            self._progress[c.G_REACH] = self._desk[s.D_ROW]
            self._decisions.step_through(self._shown.facts_of(decisions))


def wishes_alone(decisions: Sequence[Decision | Wish]) -> list[Wish] | None:
    """The decisions where they are wishes, one per symbol; else None."""
    for each in decisions:
        if type(each) is not Wish:
            return None
    if len(decisions) > 1 and len({each.symbol for each in decisions}) < len(decisions):  # type: ignore[union-attr]
        return None
    return list(decisions)  # type: ignore[arg-type]


def targets_alone(decisions: Sequence[Decision]) -> list[Target] | None:
    """The decisions where they are targets, one per symbol; else None."""
    targets = [each for each in decisions if isinstance(each, Target)]
    if len(targets) < len(decisions) or len({each.symbol for each in targets}) < len(targets):
        return None
    return targets
