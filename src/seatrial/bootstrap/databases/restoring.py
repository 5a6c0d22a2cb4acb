"""`seatrial db restore`: a backup takes the ledger's place. What stood there is moved aside, never deleted."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from seatrial.bootstrap.databases import manifests
from seatrial.bootstrap.databases.manifests import LEDGER, METRICS, Manifest, find_backup, read_manifest, refuse_altered
from seatrial.bootstrap.databases.metrics_file import metrics_path
from seatrial.bootstrap.databases.places import LedgerPlace, refuse_running
from seatrial.bootstrap.databases.stamps import free_place, move_aside, stamp
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import ConfigurationFault, WrongSchema
from seatrial.journal.copying import BLANK, copy_rows
from seatrial.journal.schema import EXPECTED_VERSION, upgrade, version_of
from seatrial.journal.sqlite import SqliteDatabase

ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in place now: rows by table, and where the former things are."""

    manifest: Manifest
    rows: dict[str, int]
    aside: list[str]

    @property
    def records(self) -> int:
        """All rows together."""
        return sum(self.rows.values())


def restore(settings: Settings, place: LedgerPlace, path: Path, *, confirmed: bool) -> Restored:
    """Check a backup's digests, move aside what is there, and put the backup in its place.

    Args:
        path: a backup's folder or manifest, or one of the runbooks' files, which restores that part alone.
        confirmed: also over a ledger that has gone on since, or that is another one.

    Raises:
        ConfigurationFault: the platform runs, or the present ledger is newer and nobody confirmed.
        DataFault: the backup is not whole, or there is none.
    """
    refuse_running(settings, "a restore")
    folder, wanted = find_backup(path)
    manifest = read_manifest(folder)
    refuse_altered(folder, manifest)
    if manifest.schema_version > EXPECTED_VERSION:
        raise WrongSchema(
            f"the backup has schema version {manifest.schema_version}, this code knows {EXPECTED_VERSION}"
        )
    with_ledger, with_metrics = wanted != METRICS, wanted in ("", METRICS)
    if with_ledger and not confirmed:
        _refuse_newer(place, manifest)
    aside = free_place(settings.state / ASIDE / stamp())
    rows: dict[str, int] = {}
    moved: list[str] = []
    if with_ledger:
        moved += _put_ledger(place, folder, aside)
        rows |= manifest.rows
    if with_metrics and manifest.metrics_rows is not None:
        moved += _put_file(folder / METRICS, metrics_path(settings), aside)
        rows["system_metrics"] = manifest.metrics_rows
    return Restored(manifest, rows, moved)


def _refuse_newer(place: LedgerPlace, manifest: Manifest) -> None:
    """A ledger that went on after the backup, or another one, is given up only by somebody who says so."""
    if not place.exists:
        return
    database = place.connect(read_only=True)
    try:
        if not version_of(database):
            return
        epochs = database.read("SELECT epoch FROM journal")
        last = int(database.read("SELECT COALESCE(MAX(seq), 0) FROM entries")[0][0])
    finally:
        database.close()
    if not last or not epochs:
        return
    if epochs[0][0] != manifest.epoch:
        raise ConfigurationFault(f"{place.name} holds another ledger ({epochs[0][0]}): --yes moves it aside")
    if last > manifest.last_seq:
        raise ConfigurationFault(
            f"{place.name} has entries up to {last}, the backup of {manifest.made_at} ends at {manifest.last_seq}: "
            "--yes moves the newer one aside"
        )


def _put_ledger(place: LedgerPlace, folder: Path, aside: Path) -> list[str]:
    if place.file is not None:
        moved = _put_file(folder / LEDGER, place.file, aside)
    else:
        moved = _put_rows(place, folder / LEDGER, aside.name)
    moved += [str(path) for path in move_aside([place.segments], aside)]
    shutil.copytree(folder / manifests.SEGMENTS, place.segments)
    return moved


def _put_file(kept: Path, target: Path, aside: Path) -> list[str]:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    shutil.copy2(kept, partial)
    logs = [target.with_name(target.name + end) for end in ("-wal", "-shm", ".wal")]
    moved = move_aside([target, *logs], aside)
    partial.replace(target)
    return [str(path) for path in moved]


def _put_rows(place: LedgerPlace, kept: Path, moment: str) -> list[str]:
    """Into a server: its schema is renamed, and a new one is filled."""
    from seatrial.journal.postgres import SCHEMA, PostgresDatabase

    former = PostgresDatabase(place.url.reveal(), read_only=True)
    try:
        there = bool(version_of(former))
        name = f"{SCHEMA}_{moment.lower()}"
        if there:
            former.move_aside(name)
    finally:
        former.close()
    with tempfile.TemporaryDirectory() as scratch:
        copied = Path(scratch) / LEDGER
        shutil.copy2(kept, copied)
        source = SqliteDatabase(copied, sync=False)
        target = PostgresDatabase(place.url.reveal())
        try:
            upgrade(source, BLANK)
            upgrade(target, BLANK)
            copy_rows(source, target)
        finally:
            source.close()
            target.close()
    return [f"schema {name}"] if there else []
