"""Runs that outlive their process: read once at the start, written behind, a second late at most."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from seatrial.domain.faults import JournalFault
from seatrial.services.run_records import RUNS_KEPT_MAX, RunLog, RunRecord, RunStore

_log = structlog.get_logger("seatrial.services.orchestrator")

SAVE_SECONDS = 1.0  # how long a run may live in memory only


class RunMemory:
    """Between the newest runs and their store. A store that fails is told of and tried again: no run waits for it."""

    def __init__(self, runs: RunLog, store: RunStore) -> None:
        self.trouble: str | None = None  # why the last attempt failed; None after one that worked
        self.store = store
        self._runs = runs

    async def restore(self) -> Sequence[RunRecord]:
        """Remember the runs of earlier processes; returns them, oldest first."""
        try:
            found = await self.store.newest(RUNS_KEPT_MAX)
        except JournalFault as fault:
            self.trouble = str(fault)
            _log.warning("earlier runs cannot be read", why=self.trouble)
            return []
        self._runs.restore(found)
        return found

    async def run(self) -> None:
        """Write behind, for ever."""
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            await self.save()

    async def save(self) -> None:
        """Write what is not stored yet."""
        runs = self._runs.unsaved()
        if not runs:
            return
        try:
            await self.store.keep(runs)
        except JournalFault as fault:
            self.trouble = str(fault)
            _log.warning("runs cannot be stored", why=self.trouble, runs=len(runs))
            return
        self.trouble = None
        self._runs.saved(runs)
