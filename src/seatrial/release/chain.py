"""The evidence of one stage on disk: `evidence/<stage>/log.jsonl`, to which lines are only ever added.

Two processes may write at once: each line is placed under the file's lock and is on the platter before `append`
returns. A crash in the middle of a line leaves a torn tail, which was never acknowledged; the next writer moves it
to a file beside the chain and says so in a `chain.repaired` record.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from seatrial.domain.faults import EvidenceFault, EvidenceMoved
from seatrial.domain.time import SECOND_NS, Clock, rfc3339
from seatrial.release.record import GENESIS, LINE_BYTES_MAX, Actor, Draft, Record
from seatrial.release.verdict import ClockKind, VenueKind

STEP_BACK_NS_MAX = 5 * SECOND_NS  # a clock set right by its network; more than that is refused

LOG_NAME = "log.jsonl"


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which record, and at which byte of the file, a reader stands."""

    offset: int = 0
    seq: int = 0
    hash: str = GENESIS


class Chain:
    """One stage's evidence. Reads and appends; nothing else exists."""

    def __init__(self, folder: Path, stage: str, clock: Clock) -> None:
        """`folder` is `evidence`; the chain is `<folder>/<stage>/log.jsonl`. `clock` stamps what is appended."""
        self.stage = stage
        self.folder = folder / stage
        self.path = self.folder / LOG_NAME
        self._clock = clock

    def append(self, draft: Draft, *, after_seq: int | None = None) -> Record:
        """Place a draft after the last record, durably, and return it.

        With `after_seq` it is placed only while that is still the last record: a decision is written on exactly the
        evidence it was made on.

        Raises:
            EvidenceMoved: somebody has written since `after_seq`.
            EvidenceFault: the draft is of another stage, the last line does not read, the clock went back by more
                than `STEP_BACK_NS_MAX`, or the disk refused.
        """
        if draft.env != self.stage:
            raise EvidenceFault(f"a record of {draft.env} does not go into the chain of {self.stage}")
        with self._locked() as descriptor:
            last = self._last(descriptor)
            if after_seq is not None and after_seq != (last.seq if last else 0):
                raise EvidenceMoved(f"{self.path} has grown beyond record {after_seq}: read again")
            record = self._placed(draft, last)
            _write(descriptor, record.line())
            return record

    def read(self, after_seq: int = 0) -> Iterator[Record]:
        """Every whole record after `after_seq`, in order, each checked against its hash and its predecessor.

        Streams; a line still being written is not read. An absent file is an empty chain.

        Raises:
            EvidenceFault: names the line that does not read or does not follow.
        """
        return (record for record, _ in self.follow() if record.seq > after_seq)

    def follow(self, place: Place | None = None) -> Iterator[tuple[Record, Place]]:
        """As `read`, from a place known before: what a process that looks every minute reads is only what is new."""
        at = place or Place()
        try:
            with self.path.open("rb") as file:
                file.seek(at.offset)
                while (line := file.readline(LINE_BYTES_MAX + 1)).endswith(b"\n"):
                    record = self._follows(at, line)
                    at = Place(at.offset + len(line), record.seq, record.hash)
                    yield record, at
                if len(line) > LINE_BYTES_MAX:
                    raise EvidenceFault(f"{self.path}, line {at.seq + 1}: longer than {LINE_BYTES_MAX} bytes")
        except FileNotFoundError:
            return

    def _follows(self, place: Place, line: bytes) -> Record:
        try:
            record = Record.parse(line)
        except EvidenceFault as fault:
            raise EvidenceFault(f"{self.path}, line {place.seq + 1}: {fault}") from fault
        if record.prev != place.hash or record.seq != place.seq + 1:
            raise EvidenceFault(f"{self.path}, line {place.seq + 1}: the record does not follow its predecessor")
        return record

    def last(self) -> Record | None:
        """The newest whole record; None for an empty chain."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            end = _whole_end(descriptor)
            return _record_before(descriptor, end, self.path)
        finally:
            os.close(descriptor)

    def keep(self, name: str, data: bytes) -> Path:
        """Put a file beside the log, whole or not at all: `blobs/<sha256>` or `checkpoints/<size>.note`.

        Raises:
            EvidenceFault: the disk refused.
        """
        path = self.folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{path.name}.new")
            _keep(beside, data)
            beside.replace(path)
            _sync_folder(path.parent)
        except OSError as fault:
            raise EvidenceFault(f"{path} could not be written: {fault.strerror}") from fault
        return path

    def keep_blob(self, data: bytes) -> str:
        """Keep what a record names by digest; answers the 64 hexadecimal characters of it."""
        name = hashlib.sha256(data).hexdigest()
        self.keep(f"blobs/{name}", data)
        return name

    @contextmanager
    def _locked(self) -> Iterator[int]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as fault:
            raise EvidenceFault(f"{self.path} cannot be opened: {fault.strerror}") from fault
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        except OSError as fault:
            raise EvidenceFault(f"{self.path} could not be written: {fault.strerror}") from fault
        finally:
            os.close(descriptor)  # and with it the lock

    def _placed(self, draft: Draft, last: Record | None) -> Record:
        """The clock is read here, under the lock, so that times follow the order of the lines."""
        now_ns: int = self._clock.now_ns()
        if last is None:
            return Record.of(draft, seq=1, ts_ns=now_ns, prev=GENESIS)
        if now_ns < last.ts_ns:
            if last.ts_ns - now_ns > STEP_BACK_NS_MAX:
                says, was = rfc3339(now_ns), rfc3339(last.ts_ns)
                raise EvidenceFault(f"the clock says {says}, the last record is of {was}: set the clock right")
            now_ns = last.ts_ns
        return Record.of(draft, seq=last.seq + 1, ts_ns=now_ns, prev=last.hash)

    def _last(self, descriptor: int) -> Record | None:
        """The record to follow; a torn tail is moved aside first, and told."""
        size = os.fstat(descriptor).st_size
        end = _whole_end(descriptor)
        last = _record_before(descriptor, end, self.path)
        if end == size:
            if size == 0:
                _sync_folder(self.folder)
            return last
        torn = os.pread(descriptor, size - end, end)
        aside = self.path.with_name(f"{self.path.name}.torn-{end}-{hashlib.sha256(torn).hexdigest()[:8]}")
        _keep(aside, torn)
        os.ftruncate(descriptor, end)
        told = Draft(
            "chain.repaired",
            None,
            None,
            self.stage,
            Actor("service", "chain"),
            {"offset": end, "bytes": len(torn), "sha256": hashlib.sha256(torn).hexdigest(), "file": aside.name},
            last.draft.clock if last else ClockKind.WALL,
            last.draft.venue if last else VenueKind.EMULATED,
        )
        record = self._placed(told, last)
        _write(descriptor, record.line())
        return record


def _whole_end(descriptor: int) -> int:
    """The offset after the last newline; 0 when there is none."""
    at = os.fstat(descriptor).st_size
    while at > 0:
        start = max(0, at - 65_536)
        newline = os.pread(descriptor, at - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        at = start
    return 0


def _record_before(descriptor: int, end: int, path: Path) -> Record | None:
    if end == 0:
        return None
    start = max(0, end - LINE_BYTES_MAX - 1)
    block = os.pread(descriptor, end - start, start)
    line = block[block.rfind(b"\n", 0, -1) + 1 :]
    try:
        return Record.parse(line)
    except EvidenceFault as fault:
        raise EvidenceFault(f"{path}: the last line does not read, nothing is added to it: {fault}") from fault


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.fsync(descriptor)


def _keep(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        _write(descriptor, data)
    finally:
        os.close(descriptor)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
