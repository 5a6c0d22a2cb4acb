"""Runs that somebody asks for: one at a time, under way while the asker goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from seatrial.domain.ids import AccountId, StrategyId
from seatrial.domain.time import Clock
from seatrial.services.run_records import RunRecord

Desk = tuple[StrategyId, AccountId]
RunAgain = Callable[[Desk, str | None], Awaitable[RunRecord]]


class ByHand:
    """Runs the strategies that were named, one after the other, in the name of one run."""

    def __init__(self, run_again: RunAgain, clock: Clock) -> None:
        self.in_progress: str | None = None
        self.newest: str | None = None
        self._run_again = run_again
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    def start(self, desks: Sequence[Desk]) -> str:
        """Begin, and return the run's name. Only while none is in progress."""
        assert self.in_progress is None, "one run by hand at a time"
        self.in_progress = self.newest = f"manual-{self._clock.now_ns()}"
        self._task = asyncio.create_task(self._run(self.in_progress, tuple(desks)), name=self.in_progress)
        return self.in_progress

    async def close(self) -> None:
        """Give up on a run under way; what it has posted is posted."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, name: str, desks: Sequence[Desk]) -> None:
        try:
            for desk in desks:
                await self._run_again(desk, name)
        finally:
            self.in_progress = None
