"""Upgrade, verify, back up, restore and seed: on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

import asyncio
import itertools
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from tests.journal.conftest import postgres_url  # noqa: F401 - the fixture
from tests.journal.journal_entries import entries_of

from seatrial.bootstrap import run_files
from seatrial.bootstrap.databases.backing_up import back_up
from seatrial.bootstrap.databases.checking import Checked, check_ledger
from seatrial.bootstrap.databases.places import LedgerPlace, place_of
from seatrial.bootstrap.databases.restoring import restore
from seatrial.bootstrap.databases.seeding import refuse_seed, seed
from seatrial.bootstrap.databases.upgrading import upgrade_ledger
from seatrial.bootstrap.evidence import chain_of
from seatrial.bootstrap.journals import events_file, open_journal
from seatrial.bootstrap.record_stores import RecordStore
from seatrial.bootstrap.secrets import Secret
from seatrial.bootstrap.settings import Settings, load_settings
from seatrial.domain.faults import BadSetting, ConfigurationFault, DataFault, JournalFault, NoData
from seatrial.domain.ids import AccountId, StrategyId, Symbol
from seatrial.journal.schema import EXPECTED_VERSION
from seatrial.market.instruments import instrument_of
from seatrial.release.record import Actor, Draft, Record
from seatrial.release.verdict import ClockKind, VenueKind
from seatrial.services.run_records import RunLine, RunRecord, RunStatus
from seatrial.services.topics import Signal

_databases = itertools.count()


class House:
    """An installation without processes: settings, a ledger, and where it is."""

    def __init__(self, folder: Path, url: str | None) -> None:
        said = {"state": str(folder / "state"), "backups": str(folder / "backups"), "config": str(folder / "config")}
        (folder / "config").mkdir(exist_ok=True)
        environment = {} if url is None else {"DATABASE_URL": url}
        self.settings: Settings = load_settings(said, environment, folder)
        self.backups = folder / "backups"
        (folder / "config" / "config.toml").write_text("# keys of the testnet")

    @property
    def place(self) -> LedgerPlace:
        return place_of(self.settings, moving=True)

    def trade(self, count: int, seed: int = 5) -> None:
        """A stretch of entries, as a process that opened and closed the journal."""

        async def live() -> None:
            journal = open_journal(self.settings, [instrument_of("AAPL")])
            await journal.commit(entries_of(seed, count, journal.last_seq + 1))
            await journal.close()

        asyncio.run(live())

    def check(self) -> Checked:
        return check_ledger(self.place)

    def read(self, sql: str) -> list[tuple[object, ...]]:
        database = self.place.connect(read_only=True)
        try:
            return [tuple(row) for row in database.read(sql)]
        finally:
            database.close()

    def write(self, sql: str) -> None:
        database = self.place.connect(read_only=False)
        try:
            database.execute(sql)
        finally:
            database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    if request.param == "sqlite":
        yield House(tmp_path, None)
        return
    url: str = request.getfixturevalue("postgres_url")
    name = f"house_{next(_databases)}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name}")
        server.execute(f"CREATE DATABASE {name}")
    parts = psycopg.conninfo.conninfo_to_dict(url)
    host = str(parts.get("host", "")).replace("/", "%2F")
    yield House(tmp_path, f"postgresql://{parts.get('user')}@{host}/{name}")


def failed(checked: Checked) -> dict[str, str]:
    return {finding.check: finding.told for finding in checked.findings if finding.ok is False}


def test_upgrade_makes_verifies_and_repeats(house: House) -> None:
    assert upgrade_ledger(house.settings, house.place).after == EXPECTED_VERSION
    assert upgrade_ledger(house.settings, house.place).before == EXPECTED_VERSION
    assert house.check().ok

    house.trade(60)
    checked = house.check()
    assert checked.ok, failed(checked)
    assert checked.rows["schema_version"] == EXPECTED_VERSION
    assert checked.rows["fills"] > 0
    assert "password" not in checked.name


def test_verify_names_the_row_that_the_journal_did_not_make(house: House) -> None:
    house.trade(80)
    house.write("UPDATE positions SET qty_units = qty_units + 1")

    told = failed(house.check())

    assert set(told) == {"positions", "lots add up"}
    assert "symbol AAPL" in told["positions"]
    assert "by the journal, but not stored" in told["positions"]


def test_verify_finds_a_lost_entry_and_a_lost_segment(house: House) -> None:
    house.trade(80)
    house.write("DELETE FROM entries WHERE seq = (SELECT seq FROM entries ORDER BY seq LIMIT 1 OFFSET 5)")
    assert "journal" in failed(house.check())

    for path in house.place.segments.iterdir():
        path.unlink()
    assert "cannot be read" in failed(house.check())["journal"]


def test_verify_of_what_is_not_there_fails_with_a_sentence(tmp_path: Path) -> None:
    house = House(tmp_path, None)
    assert "`seatrial db upgrade` makes one" in failed(house.check())["connect"]

    nowhere = place_of(house.settings, "postgresql://nobody:hunter2@127.0.0.1:1/none")
    told = failed(check_ledger(nowhere))
    assert "connect" in told
    assert "hunter2" not in json.dumps(check_ledger(nowhere).as_json())


def test_a_backup_restores_the_ledger_to_the_row_and_keeps_the_newer_one_aside(house: House) -> None:
    house.trade(60)
    done = back_up(house.settings, house.place, house.backups)
    before = house.read("SELECT * FROM trade_events ORDER BY seq, part")
    house.trade(40)

    with pytest.raises(ConfigurationFault, match="--yes moves the newer one aside"):
        restore(house.settings, house.place, done.folder, confirmed=False)
    restored = restore(house.settings, house.place, done.folder, confirmed=True)

    assert restored.records == sum(done.manifest.rows.values())
    assert house.read("SELECT * FROM trade_events ORDER BY seq, part") == before
    assert house.check().ok
    assert restored.aside
    house.trade(20)
    assert house.check().ok
    assert done.manifest.last_seq == 60


def test_a_backup_is_whole_while_the_journal_is_being_written(house: House) -> None:
    async def live() -> None:
        journal = open_journal(house.settings, [instrument_of("AAPL")])
        await journal.commit(entries_of(5, 50))
        writing = asyncio.create_task(_write_on(journal))
        done = await asyncio.to_thread(back_up, house.settings, house.place, house.backups)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        await journal.close()
        assert done.manifest.last_seq >= 50
        restored = restore(house.settings, house.place, done.folder, confirmed=True)
        assert restored.rows["fills"] > 0

    asyncio.run(live())
    checked = house.check()
    assert checked.ok, failed(checked)


async def _write_on(journal: object) -> None:
    while True:
        await journal.commit(entries_of(5, 3, journal.last_seq + 1))  # type: ignore[attr-defined]


def test_the_runbooks_names_are_the_newest_backup_and_no_key_is_in_it(house: House) -> None:
    house.trade(30)
    first = back_up(house.settings, house.place, house.backups)
    house.trade(30)
    second = back_up(house.settings, house.place, house.backups)

    assert first.folder != second.folder
    assert (house.backups / "events.db.backup").read_bytes() == (second.folder / "events.db.backup").read_bytes()
    (dump,) = house.backups.glob("*.sql")
    with closing(sqlite3.connect(":memory:")) as copy:
        copy.executescript(dump.read_text("utf-8"))
        (entries,) = copy.execute("SELECT COUNT(*) FROM entries").fetchone()
    assert entries == second.manifest.rows["entries"]
    assert not list(second.folder.rglob("config.toml"))
    assert restore(house.settings, house.place, dump, confirmed=False).records > 0


def test_an_altered_backup_is_refused_before_anything_moves(tmp_path: Path) -> None:
    house = House(tmp_path, None)
    house.trade(30)
    done = back_up(house.settings, house.place, house.backups)
    (segment, *_) = sorted((done.folder / "segments").iterdir())
    segment.write_bytes(segment.read_bytes()[:-1] + b"!")

    with pytest.raises(DataFault, match="is not what was backed up"):
        restore(house.settings, house.place, done.folder, confirmed=True)
    assert house.check().ok

    stray = house.backups / "stray.backup"
    stray.write_bytes(b"who made this")
    with pytest.raises(NoData, match="no manifest beside"):
        restore(house.settings, house.place, stray, confirmed=True)


def test_a_ledger_moves_from_sqlite_to_a_server(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("postgres_url")
    small = House(tmp_path, None)
    small.trade(50)
    done = back_up(small.settings, small.place, small.backups)
    fills = small.read("SELECT * FROM fills ORDER BY seq")
    url: str = request.getfixturevalue("postgres_url")
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("DROP SCHEMA IF EXISTS seatrial CASCADE")
    big = House(tmp_path, url)

    restore(big.settings, big.place, done.folder, confirmed=False)

    assert big.read("SELECT * FROM fills ORDER BY seq") == fills
    assert big.check().ok


def test_nothing_is_restored_or_upgraded_under_a_running_platform(tmp_path: Path) -> None:
    house = House(tmp_path, None)
    house.trade(20)
    done = back_up(house.settings, house.place, house.backups)
    run_files.write(house.settings.state, run_files.this_process("platform", "dev", "sim", {}))

    with pytest.raises(ConfigurationFault, match="`seatrial down` first"):
        restore(house.settings, house.place, done.folder, confirmed=True)
    assert upgrade_ledger(house.settings, house.place).after == EXPECTED_VERSION
    for table in ("schema_version", "lots", "trade_events", "instruments", "runs", "signals", "releases"):
        house.write(f"DROP TABLE {table}")
    with pytest.raises(ConfigurationFault, match="an upgrade needs it stopped"):
        upgrade_ledger(house.settings, house.place)


def test_a_journal_from_before_its_name_is_moved_with_its_segments(tmp_path: Path) -> None:
    house = House(tmp_path, None)
    house.trade(40)
    state = house.settings.state
    (state / "events.db").rename(state / "journal.db")
    (state / "events.db.segments").rename(state / "journal.db.segments")

    house.trade(20)

    assert sorted(path.name for path in state.iterdir() if "journal" in path.name) == []
    assert house.check().ok
    assert house.read("SELECT COUNT(*) FROM segments") == [(2,)]
    (state / "journal.db").touch()
    with pytest.raises(ConfigurationFault, match="both exist"):
        events_file(house.settings)


def test_seeds_are_labelled_refused_in_prod_and_never_beside_real_entries(tmp_path: Path) -> None:
    house = House(tmp_path, None)
    (tmp_path / "flip.py").write_text(STRATEGY)
    said = {"state": str(tmp_path / "seeded"), "strategies.alpaca": str(tmp_path / "flip.py"), "strategies.binance": ""}
    settings = load_settings(said, {}, tmp_path)

    count, source = seed(settings, place_of(settings))
    again, _ = seed(settings, place_of(settings))

    assert count == again > 0
    assert source == "seeded: the synthetic market of seed 1"
    checked = check_ledger(place_of(settings))
    assert checked.ok
    assert (checked.rows["seeded_trades"], checked.rows["fills"]) == (count, 0)

    house.trade(10)
    with pytest.raises(ConfigurationFault, match="real entries"):
        seed(house.settings, house.place)
    with pytest.raises(ConfigurationFault, match="never seeded"):
        refuse_seed(house.settings, "prod")


STRATEGY = """
from seatrial.strategy import BarView, Context, Strategy

