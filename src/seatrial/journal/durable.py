"""The journal over a database and a folder of segments: accept, order, make durable.

Entries are accepted in the caller's order. A bar without effects is written to the segment at once;
everything else becomes a row, which carries how far the segment had grown before it. Rows become
durable in groups: while one flush runs, the next group gathers. The segment is flushed before the rows
that follow it are committed, so a row never outlives the facts it came from.

After a crash the segment may hold more than the last row tells. Records that follow the last row in
sequence are kept: nothing else had been accepted before them. A torn record, and any record after a row
that was never committed, is left out; none of them was acknowledged.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, ParamSpec

from seatrial.domain.facts import BarClosed
from seatrial.domain.faults import JournalCorrupt, JournalFault, JournalFenced
from seatrial.domain.ids import JournalEpoch
from seatrial.journal import codec, instruments, projections, segments
from seatrial.journal.database import Database
from seatrial.journal.group import GroupCommit, Pending
from seatrial.journal.history import History
from seatrial.journal.port import Entry, Opening, Snapshot

P = ParamSpec("P")

FORMAT_VERSION = 1  # how entries and segments are written; the shape of the tables is in `schema_version`
ENTRY_COLUMNS: Final = (
    ("seq", "BIGINT"),
    ("at_ns", "BIGINT"),
    ("kind", "TEXT"),
    ("segment", "BIGINT"),
    ("market_offset", "BIGINT"),
    ("fact", "TEXT"),
    ("effects", "TEXT"),
)


class DurableJournal:
    """One opening of a journal. Built by `SqliteJournal.open` and `PostgresJournal.open`."""

    def __init__(self, database: Database, folder: Path, opening: Opening, *, inline: bool, sync: bool) -> None:
        self._database = database
        self._lock = threading.RLock()
        self._opening = opening
        self._fault: JournalFault | None = None
        self._closed = False
        self._waiters = 0  # commits whose callers have not been answered: a bar must not overtake them
        self._history = History(database, folder, self._lock)
        with database.transaction():
            self._epoch, self._fence = _take_over(database, opening)
            instruments.freeze(database, opening.instruments)
            self._last_seq = self._history.seal_last_segment()
            self._number = self._history.add_segment(self._last_seq + 1, opening)
            self._segment = segments.SegmentWriter.create(folder, self._header(), sync=sync)
            self._snapshot_due = self._history.snapshot_due(opening)
        self._durable_offset = self._segment.offset
        self._group = None if inline else GroupCommit(self._commit_group)

    @property
    def epoch(self) -> JournalEpoch:
        """The name of this journal."""
        return self._epoch

    @property
    def last_seq(self) -> int:
        """The last entry accepted."""
        return self._last_seq

    @property
    def snapshot_due(self) -> bool:
        """Code or settings changed since the last entry, and no snapshot marks it yet."""
        return self._snapshot_due

    async def commit(self, entries: Sequence[Entry]) -> None:
        """See `Journal.commit`."""
        if not entries:
            return
        pending = self._accept(entries)
        if self._group is None:
            self._commit_group([pending])
        elif pending.rows or self._waiters:
            self._waiters += 1
            await self._group.put(pending)
            self._waiters -= 1  # not after a cancellation or fault: then everything takes its turn in the queue
        else:
            self._durable_offset = pending.market_offset

    def replay(self, from_seq: int = 1) -> Iterator[Entry]:
        """See `Journal.replay`. Entries still in flight are not part of it."""
        return self._history.replay(from_seq, self._number, self._durable_offset)

    def save_snapshot(self, seq: int, digest: str, body: bytes) -> None:
        """See `Journal.save_snapshot`."""
        if not 0 <= seq <= self._last_seq:
            raise JournalFault(f"a snapshot of entry {seq}, but the last one is {self._last_seq}")
        with self._lock:
            self._latching(self._segment.flush, self._durable_offset)
            with self._database.transaction():
                self._check_fence()
                self._history.save_snapshot(Snapshot(seq, digest, body), self._opening)
                self._snapshot_due = self._history.snapshot_due(self._opening)

    def snapshot_before(self, seq: int) -> Snapshot | None:
        """See `Journal.snapshot_before`."""
        with self._lock:
            return self._history.snapshot_before(seq)

    def rebuild_projections(self) -> None:
        """Make the tables for people again from the whole journal."""
        with self._lock:
            projections.rebuild(self._database, self.replay())

    async def close(self) -> None:
        """See `Journal.close`."""
        if self._group is not None:
            self._group.stop()
        if self._fault is None:
            self._latching(self._segment.flush, self._segment.offset)
        self._release()

    def abandon(self) -> None:
        """What a kill does to the files: release them and flush nothing. Only inline, for simulated crashes."""
        assert self._group is None, "a thread still writes: close the journal"
        self._release()

    def _release(self) -> None:
        if not self._closed:
            self._closed = True
            self._fault = self._fault or JournalFault("the journal is closed")
            self._segment.close()
            self._database.close()

    def _header(self) -> segments.Header:
        return segments.Header(
            number=self._number,
            first_seq=self._last_seq + 1,
            epoch=self._epoch,
            core_digest=self._opening.core_digest,
            settings_digest=self._opening.settings_digest,
        )

    # ---------------------------------------------------------- committing

    def _accept(self, entries: Sequence[Entry]) -> Pending:
        """Check the order, encode, and write market facts. Where this raises, nothing was accepted."""
        if self._fault is not None:
            raise type(self._fault)(str(self._fault)) from self._fault
        for expected, entry in enumerate(entries, self._last_seq + 1):
            if entry.seq != expected:
                raise JournalCorrupt(f"entry {entry.seq} does not follow {expected - 1}; nothing was accepted")
        texts = [_texts(entry) for entry in entries]
        pending = Pending([], [], 0)
        for entry, text in zip(entries, texts, strict=True):
            if text is None:
                assert isinstance(entry.fact, BarClosed)
                self._latching(self._segment.append, entry.seq, entry.fact)
            else:
                place = (entry.seq, entry.fact.at_ns, codec.kind_of(entry.fact), self._number, self._segment.offset)
                pending.rows.append((*place, *text))
                pending.entries.append(entry)
        pending.market_offset = self._segment.offset
        self._last_seq = entries[-1].seq
        return pending

    def _commit_group(self, group: Sequence[Pending]) -> None:
        """Flush the segment, then commit the rows of a group in one transaction."""
        if any(pending.rows for pending in group):
            with self._lock:
                self._latching(self._segment.flush, group[-1].market_offset)
                self._latching(self._commit_rows, group)
        self._durable_offset = group[-1].market_offset

    def _commit_rows(self, group: Sequence[Pending]) -> None:
        with self._database.transaction():
            self._check_fence()
            rows = [row for pending in group for row in pending.rows]
            self._database.insert_rows("entries", ENTRY_COLUMNS, rows)
            projections.apply_entries(self._database, (entry for pending in group for entry in pending.entries))

    def _check_fence(self) -> None:
        owner, fence = self._database.read("SELECT owner, fence FROM journal")[0]
        if fence != self._fence:
            raise JournalFenced(f"{owner} has opened this journal after {self._opening.owner}; this process must end")

    def _latching(self, action: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Run one step of a commit; where it fails, the journal takes nothing any more."""
        try:
            action(*args, **kwargs)
        except JournalFault as fault:
            self._fault = fault
            raise


def _take_over(database: Database, opening: Opening) -> tuple[JournalEpoch, int]:
    """Become the owner; returns the journal's epoch and our fencing number."""
    rows = database.read("SELECT schema_version, epoch, fence FROM journal")
    if not rows:
        database.execute("INSERT INTO journal VALUES (1, ?, ?, ?, 1)", (FORMAT_VERSION, opening.epoch, opening.owner))
        return opening.epoch, 1
    version, epoch, fence = rows[0]
    if version != FORMAT_VERSION:
        raise JournalCorrupt(f"the journal has format version {version}, this code writes {FORMAT_VERSION}")
    database.execute("UPDATE journal SET owner = ?, fence = ?", (opening.owner, fence + 1))
    return JournalEpoch(epoch), fence + 1


def _texts(entry: Entry) -> tuple[str, str] | None:
    """The texts of a row, or None where the entry is a record of the segment."""
    if isinstance(entry.fact, BarClosed) and not entry.effects and segments.fits(entry.fact):
        return None
    return codec.encode_fact(entry.fact), codec.encode_effects(entry.effects)
