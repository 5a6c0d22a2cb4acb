"""Reading a journal back: rows and segment records, interleaved exactly as they were submitted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from seatrial.domain.faults import JournalCorrupt, JournalFault
from seatrial.journal import codec, segments
from seatrial.journal.database import Database, Row
from seatrial.journal.port import Entry, Opening, Snapshot

ROWS_PER_PAGE = 1_000


class History:
    """The stored past. `lock` guards the connection, which the writer uses too."""

    def __init__(self, database: Database, folder: Path, lock: threading.RLock) -> None:
        self._database = database
        self._folder = folder
        self._lock = lock

    def seal_last_segment(self) -> int:
        """Settle where the newest segment ends, for good; returns the journal's last entry.

        Runs in the transaction that takes the journal over, so nobody commits meanwhile, and what a
        fenced process still appends lies behind the seal.
        """
        number, seq, end = self.newest_end()
        if number:
            self._database.execute("UPDATE segments SET sealed_offset = ? WHERE number = ?", (end, number))
        return seq

    def newest_end(self) -> tuple[int, int, int]:
        """The newest segment's number, the journal's last entry, and where in the segment it ends; changes nothing.

        Raises:
            JournalCorrupt: the segment is not there, or ends before a row that follows it.
        """
        newest = self._database.read("SELECT number, first_seq FROM segments ORDER BY number DESC LIMIT 1")
        if not newest:
            return 0, 0, 0
        number, first_seq = newest[0]
        last = self._database.read(
            "SELECT seq, market_offset FROM entries WHERE segment = ? ORDER BY seq DESC LIMIT 1", (number,)
        )
        seq, row_offset = last[0] if last else (first_seq - 1, segments.HEADER_BYTES)
        path = segments.segment_path(self._folder, number)
        segments.read_header(path)
        end = reached = segments.HEADER_BYTES
        for record in segments.read_records(path):
            reached = record.end_offset
            if reached > row_offset:
                if record.seq != seq + 1:
                    break  # follows a row that was never committed
                seq = record.seq
            end = reached
        if reached < row_offset:
            raise JournalCorrupt(f"the segment {path} ends at byte {reached}, but row {seq} follows byte {row_offset}")
        return number, int(seq), end

    def replay_settled(self) -> Iterator[Entry]:
        """Every entry a restart would find, for a reader beside the writer. Run it inside `Database.reading`."""
        number, _, end = self.newest_end()
        return self.replay(1, number, end)

    def add_segment(self, first_seq: int, opening: Opening) -> int:
        """Enter a new segment, in the same transaction; returns its number."""
        number = int(self._database.read("SELECT COALESCE(MAX(number), 0) + 1 FROM segments")[0][0])
        self._database.execute(
            "INSERT INTO segments VALUES (?, ?, ?, ?, NULL)",
            (number, first_seq, opening.core_digest, opening.settings_digest),
        )
        return number

    def snapshot_due(self, opening: Opening) -> bool:
        """Whether entries written under other digests precede, and no snapshot parts them from what comes."""
        digests = (opening.core_digest, opening.settings_digest)
        stretch = self._database.read(
            "SELECT MIN(first_seq) FROM segments WHERE number > (SELECT COALESCE(MAX(number), 0) FROM segments"
            " WHERE core_digest <> ? OR settings_digest <> ?)",
            digests,
        )
        first_seq = int(stretch[0][0])
        if first_seq == 1:
            return False
        marks = self._database.read(
            "SELECT COUNT(*) FROM snapshots WHERE seq >= ? AND core_digest = ? AND settings_digest = ?",
            (first_seq - 1, *digests),
        )
        return not marks[0][0]

    def save_snapshot(self, snapshot: Snapshot, opening: Opening) -> None:
        """Store or replace a snapshot, in the caller's transaction."""
        self._database.execute(
            "INSERT INTO snapshots VALUES (?, ?, ?, ?, ?) ON CONFLICT (seq) DO UPDATE SET digest = excluded.digest,"
            " core_digest = excluded.core_digest, settings_digest = excluded.settings_digest, body = excluded.body",
            (snapshot.seq, snapshot.digest, opening.core_digest, opening.settings_digest, snapshot.body),
        )

    def snapshot_before(self, seq: int) -> Snapshot | None:
        """The newest snapshot of an entry before `seq`."""
        rows = self._database.read(
            "SELECT seq, digest, body FROM snapshots WHERE seq < ? ORDER BY seq DESC LIMIT 1", (seq,)
        )
        return Snapshot(rows[0][0], rows[0][1], bytes(rows[0][2])) if rows else None

    def replay(self, from_seq: int, open_segment: int, open_offset: int) -> Iterator[Entry]:
        """Entries from `from_seq` on; the segment being written counts up to `open_offset`."""
        if from_seq < 1:
            raise JournalFault(f"entries count from 1, was {from_seq}")
        with self._lock:
            stretches = self._database.read("SELECT number, first_seq, sealed_offset FROM segments ORDER BY number")
        starts = [first_seq for _, first_seq, _ in stretches]
        for place, (number, first_seq, sealed_offset) in enumerate(stretches):
            later = starts[place + 1 :]
            if later and later[0] <= from_seq:
                continue  # everything in it comes before
            end = open_offset if number == open_segment else sealed_offset
            for entry in self._replay_segment(number, first_seq, end):
                if entry.seq >= from_seq:
                    yield entry

    def _replay_segment(self, number: int, first_seq: int, end_offset: int) -> Iterator[Entry]:
        path = segments.segment_path(self._folder, number)
        header = segments.read_header(path)
        if (header.number, header.first_seq) != (number, first_seq):
            raise JournalCorrupt(f"the segment {path} calls itself {header.number} from entry {header.first_seq}")
        records = segments.read_records(path, end_offset)
        expected, offset = first_seq, segments.HEADER_BYTES
        for seq, market_offset, fact_text, effects_text in self._rows(number):
            while offset < market_offset:
                record = next(records, None)
                if record is None:
                    raise JournalCorrupt(f"the segment {path} ends before row {seq}, which follows it")
                offset = record.end_offset
                yield _following(expected, Entry(record.seq, record.fact))
                expected += 1
            entry = Entry(seq, codec.decode_fact(fact_text), codec.decode_effects(effects_text))
            yield _following(expected, entry)
            expected += 1
        for record in records:
            yield _following(expected, Entry(record.seq, record.fact))
            expected += 1

    def _rows(self, segment: int) -> Iterator[Row]:
        after = 0
        while True:
            with self._lock:
                page = self._database.read(
                    "SELECT seq, market_offset, fact, effects FROM entries WHERE segment = ? AND seq > ?"
                    " ORDER BY seq LIMIT ?",
                    (segment, after, ROWS_PER_PAGE),
                )
            yield from page
            if len(page) < ROWS_PER_PAGE:
                return
            after = page[-1][0]


def _following(expected: int, entry: Entry) -> Entry:
    if entry.seq != expected:
        raise JournalCorrupt(f"entry {expected} is missing: {entry.seq} follows {expected - 1}")
    return entry