class Flip(Strategy):
    symbols = ("AAPL",)

    def on_start(self, context: Context) -> None:
        self.bars = 0

    def on_bar(self, context: Context, bar: BarView) -> None:
        self.bars += 1
        context.target(bar.symbol, weight=0.02 if self.bars % 40 < 20 else 0.01)
"""


def test_a_url_of_neither_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="sqlite:///"):
        place_of(House(tmp_path, None).settings, "mysql://root@localhost/trades")


def test_runs_and_signals_outlive_the_process_and_are_verified_around(house: House) -> None:
    house.trade(10)
    run = RunRecord(
        run_id="paper-trend-1",
        strategy="trend",
        account="paper",
        decided_at="2024-01-02T14:31:00Z",
        started_at="2026-11-21T12:00:00Z",
        completed_at="2026-11-21T12:00:01Z",
        status=RunStatus.COMPLETED,
        reason=None,
        attempts=1,
        targets=1,
        orders=0,
        cancels=0,
        answer={"approved": 1},
        lines=(RunLine("AAPL", None, {"quantity": "3"}, [{"id": "X"}], [], None),),
    )
    said = Signal(
        "s1", StrategyId("trend"), AccountId("paper"), Symbol("AAPL"), "buy", 0.7, "up", 10**18, 5, 1, None, "d"
    )

    async def live() -> None:
        store = RecordStore(house.place)
        await store.ping()
        await store.keep([run])
        await store.keep([replace(run, attempts=2), replace(run, run_id="later", started_at="2026-11-21T12:01:00Z")])
        await store.keep_signals([said, said])
        newest = await store.newest(5)
        assert [each.run_id for each in newest] == ["paper-trend-1", "later"]
        assert newest[0] == replace(run, attempts=2)
        await store.close()

    asyncio.run(live())
    assert house.read("SELECT strategy, action FROM signals") == [("trend", "buy")]
    assert house.check().ok


def test_a_store_that_cannot_be_reached_says_so_and_is_tried_again(tmp_path: Path) -> None:
    place = LedgerPlace(None, Secret("postgresql://nobody@127.0.0.1:1/none"), tmp_path)

    async def live() -> None:
        store = RecordStore(place)
        for _ in range(2):
            with pytest.raises(JournalFault):
                await store.ping()
        await store.close()

    asyncio.run(live())


def test_the_index_of_evidence_points_at_each_record_of_the_files(tmp_path: Path) -> None:
    house = House(tmp_path, None)
    settings = load_settings({"state": str(tmp_path / "state"), "evidence": str(tmp_path / "evidence")}, {}, tmp_path)
    upgrade_ledger(settings, house.place)
    chain = chain_of(settings, "dev")
    actor = Actor("service", "test")
    for number in range(3):
        body = {"number": number}
        chain.append(Draft("measurement", None, None, "dev", actor, body, ClockKind.WALL, VenueKind.EMULATED))

    upgrade_ledger(settings, house.place)

    rows = house.read("SELECT stage, seq, file, byte_offset, hash, kind FROM evidence_index ORDER BY seq")
    assert [row[1] for row in rows] == [1, 2, 3]
    for _, seq, file, offset, digest, kind in rows:
        with Path(str(file)).open("rb") as stored:
            stored.seek(int(str(offset)))
            record = Record.parse(stored.readline())
        assert (record.seq, record.hash, record.type) == (seq, digest, kind)
