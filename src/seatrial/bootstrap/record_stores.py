"""Runs and signals in the ledger's database, over a connection of their own and on threads: trading never waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import msgspec
import structlog

from seatrial.bootstrap.databases.places import LedgerPlace
from seatrial.domain.faults import JournalFault
from seatrial.domain.time import rfc3339
from seatrial.journal.database import Database
from seatrial.journal.record_tables import RunRow, SignalRow, keep_runs, keep_signals, newest_runs
from seatrial.services.bus import Bus, Overflow
from seatrial.services.run_records import RunRecord
from seatrial.services.topics import Decision, Signal

_log = structlog.get_logger("seatrial.services")

T = TypeVar("T")

SAVE_SECONDS: Final = 1.0
SIGNALS_WAITING_MAX: Final = 10_000  # while the database does not answer; then the oldest are given up


class RecordStore:
    """The `RunStore` of a running platform, and where its signals go. Opens its connection when first asked."""

    def __init__(self, place: LedgerPlace) -> None:
        self._place = place
        self._database: Database | None = None
        self._lock = threading.Lock()

    async def newest(self, limit: int) -> Sequence[RunRecord]:
        """See `RunStore.newest`."""
        bodies = await self._ask(lambda database: newest_runs(database, limit))
        try:
            return [msgspec.json.decode(body, type=RunRecord) for body in bodies]
        except msgspec.MsgspecError as fault:
            raise JournalFault(f"a stored run does not read: {fault}") from fault

    async def keep(self, runs: Sequence[RunRecord]) -> None:
        """See `RunStore.keep`."""
        rows = [_run_row(run) for run in runs]
        await self._ask(lambda database: keep_runs(database, rows))

    async def keep_signals(self, signals: Sequence[Signal]) -> None:
        """Store signals; raises `JournalFault` where that cannot be done."""
        rows = [_signal_row(signal) for signal in signals]
        await self._ask(lambda database: keep_signals(database, rows))

    async def ping(self) -> None:
        """See `RunStore.ping`."""
        await self._ask(lambda database: database.read("SELECT 1"))

    async def close(self) -> None:
        """Release the connection."""
        await asyncio.to_thread(self._drop)

    async def _ask(self, work: Callable[[Database], T]) -> T:
        return await asyncio.to_thread(self._work, work)

    def _work(self, work: Callable[[Database], T]) -> T:
        with self._lock:
            try:
                if self._database is None:
                    self._database = self._place.connect(read_only=False)
                return work(self._database)
            except JournalFault:
                self._close()  # the next call connects anew
                raise

    def _drop(self) -> None:
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


class SignalKeeper:
    """Writes every signal behind its decision, a second late at most. A database that fails is told of once."""

    def __init__(self, bus: Bus, store: RecordStore) -> None:
        self._decisions = bus.subscribe(Decision, "signal store", overflow=Overflow.DROP_OLDEST)
        self._store = store
        self._waiting: list[Signal] = []
        self._failing = False

    async def run(self) -> None:
        """For ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            while True:
                await asyncio.sleep(SAVE_SECONDS)
                await self._save()

    async def _listen(self) -> None:
        async for decision in self._decisions:
            self._waiting += decision.signals
            del self._waiting[:-SIGNALS_WAITING_MAX]

    async def _save(self) -> None:
        taken, self._waiting = self._waiting, []
        if not taken:
            return
        try:
            await self._store.keep_signals(taken)
            self._failing = False
        except JournalFault as fault:
            self._waiting = (taken + self._waiting)[-SIGNALS_WAITING_MAX:]
            if not self._failing:
                _log.warning("signals cannot be stored", why=str(fault), signals=len(taken))
            self._failing = True


def _run_row(run: RunRecord) -> RunRow:
    body = msgspec.json.encode(run).decode()
    times = (run.decided_at, run.started_at, run.completed_at)
    return RunRow(run.run_id, run.strategy, run.account, *times, str(run.status), run.reason, body)


def _signal_row(signal: Signal) -> SignalRow:
    body = msgspec.json.encode(signal).decode()
    decided_at = rfc3339(signal.decided_at_ns)
    return SignalRow(signal.id, signal.strategy, signal.account, signal.symbol, decided_at, signal.action, body)
