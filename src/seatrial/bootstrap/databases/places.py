"""Where a ledger is: the SQLite file of an installation, or a PostgreSQL server, with the segments beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from seatrial.bootstrap import run_files
from seatrial.bootstrap.journals import SEGMENTS, events_file, events_path
from seatrial.bootstrap.secrets import Secret
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import BadSetting, ConfigurationFault, JournalFault

if TYPE_CHECKING:
    from seatrial.journal.database import Database

SQLITE: Final = "sqlite:///"
SERVER: Final = ("postgresql://", "postgres://")


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """One ledger. Exactly one of `file` and `url` is given; `segments` need not be on this machine."""

    file: Path | None
    url: Secret
    segments: Path

    @property
    def name(self) -> str:
        """For people: never a password."""
        if self.file is not None:
            return f"SQLite {self.file}"
        parts = urlsplit(self.url.reveal())
        return f"PostgreSQL {parts.hostname or 'local'}{parts.path}"

    @property
    def exists(self) -> bool:
        """A server always does; what it holds is another question."""
        return self.file is None or self.file.exists()

    def connect(self, *, read_only: bool) -> Database:
        """One connection.

        Raises:
            JournalFault: it cannot be opened.
        """
        if self.file is not None:
            from seatrial.journal.sqlite import SqliteDatabase

            if read_only and not self.file.exists():
                raise JournalFault(f"there is no database {self.file}: `seatrial db upgrade` makes one")
            self.file.parent.mkdir(parents=True, exist_ok=True)
            return SqliteDatabase(self.file, read_only=read_only)
        from seatrial.journal.postgres import PostgresDatabase

        return PostgresDatabase(self.url.reveal(), read_only=read_only)


def place_of(settings: Settings, database_url: str | None = None, *, moving: bool = False) -> LedgerPlace:
    """The ledger that `--database-url` names, else the one of the settings.

    With `moving` a file from before its name is given it, which only a command that writes may do.

    Raises:
        BadSetting: the URL is of neither kind.
    """
    state = settings.state
    if database_url is not None:
        if database_url.startswith(SERVER):
            return LedgerPlace(None, Secret(database_url), state / SEGMENTS)
        if not database_url.startswith(SQLITE):
            raise BadSetting("--database-url: accepted is postgresql://... or sqlite:///path/of/a/file")
        return _file(Path(unquote(database_url.removeprefix(SQLITE))))
    if settings.journal_url:
        return LedgerPlace(None, settings.journal_url, state / SEGMENTS)
    return _file(events_file(settings) if moving else events_path(settings))


def refuse_running(settings: Settings, what: str) -> None:
    """Raise `ConfigurationFault` while the platform or its supervisor runs over this state folder."""
    for run in run_files.running(settings.state):
        if run.role in (run_files.SUPERVISOR, "platform"):
            raise ConfigurationFault(f"{run.role} runs (pid {run.pid}): {what} needs it stopped, `seatrial down` first")


def _file(path: Path) -> LedgerPlace:
    return LedgerPlace(path, Secret(""), path.with_name(path.name + ".segments"))
