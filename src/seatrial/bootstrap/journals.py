"""The journal of this installation: SQLite in the state folder, or PostgreSQL where a URL is set."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import seatrial
from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.numba_cache import digest_of
from seatrial.bootstrap.randomness import fresh_name
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.stages import Stage
from seatrial.domain.faults import ConfigurationFault, JournalFault
from seatrial.domain.ids import JournalEpoch
from seatrial.domain.instrument import Instrument
from seatrial.journal.port import Journal, Opening

FILE = "events.db"
OLDER_FILE = "journal.db"  # what it was called before it held `trade_events`
SEGMENTS = "journal.segments"  # where the database is PostgreSQL; beside SQLite they carry its file's name


def _limits_text(settings: Settings) -> str:
    """All that decides which orders pass; other limits begin another segment of the journal."""
    return repr((settings.limits, sorted(settings.account_limits.items()), sorted(settings.symbol_limits.items())))


def open_journal(settings: Settings, listed: Sequence[Instrument] = ()) -> Journal:
    """Take the journal over from any earlier process. `listed` are the instruments whose grids it keeps.

    Raises:
        WrongSchema: it has another schema; stage dev upgrades an older one by itself.
        JournalFault: it cannot be opened or continued.
    """
    opening = Opening(
        owner=fresh_name("owner"),
        epoch=JournalEpoch(fresh_name("epoch")),
        core_digest=digest_of(Path(seatrial.__file__).parent),
        settings_digest=hashlib.sha256(_limits_text(settings).encode()).hexdigest(),
        at_ns=WallClock().now_ns(),
        instruments=tuple(listed),
        upgrade=settings.stage is Stage.DEV,
    )
    if settings.journal_url:
        from seatrial.journal.postgres import PostgresJournal

        return PostgresJournal.open(settings.journal_url.reveal(), settings.state / SEGMENTS, opening)
    from seatrial.journal.sqlite import SqliteJournal

    return SqliteJournal.open(events_file(settings), opening)


def events_path(settings: Settings) -> Path:
    """Where the SQLite file is, or would be."""
    chosen = settings.values["journal.path"] or settings.values["observability.sqlite_path"]
    return Path(str(chosen)) if chosen else settings.state / FILE


def events_file(settings: Settings) -> Path:
    """The SQLite file, after giving one from before its name.

    Raises:
        ConfigurationFault: both are there, and nobody can say which one counts.
        JournalFault: the older file cannot be opened.
    """
    older, newer = settings.state / OLDER_FILE, events_path(settings)
    if not older.exists() or older == newer:
        return newer
    if newer.exists():
        raise ConfigurationFault(
            f"{older} and {newer} both exist: an older version has traded here since the move. "
            "Move the one away that does not count"
        )
    _settle(older)
    segments, moved = (path.with_name(path.name + ".segments") for path in (older, newer))
    if segments.exists():  # else a crash came between the two renames, and this is the second
        segments.rename(moved)
    older.rename(newer)
    return newer


def _settle(path: Path) -> None:
    """Take what the write-ahead log holds into the file, so that the file can move alone."""
    try:
        connection = sqlite3.connect(path)
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            connection.close()  # the last one to close removes the log
    except sqlite3.Error as fault:
        raise JournalFault(f"the journal {path}: {fault}") from fault
