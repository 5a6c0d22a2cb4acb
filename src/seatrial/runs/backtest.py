"""A backtest: one machine and the compiled venue kernel exchanging facts over recorded bars.

Strategies come in three forms with the same decisions. A compiled or vectorised one is called by the compiled loop
itself (`runs.compiled_drive`), and so is one in Python that acts on every bar (`runs.calling_drive`). Several at a
time, and those with schedules of their own, decide between pieces of the same loop (`runs.python_drive`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from seatrial.runs.backtest_run import BacktestRun
from seatrial.runs.calling_drive import CallingDrive, can_be_called
from seatrial.runs.compiled_drive import CompiledDrive, can_be_driven
from seatrial.runs.feeds import SharedColumns
from seatrial.runs.prepared import EPOCH, Market, PreparedMarkets
from seatrial.runs.python_drive import PythonDrive
from seatrial.runs.tries import Tries, Try
from seatrial.strategy.runner import StrategyRunner

PARTICIPATION_PPM = 100_000

OnProgress = Callable[[int, int], None]  # done, in all: groups of bars, or rows

__all__ = ["EPOCH", "PARTICIPATION_PPM", "Ground", "Market", "OnProgress", "backtest"]


def backtest(
    markets: Sequence[Market],
    runners: Sequence[StrategyRunner],
    *,
    participation_ppm: int = PARTICIPATION_PPM,
    impact_ppm: int = 0,
    on_progress: OnProgress | None = None,
    one_by_one: bool = False,
) -> BacktestRun:
    """Run strategies over recorded bars.

    Strategies decide in the order given; each one's decisions reach the machine before the next decides.

    Args:
        participation_ppm: the part of each print's volume that can be ours.
        impact_ppm: what an order pays that takes a whole print, in millionths of the bar's range; 0 is no impact.
        one_by_one: let the machine hear every bar by itself, whatever the form. Slower, and the same to the last unit.

    Raises:
        NoData: there is not one bar.
        RequestFault: bars of several spans are mixed.
    """
    prepared = PreparedMarkets(markets, impact_ppm=impact_ppm)
    if not one_by_one and can_be_driven(list(runners)):
        return CompiledDrive(prepared, runners[0], participation_ppm=participation_ppm).run(on_progress)
    if not one_by_one and can_be_called(runners):
        return CallingDrive(prepared, runners[0], participation_ppm=participation_ppm).run(on_progress)
    drive = PythonDrive(prepared, runners, participation_ppm=participation_ppm, one_by_one=one_by_one)
    return drive.run(on_progress)


class Ground:
    """Markets that many strategies are tried on, one after the other: what the tries share is made once.

    Memory does not grow with the tries: shared columns are bounded, everything else belongs to one try.
    """

    def __init__(
        self, markets: Sequence[Market], *, participation_ppm: int = PARTICIPATION_PPM, impact_ppm: int = 0
    ) -> None:
        """Raises like `backtest`."""
        self._prepared = PreparedMarkets(markets, impact_ppm=impact_ppm)
        self._tries = Tries(self._prepared, SharedColumns(), participation_ppm)
        self._participation_ppm = participation_ppm

    def run(self, runners: Sequence[StrategyRunner], on_progress: OnProgress | None = None) -> BacktestRun:
        """The same as `backtest` over these markets."""
        if can_be_driven(list(runners)):
            return self._tries.drive(runners[0]).run(on_progress)
        if can_be_called(runners):
            called = CallingDrive(self._prepared, runners[0], participation_ppm=self._participation_ppm)
            return called.run(on_progress)
        return PythonDrive(self._prepared, runners, participation_ppm=self._participation_ppm).run(on_progress)

    def run_each(self, runners: Iterable[StrategyRunner]) -> Iterator[Try]:
        """What `run` answers for each of these runners alone, in order; a run that raises is told in its own answer.

        Compiled strategies of one form live through the bars a few at a time, in one call of compiled code.
        """
        return self._tries.each(runners, lambda runner: self.run([runner]))
