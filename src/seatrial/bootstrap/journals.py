"""The journal of this installation: SQLite in the state folder, or PostgreSQL where a URL is set."""

from __future__ import annotations

import hashlib
from pathlib import Path

import seatrial
from seatrial.bootstrap.numba_cache import digest_of
from seatrial.bootstrap.randomness import fresh_name
from seatrial.bootstrap.settings import Settings
from seatrial.domain.ids import JournalEpoch
from seatrial.journal.port import Journal, Opening

FILE = "journal.db"
SEGMENTS = "journal.segments"


def open_journal(settings: Settings) -> Journal:
    """Take the journal over from any earlier process.

    Raises:
        JournalFault: it cannot be opened or continued.
    """
    opening = Opening(
        owner=fresh_name("owner"),
        epoch=JournalEpoch(fresh_name("epoch")),
        core_digest=digest_of(Path(seatrial.__file__).parent),
        settings_digest=hashlib.sha256(repr(settings.limits).encode()).hexdigest(),
    )
    if settings.journal_url:
        from seatrial.journal.postgres import PostgresJournal

        return PostgresJournal.open(settings.journal_url.reveal(), settings.state / SEGMENTS, opening)
    from seatrial.journal.sqlite import SqliteJournal

    return SqliteJournal.open(settings.state / FILE, opening)
