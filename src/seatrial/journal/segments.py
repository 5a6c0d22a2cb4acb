"""Market facts on disk: append-only files of fixed-width integer records.

Bars are many and tell nobody to do anything, so they do not go through the database. One file per
opening of the journal, named by its number; nobody ever writes into an older one, so a process that
was fenced out cannot spoil what its successor reads.

    header   1024 bytes: magic, length and checksum of a JSON object (version, number, epoch, digests)
    record   12 little-endian int64: kind, 10 words, checksum

A NAME record gives a symbol or account its number in this file, ahead of the first bar that uses it.
The checksum covers the record's place in the file too, so a stale block is not taken for a record.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import msgspec

from seatrial.domain.bars import Bar
from seatrial.domain.facts import BarClosed
from seatrial.domain.faults import JournalCorrupt, JournalFault
from seatrial.domain.ids import AccountId, Symbol

MAGIC = b"SEATRIAL"
VERSION = 1
HEADER_BYTES = 1024
NAME_BYTES_MAX = 64
INT64_MAX = 2**63 - 1

_HEAD = struct.Struct("<8sII")
_WORDS = struct.Struct("<11q")
_CHECK = struct.Struct("<q")
_NAME = struct.Struct(f"<3q{NAME_BYTES_MAX}s")
RECORD_BYTES = _WORDS.size + _CHECK.size

_KIND_NAME = 1
_KIND_BAR = 2

assert _NAME.size == _WORDS.size


class Header(msgspec.Struct, frozen=True):
    """What a segment says of itself."""

    number: int
    first_seq: int
    epoch: str
    core_digest: str
    settings_digest: str
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class Record:
    """A stored market fact, and where in the file the next one starts."""

    seq: int
    fact: BarClosed
    end_offset: int


def segment_path(folder: Path, number: int) -> Path:
    """`00000007.market` in the folder of segments."""
    return folder / f"{number:08d}.market"


def fits(fact: BarClosed) -> bool:
    """Whether a bar can be a record; one that cannot is stored as any other fact."""
    bar = fact.bar
    numbers = (bar.start_ns, bar.end_ns, bar.open_units, bar.high_units, bar.low_units, bar.close_units)
    return (
        all(abs(number) <= INT64_MAX for number in (*numbers, bar.volume_units))
        and _name_fits(fact.account)
        and _name_fits(bar.symbol)
    )


def _name_fits(name: str) -> bool:
    return len(name.encode(errors="surrogatepass")) <= NAME_BYTES_MAX and name.isprintable()


def _checked(words: bytes, offset: int) -> bytes:
    return words + _CHECK.pack(zlib.crc32(words, offset & 0xFFFFFFFF))


class SegmentWriter:
    """Appends records to one new file. Every fault of the disk is a `JournalFault`."""

    def __init__(self, path: Path, descriptor: int, *, sync: bool) -> None:
        self.path = path
        self.offset = HEADER_BYTES
        self._descriptor = descriptor
        self._synced_offset = HEADER_BYTES
        self._names: dict[str, int] = {}
        self._sync = sync

    @classmethod
    def create(cls, folder: Path, header: Header, *, sync: bool) -> Self:
        """Start the file `header.number`, durably, replacing one that no committed segment row knows."""
        body = msgspec.json.encode(header)
        if _HEAD.size + len(body) > HEADER_BYTES:
            raise JournalFault(f"the header of a segment holds {HEADER_BYTES} bytes, digests and epoch were too long")
        block = (_HEAD.pack(MAGIC, len(body), zlib.crc32(body)) + body).ljust(HEADER_BYTES, b"\0")
        path = segment_path(folder, header.number)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)  # a new inode: whoever still writes into the old file writes into nothing
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
            writer = cls(path, descriptor, sync=sync)
            writer._write(block)
            if sync:
                os.fsync(descriptor)
                _sync_folder(folder)
        except OSError as fault:
            raise JournalFault(f"cannot start the segment {path}: {fault}") from fault
        return writer

    def append(self, seq: int, fact: BarClosed) -> None:
        """Write one record to the operating system: it survives us, not yet the power."""
        block = b""
        for name in (fact.account, fact.bar.symbol):
            if name not in self._names:
                self._names[name] = len(self._names)
                words = _NAME.pack(_KIND_NAME, self._names[name], len(name.encode()), name.encode())
                block += _checked(words, self.offset + len(block))
        bar = fact.bar
        words = _WORDS.pack(
            _KIND_BAR,
            seq,
            self._names[fact.account],
            self._names[bar.symbol],
            bar.start_ns,
            bar.end_ns,
            bar.open_units,
            bar.high_units,
            bar.low_units,
            bar.close_units,
            bar.volume_units,
        )
        block += _checked(words, self.offset + len(block))
        try:
            self._write(block)
        except OSError as fault:
            raise JournalFault(f"cannot write to the segment {self.path}: {fault}") from fault
        self.offset += len(block)

    def flush(self, offset: int) -> None:
        """Make everything before `offset` durable."""
        if self._synced_offset >= offset:
            return
        reached = self.offset
        if self._sync:
            try:
                os.fdatasync(self._descriptor)
            except OSError as fault:
                raise JournalFault(f"cannot flush the segment {self.path}: {fault}") from fault
        self._synced_offset = reached

    def close(self) -> None:
        """Release the file. Does not flush."""
        os.close(self._descriptor)

    def _write(self, block: bytes) -> None:
        written = os.write(self._descriptor, block)
        while written < len(block):
            written += os.write(self._descriptor, block[written:])


def read_header(path: Path) -> Header:
    """The header of a segment file.

    Raises:
        JournalCorrupt: there is no such file, or it is not one of ours.
    """
    try:
        with path.open("rb") as file:
            block = file.read(HEADER_BYTES)
    except OSError as fault:
        raise JournalCorrupt(f"the segment {path} cannot be read: {fault}") from fault
    if len(block) < HEADER_BYTES:
        raise JournalCorrupt(f"the segment {path} has no whole header")
    magic, length, check = _HEAD.unpack_from(block)
    body = block[_HEAD.size : _HEAD.size + length]
    if magic != MAGIC or zlib.crc32(body) != check:
        raise JournalCorrupt(f"the segment {path} has a damaged header")
    header = msgspec.json.decode(body, type=Header)
    if header.version != VERSION:
        raise JournalCorrupt(f"the segment {path} has version {header.version}, this code reads {VERSION}")
    return header


def read_records(path: Path, end_offset: int | None = None) -> Iterator[Record]:
    """The records of a segment in order, up to `end_offset`, or up to the first torn one where it is None.

    Raises:
        JournalCorrupt: a record before `end_offset` is missing or damaged.
    """
    names: dict[int, str] = {}
    offset = HEADER_BYTES
    with path.open("rb") as file:
        file.seek(HEADER_BYTES)
        while end_offset is None or offset < end_offset:
            block = file.read(RECORD_BYTES)
            words = block[: _WORDS.size]
            if len(block) < RECORD_BYTES or block != _checked(words, offset):
                if end_offset is None:
                    return
                raise JournalCorrupt(f"the segment {path} is damaged at byte {offset}, before its end {end_offset}")
            offset += RECORD_BYTES
            if _WORDS.unpack(words)[0] == _KIND_NAME:
                _, index, length, text = _NAME.unpack(words)
                names[index] = text[:length].decode()
            else:
                yield _record(words, names, offset)


def _record(words: bytes, names: dict[int, str], end_offset: int) -> Record:
    _, seq, account, symbol, start, end, first, high, low, close, volume = _WORDS.unpack(words)
    bar = Bar(Symbol(names[symbol]), start, end, first, high, low, close, volume)
    return Record(seq, BarClosed(AccountId(names[account]), bar), end_offset)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
