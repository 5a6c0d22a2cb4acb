"""Tries of a compiled strategy, several in one call of compiled code.

Python makes a few runs ready, one call lives through all of them, and Python takes down what came of them: what it does
stays in the cache from run to run. Each has its own machine, venue and course, and ends as a backtest alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from seatrial.core.stretch_loop import travel
from seatrial.domain.faults import SeatrialFault
from seatrial.runs.backtest_run import BacktestRun
from seatrial.runs.compiled_desk import CompiledScratch
from seatrial.runs.compiled_drive import CompiledDrive, can_be_driven
from seatrial.runs.feeds import SharedColumns
from seatrial.runs.prepared import PreparedMarkets
from seatrial.strategy.load import USER_FAULTS
from seatrial.strategy.runner import StrategyRunner

TOGETHER = 16  # runs of one call
FAULTS = (SeatrialFault, *USER_FAULTS)  # what a run may raise


@dataclass(frozen=True, slots=True)
class Try:
    """What came of one run: its result, or what it raised."""

    run: BacktestRun | None
    fault: Exception | None = None

    def result(self) -> BacktestRun:
        """The run; raises what it raised."""
        if self.fault is not None:
            raise self.fault
        assert self.run is not None, "a try has a run or a fault"
        return self.run


class Tries:
    """Tries over the same markets; what they live in is kept for the next few."""

    def __init__(self, prepared: PreparedMarkets, shared: SharedColumns, participation_ppm: int) -> None:
        self._prepared, self._shared, self._participation_ppm = prepared, shared, participation_ppm
        self._scratches: list[CompiledScratch] = []

    def scratch(self, place: int = 0) -> CompiledScratch:
        """What a run lives in; the next run in the same place empties it."""
        while len(self._scratches) <= place:
            self._scratches.append(CompiledScratch(self._prepared))
        return self._scratches[place]

    def drive(self, runner: StrategyRunner, place: int = 0) -> CompiledDrive:
        """A run that is ready to begin."""
        return CompiledDrive(
            self._prepared,
            runner,
            participation_ppm=self._participation_ppm,
            shared=self._shared,
            scratch=self.scratch(place),
        )

    def each(self, runners: Iterable[StrategyRunner], alone: Callable[[StrategyRunner], BacktestRun]) -> Iterator[Try]:
        """One answer for every runner, in order; `alone` runs those that cannot go with others."""
        few: list[CompiledDrive] = []
        for runner in runners:
            drive = self._begun(runner, len(few))
            if few and (drive is None or drive.key != few[0].key or len(few) == TOGETHER):
                yield from self._together(few)
                few = []
                drive = None if drive is None else self._begun(runner, 0)
            if drive is None:
                yield _answer(partial(alone, runner))
            else:
                few.append(drive)
        yield from self._together(few)

    def _begun(self, runner: StrategyRunner, place: int) -> CompiledDrive | None:
        """A run that is ready to go with others; None where it goes alone, or tells alone why it does not go."""
        if not can_be_driven([runner]):
            return None
        try:
            drive = self.drive(runner, place)
            drive.make_ready(0, len(self._prepared.rows))
        except FAULTS:
            return None
        return None if drive.key is None else drive

    def _together(self, few: list[CompiledDrive]) -> list[Try]:
        if not few:
            return []
        blocks = np.concatenate([drive.passage.block for drive in few])
        travel(blocks, few[0].scan.address, len(self._prepared.rows), self._participation_ppm)
        return [_answer(drive.finish) for drive in few]


def _answer(run: Callable[[], BacktestRun]) -> Try:
    try:
        return Try(run())
    except FAULTS as fault:
        return Try(None, fault)
