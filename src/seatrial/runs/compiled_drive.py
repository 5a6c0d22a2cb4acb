"""The driver of a strategy that is compiled: columns of indicators in chunks, then one call per chunk."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from seatrial.core import course as loop
from seatrial.core import records as r
from seatrial.core.bar_loop import B_INST
from seatrial.core.machine import Machine
from seatrial.domain.faults import RequestFault
from seatrial.market.bars import BAR_WIDTH
from seatrial.runs.backtest_run import BacktestRun
from seatrial.runs.compiled_desk import CompiledScratch
from seatrial.runs.feeds import ChunkFeed, Feed, SharedColumns, SharedFeed, feed_of
from seatrial.runs.passage import Passage
from seatrial.runs.prepared import PreparedMarkets
from seatrial.strategy import scanning as s
from seatrial.strategy.compiled_form import CompiledStrategy, numeric_parameters
from seatrial.strategy.grid import signed_quantity_units, weight_ppm
from seatrial.strategy.runner import StrategyRunner

CHUNK_ROWS = 16_384


def can_be_driven(runners: list[StrategyRunner]) -> bool:
    """Whether these strategies run without Python per bar: one compiled strategy that acts on every bar's close."""
    if len(runners) != 1:
        return False
    runner = runners[0]
    alone = runner.can_be_shown_stretches and runner.reentry is None
    return isinstance(runner.strategy, CompiledStrategy) and alone and runner.is_fresh


class CompiledDrive:
    """One compiled strategy over prepared markets."""

    def __init__(
        self,
        prepared: PreparedMarkets,
        runner: StrategyRunner,
        *,
        participation_ppm: int,
        shared: SharedColumns | None = None,
        scratch: CompiledScratch | None = None,
    ) -> None:
        assert isinstance(runner.strategy, CompiledStrategy)
        self.prepared = prepared
        self.runner = runner
        self.strategy = runner.strategy
        self.scratch = scratch or CompiledScratch(prepared)
        self.passage = Passage(prepared, self.scratch, participation_ppm=participation_ppm)
        self.rows = prepared.rows
        numbers = numeric_parameters(runner.strategy)
        self.insts = [prepared.blank.row_of(runner.account, symbol) for symbol in runner.symbols]
        self.feed: Feed = feed_of(self.strategy, prepared, self.insts, shared)
        self.scan = s.scan_of(self.strategy, self.feed.names, numbers)
        self.laid = self.scratch.desk_for(self.insts, len(numbers), self.strategy._memory)
        ready_from = [self._nth_row(inst, self.strategy.warmup_bars) for inst in self.insts]
        self.laid.lay([*numbers.values()], ready_from, self.feed.addresses)

    @property
    def key(self) -> int | None:
        """Runs with the same one go together in one call; None where its columns are not those of all rows."""
        return self.scan.address if isinstance(self.feed, SharedFeed) else None

    def _nth_row(self, inst: int, bars: int) -> int:
        """The row of an instrument's bar after so many; beyond all rows where there are not so many."""
        if self.rows.shape[1] == BAR_WIDTH or bars == 0:
            return bars
        found = np.flatnonzero(self.rows[:, B_INST] == inst)
        return int(found[bars]) if bars < len(found) else len(self.rows)

    def run(self, on_progress: Callable[[int, int], None] | None) -> BacktestRun:
        """Live through every bar.

        Raises:
            RequestFault: the strategy said a target that cannot be.
        """
        rows, passage = self.rows, self.passage
        first, at_once = 0, len(rows)
        if on_progress is not None or isinstance(self.feed, ChunkFeed):
            at_once = CHUNK_ROWS
        while first < len(rows):
            last = self.prepared.group_end(first + at_once)
            self.make_ready(first, last)
            passage.travel(self.scan.address, last)
            self._go_on(last)
            first = last
            if on_progress is not None:
                on_progress(first, len(rows))
        return self._result()

    def make_ready(self, first: int, last: int) -> None:
        """What the strategy and the loop read of these rows."""
        self.feed.fill(first, last)
        if self.rows.shape[1] == BAR_WIDTH:
            self.prepared.check_spans_once(first, last)
        desk = self.passage.desk
        desk[loop.D_CLOSES], desk[s.D_READY_TO] = self.feed.closes, last

    def _go_on(self, last: int) -> None:
        """After compiled code came back: why, and the rest of the rows up to `last`."""
        passage = self.passage
        while True:
            if passage.desk[loop.D_ALIVE] == 1:
                self._raise()
            if int(passage.course.progress[loop.G_ROW]) >= last:
                return
            passage.drain()
            passage.travel(self.scan.address, last)

    def finish(self) -> BacktestRun:
        """What came of a run whose rows a call for several lived through. Raises like `run`."""
        self._go_on(len(self.rows))
        return self._result()

    def _result(self) -> BacktestRun:
        return self.passage.result(self._finished(self.scratch.left_behind()))

    def _finished(self, left_behind: Callable[[], r.State]) -> Callable[[], Machine]:
        """The machine of a finished run, made when somebody asks."""
        prepared, strategy_id = self.prepared, self.runner.strategy_id

        def machine() -> Machine:
            made = prepared.machine()
            made.strategy_column(strategy_id)
            for mine, left in zip(made.state, left_behind(), strict=True):
                mine[...] = left
            return made

        return machine

    def _raise(self) -> None:
        """Say why the strategy stopped: a target that cannot be, or an error of its own."""
        row = int(self.passage.desk[s.D_WRONG_ROW]) - 1
        name = type(self.strategy).__name__
        if row < 0:
            raise RequestFault("decide", f"a {name}.decide that raises nothing; its error stands above", "an error")
        inst = int(self.rows[row, B_INST]) if self.rows.shape[1] > BAR_WIDTH else 0
        wanted = float(self.laid.last_said[self.laid.places[inst]])
        instrument = self.prepared.blank.instruments[inst][1]
        if self.strategy._says == "weight":
            weight_ppm("weight", wanted, instrument)
        else:
            signed_quantity_units("quantity", wanted, instrument)
        raise RequestFault("decide", f"fewer than 2**50 lots of {instrument.symbol}", wanted)
