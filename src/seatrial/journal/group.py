"""Group commit: one thread makes rows durable, and while it waits for the disk the next group gathers.

Only for processes in real time. A simulation commits inline: its loop has no threads.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from seatrial.domain.faults import JournalFault
from seatrial.journal.database import Row
from seatrial.journal.port import Entry

PENDING_MAX = 65_536


@dataclass(slots=True)
class Pending:
    """What one call of `commit` waits for. `market_offset` is how far the segment had grown with it."""

    rows: list[Row]
    entries: list[Entry]
    market_offset: int
    done: asyncio.Future[None] | None = field(default=None)


class GroupCommit:
    """A queue and the thread that empties it, all at once each time. Answers come in the order of the calls."""

    def __init__(self, write: Callable[[Sequence[Pending]], None]) -> None:
        self._write = write
        self._waiting: list[Pending] = []
        self._stopping = False
        self._fault: BaseException | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="journal-commit", daemon=True)
        self._thread.start()

    def put(self, pending: Pending) -> asyncio.Future[None]:
        """Queue one commit; the future answers on the running loop.

        Raises:
            JournalFault: the disk has fallen too far behind.
        """
        pending.done = asyncio.get_running_loop().create_future()
        with self._changed:
            if self._fault is not None:
                raise JournalFault(f"the journal has stopped: {self._fault}") from self._fault
            if len(self._waiting) >= PENDING_MAX:
                raise JournalFault(f"{PENDING_MAX} commits wait for the disk")
            self._waiting.append(pending)
            self._changed.notify()
        return pending.done

    def stop(self) -> None:
        """Write what is queued, then end the thread. Blocks for at most those flushes."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while batch := self._take():
            fault: BaseException | None = None
            try:
                self._write(batch)
            except Exception as raised:  # noqa: BLE001 - the thread's outermost loop: every waiter must hear of it
                fault = raised
                with self._changed:
                    self._fault = fault
                    batch += self._waiting
                    self._waiting = []
            _answer(batch, fault)

    def _take(self) -> list[Pending]:
        """The next group; empty where the queue is and stays so."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopping)
            batch, self._waiting = self._waiting, []
        return batch


def _answer(batch: Sequence[Pending], fault: BaseException | None) -> None:
    """Wake every waiter, with one call into its loop per group."""
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for pending in batch:
        assert pending.done is not None
        by_loop.setdefault(pending.done.get_loop(), []).append(pending.done)
    for loop, futures in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, futures, fault)


def _resolve(futures: Sequence[asyncio.Future[None]], fault: BaseException | None) -> None:
    for future in futures:
        if future.done():  # its waiter was cancelled; the entry is durable all the same
            continue
        if fault is None:
            future.set_result(None)
        else:
            future.set_exception(fault)
