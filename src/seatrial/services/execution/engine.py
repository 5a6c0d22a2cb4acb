"""One queue of facts, one machine, one journal: nothing leaves before it is durable.

Whatever is queued is stepped and committed together (group commit); only then are its effects
released: to the sender, to subscribers, to the callers that wait. A failed commit ends the process.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field

from seatrial.core.machine import Machine
from seatrial.domain.effects import Effect
from seatrial.domain.facts import Command, CommandKind, Fact
from seatrial.domain.faults import JournalFault
from seatrial.journal.port import Entry, Journal

FACTS_QUEUED_MAX = 100_000
FACTS_PER_COMMIT_MAX = 2_000

Subscriber = Callable[[Entry], None]
OnCommit = Callable[[float, int], None]  # seconds of the loop's clock, entries; must not block and must not raise


@dataclass(slots=True)
class _Batch:
    """Facts that are stepped without anything in between and become durable together, or not at all."""

    facts: tuple[Fact, ...]
    done: asyncio.Future[list[Effect]]
    context: Context  # of whoever brought it: log lines about it carry the ids of their request and workflow
    entries: list[Entry] = field(default_factory=list)


class ExecutionEngine:
    """The only writer of the machine and of the journal.

    State after `step` is provisional until its commit returns; nobody outside acts on it before.
    """

    def __init__(self, machine: Machine, journal: Journal) -> None:
        self.machine = machine
        self.journal = journal
        self.latched: str | None = None  # why nothing new is sent; set before the halt is even journalled
        self.halts = 0  # what was released before the newest halt is never sent, not even after a resume
        self.failed: BaseException | None = None
        self.on_commit: OnCommit = lambda seconds, entries: None  # hears how long each commit took
        self._queue: deque[_Batch] = deque()
        self._queued = 0
        self._work = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._subscribers: list[Subscriber] = []

    def subscribe(self, subscriber: Subscriber) -> None:
        """Hear every entry, in order, after its commit. The call must not block and must not raise."""
        self._subscribers.append(subscriber)

    # ------------------------------------------------------------- facts in

    def post(self, facts: Sequence[Fact]) -> asyncio.Future[list[Effect]]:
        """Queue one batch, first come first served. The future holds its effects once they are durable.

        Raises:
            JournalFault: an earlier commit failed; this process is ending.
        """
        return self._queue_up(facts, urgent=False)

    async def submit(self, facts: Sequence[Fact]) -> list[Effect]:
        """Queue one batch and wait until it is durable; its effects in order."""
        while not self._room.is_set():
            await self._room.wait()
        return await self.post(facts)

    def _queue_up(self, facts: Sequence[Fact], *, urgent: bool) -> asyncio.Future[list[Effect]]:
        if self.failed is not None:
            raise JournalFault("an earlier commit failed; this process is ending") from self.failed
        batch = _Batch(tuple(facts), asyncio.get_running_loop().create_future(), copy_context())
        if urgent:
            self._queue.appendleft(batch)
        else:
            self._queue.append(batch)
        self._queued += len(batch.facts)
        if self._queued >= FACTS_QUEUED_MAX:
            self._room.clear()
        self._work.set()
        return batch.done

    # ------------------------------------------------------------- commands

    def latch(self, reason: str) -> None:
        """Nothing new is sent from this line on."""
        self.latched = reason
        self.halts += 1

    def command(self, command: Command) -> asyncio.Future[list[Effect]]:
        """An operator's word. A halt works at once, whatever the journal does; a resume once it is durable.

        A halt is not bound by the queue's length, and is stepped before whatever waits in it.
        """
        if command.kind in {CommandKind.HALT, CommandKind.KILL}:
            self.latch(f"{command.actor}: {command.reason}")
            return self._queue_up((command,), urgent=True)
        return self._queue_up((command,), urgent=False)

    # --------------------------------------------------------------- facts out

    async def run(self) -> None:
        """Step, commit, release, for ever. Raises what the journal raises: then the process must end."""
        try:
            while True:
                await self._work.wait()
                await self._commit(self._take())
        except BaseException as fault:
            self._fail(fault)
            raise

    def _take(self) -> list[_Batch]:
        taken: list[_Batch] = []
        facts = 0
        while self._queue and facts < FACTS_PER_COMMIT_MAX:
            batch = self._queue.popleft()
            facts += len(batch.facts)
            taken.append(batch)
        self._queued -= facts
        if self._queued < FACTS_QUEUED_MAX:
            self._room.set()
        if not self._queue:
            self._work.clear()
        return taken

    async def _commit(self, batches: list[_Batch]) -> None:
        entries: list[Entry] = []
        try:
            seq = self.journal.last_seq
            for batch in batches:
                for fact in batch.facts:
                    seq += 1
                    batch.entries.append(Entry(seq, fact, self.machine.step(fact)))
                entries += batch.entries
            await self._make_durable(entries)
        except BaseException as fault:
            for batch in batches:
                _refuse(batch, fault)
            raise
        for batch in batches:
            self._release(batch)

    async def _make_durable(self, entries: list[Entry]) -> None:
        loop = asyncio.get_running_loop()
        began_seconds = loop.time()
        await self.journal.commit(entries)
        self.on_commit(loop.time() - began_seconds, len(entries))

    def _release(self, batch: _Batch) -> None:
        batch.context.run(self._tell, batch.entries)
        if not batch.done.done():
            batch.done.set_result([effect for entry in batch.entries for effect in entry.effects])

    def _tell(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if isinstance(entry.fact, Command) and entry.fact.kind is CommandKind.RESUME:
                self.latched = None
            for subscriber in self._subscribers:
                subscriber(entry)

    def _fail(self, fault: BaseException) -> None:
        self.failed = fault
        self.latch(self.latched or "the journal failed")
        while self._queue:
            _refuse(self._queue.popleft(), fault)


def _refuse(batch: _Batch, fault: BaseException) -> None:
    """Whoever waits for this batch learns that it never became durable."""
    if batch.done.done():
        return
    batch.done.set_exception(JournalFault(f"not durable: {fault}"))
    batch.done.exception()  # read once: nobody may be waiting
