"""`seatrial db backup`: one consistent copy of everything that was traded, while the platform goes on trading.

Each backup is a folder of its own, `backups/<moment>/`, with a manifest. The names the runbooks use stand beside
them and are the newest backup's files: `events.db.backup`, `metrics.duckdb.backup` and `<date>.sql`.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

import msgspec

from seatrial import __version__
from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.commit import commit_sha
from seatrial.bootstrap.databases import manifests
from seatrial.bootstrap.databases.manifests import LEDGER, METRICS, Manifest, kept_files
from seatrial.bootstrap.databases.metrics_file import copy_metrics, metrics_path
from seatrial.bootstrap.databases.places import LedgerPlace
from seatrial.bootstrap.databases.stamps import free_place, stamp
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import JournalFault, NoData
from seatrial.domain.time import rfc3339
from seatrial.journal.copying import BLANK, copy_rows, count_rows
from seatrial.journal.history import History
from seatrial.journal.schema import EXPECTED_VERSION, upgrade, version_of
from seatrial.journal.sqlite import SqliteDatabase

SECRET_CONFIG = frozenset({"config.toml"})  # holds testnet keys: no backup does


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was made, and its names for the runbooks."""

    folder: Path
    manifest: Manifest
    names: list[Path]


def back_up(settings: Settings, place: LedgerPlace, folder: Path) -> BackedUp:
    """Copy ledger, segments, metrics and configuration; complete under its final name, or not there at all.

    Raises:
        JournalFault: the ledger cannot be read, or there is none.
        DataFault: the metrics file stays locked.
    """
    moment = stamp()
    partial = free_place(folder / f".{moment}.partial")
    partial.mkdir(parents=True)
    try:
        _copy_ledger(place, partial / LEDGER)
        _copy_segments(place, partial / manifests.SEGMENTS)
        metrics_rows = _copy_metrics(settings, partial / METRICS)
        _copy_config(settings, partial / manifests.CONFIG)
        _dump(partial / LEDGER, partial / f"{moment[:10]}.sql")
        manifest = _manifest(settings, place, partial, metrics_rows)
        (partial / manifests.MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        whole = free_place(folder / moment)
        partial.rename(whole)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    kept = [LEDGER, *([METRICS] if metrics_rows is not None else []), f"{moment[:10]}.sql"]
    return BackedUp(whole, manifest, [_name(whole / name, folder / name) for name in kept])


def _copy_ledger(place: LedgerPlace, output: Path) -> None:
    source = place.connect(read_only=True)
    try:
        if isinstance(source, SqliteDatabase):
            _copy_file(source, output)
            return
        found = version_of(source)
        if found != EXPECTED_VERSION:
            raise JournalFault(f"{place.name} has schema version {found}: `seatrial db upgrade` first")
        target = SqliteDatabase(output, sync=False)
        try:
            upgrade(target, BLANK)
            copy_rows(source, target)
            target.connection.execute("PRAGMA journal_mode = DELETE")
        finally:
            target.close()
    finally:
        source.close()


def _copy_file(source: SqliteDatabase, output: Path) -> None:
    target = sqlite3.connect(output, isolation_level=None)
    try:
        source.connection.backup(target)  # all pages in one step: one moment of the ledger
        target.execute("PRAGMA journal_mode = DELETE")  # so that the file is whole without a log beside it
    except sqlite3.Error as fault:
        raise JournalFault(f"the ledger cannot be copied to {output}: {fault}") from fault
    finally:
        target.close()


def _copy_segments(place: LedgerPlace, output: Path) -> None:
    """After the ledger: what a segment holds beyond it is left out when it is opened."""
    output.mkdir()
    if place.segments.is_dir():
        for path in sorted(place.segments.glob("*.market")):
            shutil.copy2(path, output / path.name)


def _copy_metrics(settings: Settings, output: Path) -> int | None:
    try:
        return copy_metrics(metrics_path(settings), output)
    except NoData:
        return None


def _copy_config(settings: Settings, output: Path) -> None:
    config = Path(str(settings.values["config"]))
    output.mkdir()
    if config.is_dir():
        for path in sorted(config.iterdir()):
            if path.is_file() and path.name not in SECRET_CONFIG:
                shutil.copy2(path, output / path.name)


def _dump(ledger: Path, output: Path) -> None:
    """The ledger as SQL text, for people and other tools; in the words of SQLite."""
    database = sqlite3.connect(ledger)
    try:
        with output.open("w", encoding="utf-8", newline="\n") as file:
            file.write("-- Seatrial's ledger. `seatrial db restore` takes it; so does `sqlite3 new.db < this`.\n")
            for statement in database.iterdump():
                file.write(statement + "\n")
    finally:
        database.close()


def _manifest(settings: Settings, place: LedgerPlace, partial: Path, metrics_rows: int | None) -> Manifest:
    database = SqliteDatabase(partial / LEDGER, read_only=True)
    try:
        rows, version = count_rows(database), version_of(database)
        known = database.read("SELECT epoch FROM journal") if version else []
        has_segments = any((partial / manifests.SEGMENTS).iterdir())
        history = History(database, partial / manifests.SEGMENTS, threading.RLock())
        last_seq = history.newest_end()[1] if version and has_segments else 0
    finally:
        database.close()
    return Manifest(
        made_at=rfc3339(WallClock().now_ns()),
        version=__version__,
        commit=commit_sha(),
        stage=str(settings.stage),
        source=place.name,
        schema_version=version,
        epoch=str(known[0][0]) if known else "",
        last_seq=last_seq,
        rows=rows,
        metrics_rows=metrics_rows,
        files=kept_files(partial),
    )


def _name(kept: Path, name: Path) -> Path:
    """Give the newest file the runbooks' name too; the one before keeps its place in its own folder."""
    partial = name.with_name(f".{name.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        os.link(kept, partial)
    except OSError:
        shutil.copy2(kept, partial)
    partial.replace(name)
    return name
