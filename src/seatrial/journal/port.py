"""The journal: what is not in it did not happen.

An entry is one fact and the effects the machine derived from it. Recovery applies recorded effects
and never derives an order again, so both are stored, in the order in which they were submitted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from seatrial.domain.effects import Effect
from seatrial.domain.facts import Fact
from seatrial.domain.ids import JournalEpoch
from seatrial.domain.instrument import Instrument


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of the machine. `seq` counts from 1 without a gap."""

    seq: int
    fact: Fact
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The machine as it was after entry `seq`: `digest` is its fingerprint, `body` its own bytes."""

    seq: int
    digest: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Opening:
    """Who opens a journal, and with which code and settings.

    `owner` is unique per process generation: a newer owner fences the older one out. `epoch` is what
    a *new* journal is called; a journal that exists keeps its own. A change of either digest starts a
    new stretch of the journal, which should begin with a snapshot (`Journal.snapshot_due`).

    `at_ns` is when, by the clock of whoever opens; `instruments` are the grids its integers live on; without
    `upgrade` a database of an older schema is refused.
    """

    owner: str
    epoch: JournalEpoch
    core_digest: str
    settings_digest: str
    at_ns: int = 0
    instruments: tuple[Instrument, ...] = ()
    upgrade: bool = True


class Journal(Protocol):
    """An append-only record with one writer."""

    @property
    def epoch(self) -> JournalEpoch:
        """The name of this journal, part of every client order id."""
        ...

    @property
    def last_seq(self) -> int:
        """The last entry accepted, 0 in an empty journal. The next one must be `last_seq + 1`."""
        ...

    @property
    def snapshot_due(self) -> bool:
        """Code or settings differ from the ones that wrote the last entry, and no snapshot marks the change."""
        ...

    async def commit(self, entries: Sequence[Entry]) -> None:
        """Make entries durable, all or none; returns when a crash cannot lose them any more.

        A market fact without effects survives the death of the process on return, and the loss of
        power from the next other entry on: nothing outside can have come from it before.

        Raises:
            JournalCorrupt: the entries do not follow `last_seq`; nothing was accepted.
            JournalFenced: a newer owner has opened the journal.
            JournalFault: durability cannot be promised any more. The process must end.
        """
        ...

    def replay(self, from_seq: int = 1) -> Iterator[Entry]:
        """Every durable entry from `from_seq` on, in order, exactly as committed.

        Raises:
            JournalCorrupt: a stored entry does not decode, is missing, or does not follow its predecessor.
        """
        ...

    def save_snapshot(self, seq: int, digest: str, body: bytes) -> None:
        """Keep the machine's state after `seq`, durably. `seq` must be committed."""
        ...

    def snapshot_before(self, seq: int) -> Snapshot | None:
        """The newest snapshot of an entry before `seq`, from which `replay(snapshot.seq + 1)` goes on."""
        ...

    async def close(self) -> None:
        """Finish what is queued, make everything durable, release files."""
        ...
