"""Databases reach the newest schema from empty, from the one before versions were written down, and only forwards."""

import asyncio
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.journal.journal_entries import entries_of

from seatrial.domain.faults import JournalCorrupt, WrongSchema
from seatrial.domain.ids import JournalEpoch
from seatrial.domain.instrument import Instrument, us_equity
from seatrial.journal import schema
from seatrial.journal.database import Database
from seatrial.journal.durable import DurableJournal
from seatrial.journal.port import Opening
from seatrial.journal.postgres import PostgresDatabase, PostgresJournal
from seatrial.journal.projections import TABLES
from seatrial.journal.schema import EXPECTED_VERSION, MIGRATIONS, statements, upgrade, version_of
from seatrial.journal.sqlite import SqliteDatabase, SqliteJournal

Connect = Callable[[], Database]
_schemas = itertools.count()


def opening(*instruments: Instrument, may_upgrade: bool = True) -> Opening:
    return Opening(
        "me", JournalEpoch("E"), "core", "settings", at_ns=10**18, instruments=instruments, upgrade=may_upgrade
    )


class Place:
    """One database, opened as a connection or as a journal, as often as a test likes."""

    def __init__(self, folder: Path, url: str | None) -> None:
        self._folder, self._url = folder, url
        self._schema = f"schema_{os.getpid()}_{next(_schemas)}"
        self._opened: list[Database | DurableJournal] = []

    def connect(self) -> Database:
        database: Database
        if self._url is None:
            database = SqliteDatabase(self._folder / "events.db")
        else:
            database = PostgresDatabase(self._url, schema=self._schema)
        self._opened.append(database)
        return database

    def journal(self, opened: Opening) -> DurableJournal:
        journal: DurableJournal
        if self._url is None:
            journal = SqliteJournal.open(self._folder / "events.db", opened, inline=True)
        else:
            journal = PostgresJournal.open(
                self._url, self._folder / "segments", opened, schema=self._schema, inline=True
            )
        self._opened.append(journal)
        return journal

    def close(self) -> None:
        for each in self._opened:
            each._release() if isinstance(each, DurableJournal) else each.close()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path, request.getfixturevalue("postgres_url") if request.param == "postgres" else None)
    yield made
    made.close()


def traded_without_versions(place: Place, count: int) -> None:
    """A journal with entries, taken back to the tables of before `schema_version`."""
    journal = place.journal(opening())
    asyncio.run(journal.commit(entries_of(3, count)))
    journal._release()
    database = place.connect()
    kept = {"journal", "segments", "entries", "snapshots", "orders", "fills", "fill_shares", "positions"}
    for table in set(database.tables()) - kept:
        database.execute(f"DROP TABLE {table}")


def test_an_empty_database_gets_every_table_and_a_row_for_each_migration(place: Place) -> None:
    database = place.connect()

    assert version_of(database) == 0
    assert upgrade(database, opening()) == schema.Upgrade(0, EXPECTED_VERSION)

    assert version_of(database) == EXPECTED_VERSION
    assert database.read("SELECT version, applied_at FROM schema_version ORDER BY version") == [
        (version, "2001-09-09T01:46:40Z") for version in range(1, EXPECTED_VERSION + 1)
    ]
    assert {"orders", "fills", "positions", "runs", "signals", "lots", "releases", "trade_events"} <= set(
        database.tables()
    )


def test_an_upgrade_at_head_changes_nothing(place: Place) -> None:
    database = place.connect()
    upgrade(database, opening())

    assert upgrade(database, opening()) == schema.Upgrade(EXPECTED_VERSION, EXPECTED_VERSION)
    assert database.read("SELECT COUNT(*) FROM schema_version") == [(EXPECTED_VERSION,)]


def test_a_journal_from_before_versions_is_upgraded_with_its_tables_refilled(place: Place) -> None:
    traded_without_versions(place, 200)
    database = place.connect()
    assert version_of(database) == 1

    assert upgrade(database, opening(us_equity("AAPL"))) == schema.Upgrade(1, EXPECTED_VERSION)

    fills = database.read("SELECT COUNT(*) FROM fills")[0][0]
    assert database.read("SELECT COUNT(*) FROM trade_events WHERE event = 'filled'") == [(fills,)]
    assert database.read("SELECT SUM(open_units) FROM lots") == database.read("SELECT SUM(qty_units) FROM positions")
    assert database.read("SELECT COUNT(*) FROM lots WHERE realized_units IS NULL") == [(0,)]


def test_opening_upgrades_only_where_that_is_allowed_and_names_the_command(place: Place) -> None:
    traded_without_versions(place, 50)

    with pytest.raises(WrongSchema, match=r"schema version 1, this code needs \d+: .*`seatrial db upgrade`"):
        place.journal(opening(may_upgrade=False))

    assert place.journal(opening()).last_seq == 50
    assert version_of(place.connect()) == EXPECTED_VERSION
    assert place.journal(opening(may_upgrade=False)).last_seq == 50


def test_a_database_of_a_newer_release_is_refused_by_everybody(place: Place) -> None:
    database = place.connect()
    upgrade(database, opening())
    database.execute("INSERT INTO schema_version VALUES (?, ?)", (EXPECTED_VERSION + 1, "tomorrow"))

    with pytest.raises(WrongSchema, match="this code knows"):
        upgrade(database, opening())
    with pytest.raises(WrongSchema, match="this code knows"):
        place.journal(opening())


def test_a_grid_that_history_was_written_on_cannot_change(place: Place) -> None:
    place.journal(opening(us_equity("AAPL")))._release()
    other = Instrument(
        **{name: getattr(us_equity("AAPL"), name) for name in Instrument.__slots__ if name != "price_scale"},
        price_scale=10**6,
    )

    with pytest.raises(JournalCorrupt, match="AAPL was journalled with scales"):
        place.journal(opening(other))
    place.journal(opening(us_equity("AAPL"), us_equity("SPY")))


def test_every_migration_file_is_listed_and_splits_into_whole_statements() -> None:
    folder = Path(schema.__file__).parent / "migrations"
    assert [path.name for path in sorted(folder.glob("*.sql"))] == list(MIGRATIONS)
    for name in MIGRATIONS:
        assert all(statement.startswith("CREATE") for statement in statements(name))


def test_what_is_rebuilt_is_all_that_moves_with_the_journal() -> None:
    assert set(TABLES) == {"orders", "fills", "fill_shares", "positions", "lots", "trade_events"}
