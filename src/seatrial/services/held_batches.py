"""Batches that a strategy cannot be shown yet, because a bar's trades are not whole: it holds, and decides nothing.

With each batch that follows they are asked for again. When they are there the batches are shown in their order, and
only the newest is decided on: what came late is history, as it is with bars that a stream has missed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from seatrial.domain.bars import Bar
from seatrial.domain.faults import VenueUnavailable
from seatrial.domain.ids import Symbol
from seatrial.services.topics import BarBatch
from seatrial.services.trade_tape import NotWhole, TradeTape
from seatrial.strategy.runner import StrategyRunner

HELD_MAX = 1_440  # a day of minutes


class HeldBatches:
    """Of one desk. A strategy that hears no trades never waits for any."""

    def __init__(self, tape: TradeTape) -> None:
        self.why: str | None = None  # the newest batch is held
        self._tape = tape
        self._held: deque[BarBatch] = deque()

    async def release(self, runner: StrategyRunner, batch: BarBatch) -> list[BarBatch]:
        """What can be shown now that this batch is there, its trades told to the runner.

        Raises:
            VenueUnavailable: so many batches are held that the strategy has to begin anew.
        """
        if runner.told is None:
            return [batch]
        runner.told.forget()
        self._held.append(batch)
        if len(self._held) > HELD_MAX:
            raise VenueUnavailable(f"{HELD_MAX} batches wait for trades that the venue does not tell whole: {self.why}")
        ready: list[BarBatch] = []
        self.why = None
        while self._held and (why := await self._missing(runner, self._held[0])) is None:
            each = self._held.popleft()
            ready.append(each if each is batch else replace(each, backfilled=True))
        self.why = why if self._held else None
        return ready

    async def _missing(self, runner: StrategyRunner, batch: BarBatch) -> str | None:
        assert runner.told is not None
        for bar in batch.bars:
            if bar.symbol not in runner.symbols:
                continue
            found = await self._tape.of(bar)
            if isinstance(found, NotWhole):
                return found.why
            runner.told.tell(bar, found)
        return None

    def begin_anew(self, runner: StrategyRunner) -> None:
        """This runner takes over, warmed up to now."""
        self._want(runner)
        self._held.clear()
        self.why = None

    async def to_warm_up(self, runner: StrategyRunner, bars: Sequence[Bar]) -> Sequence[Bar]:
        """Of bars of the past those to warm up with: for whoever hears trades the newest, with trades that are whole.

        They are as many as the strategy asks for, and none before one whose trades cannot be had. Raises as the
        venue's questions do.
        """
        if runner.told is None:
            return bars
        self._want(runner)  # of what comes meanwhile, too
        runner.told.forget()
        wanted: list[Bar] = []
        first_ns = 0
        for symbol in runner.symbols:
            own = self._newest(bars, symbol, runner.strategy.warmup_bars)
            known = await self._tape.past(own)
            for bar in own:
                if bar not in known:
                    first_ns = max(first_ns, bar.end_ns)
                else:
                    wanted.append(bar)
                    runner.told.tell(bar, known[bar])
        return sorted((bar for bar in wanted if bar.start_ns >= first_ns), key=lambda bar: (bar.end_ns, bar.symbol))

    def _want(self, runner: StrategyRunner) -> None:
        if runner.told is not None:
            self._tape.want(runner.symbols)

    @staticmethod
    def _newest(bars: Sequence[Bar], symbol: Symbol, count: int) -> list[Bar]:
        own = [bar for bar in bars if bar.symbol == symbol]
        return own[max(0, len(own) - count) :]
