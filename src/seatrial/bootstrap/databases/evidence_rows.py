"""The tables `evidence_index` and `releases`: where each record of evidence is, and where each release stands.

Made of the files, which are the truth, and made again whenever they grew: nothing here is ever believed by a gate.
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec
import structlog

from seatrial.bootstrap.databases.places import LedgerPlace
from seatrial.bootstrap.evidence import chain_of
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import SeatrialFault
from seatrial.domain.time import rfc3339
from seatrial.journal.database import Database, Row
from seatrial.release.case import Case
from seatrial.release.casebook import Casebook
from seatrial.release.manifest import short_id
from seatrial.release.record import STAGES, Record

LOOK_SECONDS: Final = 60.0

_log = structlog.get_logger("seatrial.services")


def index_evidence(settings: Settings, database: Database) -> int:
    """Write both tables anew from the files; returns how many records there are.

    Raises:
        EvidenceFault: a file does not read; both tables stay as they were.
        JournalFault: the database cannot be written.
    """
    index: list[Row] = []
    releases: list[Row] = []
    for stage in STAGES:
        places, book = _read(settings, stage)
        index += places
        releases += book
    with database.transaction():
        database.execute("DELETE FROM evidence_index")
        database.execute("DELETE FROM releases")
        database.execute_many("INSERT INTO evidence_index VALUES (?, ?, ?, ?, ?, ?, ?, ?)", index)
        database.execute_many("INSERT INTO releases VALUES (?, ?, ?, ?, ?)", releases)
    return len(index)


class EvidenceIndexer:
    """Keeps both tables up with the files of a running installation. What fails is told and tried again."""

    def __init__(self, settings: Settings, place: LedgerPlace) -> None:
        self._settings = settings
        self._place = place
        self._seen: tuple[int, ...] = ()

    async def run(self) -> None:
        """Look every minute, for ever."""
        while True:
            try:
                await asyncio.to_thread(self._look)
            except SeatrialFault as fault:
                _log.warning("the evidence cannot be indexed", why=str(fault))
            await asyncio.sleep(LOOK_SECONDS)

    def _look(self) -> None:
        paths = [chain_of(self._settings, stage).path for stage in STAGES]
        sizes = tuple(path.stat().st_size if path.exists() else 0 for path in paths)
        if sizes == self._seen:
            return
        database = self._place.connect(read_only=False)
        try:
            index_evidence(self._settings, database)
        finally:
            database.close()
        self._seen = sizes


def _read(settings: Settings, stage: str) -> tuple[list[Row], list[Row]]:
    """The rows of one stage: its records, and its releases."""
    chain = chain_of(settings, stage)
    if not chain.path.exists():
        return [], []
    book, places, offset = Casebook(), [], 0
    for record in chain.read():
        book.fold(record)
        places.append(_place(str(chain.path), offset, record))
        offset += len(record.line())
    releases = [
        (short_id(case.release), stage, str(case.phase.value), rfc3339(case.since_ns), _body(case))
        for case in book.cases.values()
    ]
    return places, releases


def _place(file: str, offset: int, record: Record) -> Row:
    release = None if record.draft.release is None else short_id(record.draft.release)
    return (record.draft.env, record.seq, file, offset, record.hash, record.type, release, rfc3339(record.ts_ns))


def _body(case: Case) -> str:
    """What people ask of a release; its verdicts are records of their own."""
    told = {
        "release": case.release,
        "policy": case.policy,
        "change_class": case.change_class,
        "author": case.author,
        "tier": case.tier,
        "seq": case.since_seq,
    }
    return msgspec.json.encode(told).decode()
