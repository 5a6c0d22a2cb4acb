"""A process that can be killed between any two steps of the loop, and leaves nothing behind but its journal.

Everything a generation of the platform does happens in tasks that carry its mark. Killing it turns a
switch first: from then on its journal and its connections raise `Crashed`, so that no `finally` of the
dead can still write or send. Then its tasks are cancelled, and whatever they do about it has no effect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextvars import Context, ContextVar, copy_context
from random import Random
from typing import Any, TypeVar

from seatrial.domain.effects import Approved
from seatrial.domain.facts import Sent
from seatrial.domain.faults import Crashed
from seatrial.domain.ids import ClientOrderId, JournalEpoch
from seatrial.journal.port import Entry, Journal, Snapshot

REAP_SECONDS_MAX = 60

T = TypeVar("T")

_GENERATION: ContextVar[Generation | None] = ContextVar("generation", default=None)


class Generation:
    """One life of the platform's process."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.alive = True
        self.died = asyncio.Event()
        self.tasks: dict[asyncio.Task[Any], None] = {}  # in the order of their creation

    def check(self) -> None:
        """Raise where the dead would touch the world."""
        if not self.alive:
            raise Crashed(f"generation {self.number} is dead")

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task inside this process."""
        context = copy_context()
        context.run(_GENERATION.set, self)
        return asyncio.get_running_loop().create_task(work, context=context)

    def kill(self) -> None:
        """kill -9."""
        self.alive = False
        self.died.set()
        for task in list(self.tasks):
            task.cancel()

    async def reap(self) -> None:
        """Wait until the last task of a dead generation is gone."""
        while self.tasks:
            await asyncio.wait(list(self.tasks), timeout=REAP_SECONDS_MAX)
            for task in list(self.tasks):
                task.cancel()


def mark_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """From here on every task is known to the generation whose code made it."""

    def make(
        loop: asyncio.AbstractEventLoop, work: Any, context: Context | None = None, **more: Any
    ) -> asyncio.Task[Any]:
        task = asyncio.Task(work, loop=loop, context=context, **more)
        generation = _GENERATION.get() if context is None else context.get(_GENERATION)
        if generation is not None:
            generation.tasks[task] = None
            task.add_done_callback(generation.tasks.pop)
        return task

    loop.set_task_factory(make)


class Durable:
    """What is in the journal for good, as the simulation itself saw it: the witness of `journalled before sent`."""

    def __init__(self) -> None:
        self.approved: dict[ClientOrderId, Approved] = {}
        self.sent: set[ClientOrderId] = set()

    def note(self, entries: Sequence[Entry]) -> None:
        """These entries have been committed."""
        for entry in entries:
            if isinstance(entry.fact, Sent):
                self.sent.add(entry.fact.client_order_id)
            for effect in entry.effects:
                if isinstance(effect, Approved):
                    self.approved[effect.client_order_id] = effect


class MortalJournal:
    """A journal that dies with its process. Commits take a while, so that a crash can fall before or after them."""

    def __init__(self, inner: Journal, generation: Generation, durable: Durable, random: Random) -> None:
        self._inner = inner
        self._generation = generation
        self._durable = durable
        self._random = random

    @property
    def epoch(self) -> JournalEpoch:
        """See `Journal`."""
        return self._inner.epoch

    @property
    def last_seq(self) -> int:
        """See `Journal`."""
        return self._inner.last_seq

    @property
    def snapshot_due(self) -> bool:
        """See `Journal`."""
        return self._inner.snapshot_due

    async def commit(self, entries: Sequence[Entry]) -> None:
        """See `Journal`."""
        await asyncio.sleep(self._random.random() / 1_000)
        self._generation.check()
        await self._inner.commit(entries)
        self._durable.note(entries)
        await asyncio.sleep(self._random.random() / 1_000)
        self._generation.check()

    def replay(self, from_seq: int = 1) -> Iterator[Entry]:
        """See `Journal`."""
        self._generation.check()
        return self._inner.replay(from_seq)

    def save_snapshot(self, seq: int, digest: str, body: bytes) -> None:
        """See `Journal`."""
        self._generation.check()
        self._inner.save_snapshot(seq, digest, body)

    def snapshot_before(self, seq: int) -> Snapshot | None:
        """See `Journal`."""
        return self._inner.snapshot_before(seq)

    async def close(self) -> None:
        """See `Journal`."""
        self._generation.check()
        await self._inner.close()


def outside(work: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
    """A task that belongs to the world and not to the process whose code asks for it: a venue's own work."""
    context = copy_context()
    context.run(_GENERATION.set, None)
    return asyncio.get_running_loop().create_task(work(), context=context)
