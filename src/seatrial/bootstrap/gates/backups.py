"""A backup and its restore, rehearsed in a folder that is gone afterwards, while the platform trades on."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from seatrial.bootstrap.databases.backing_up import back_up
from seatrial.bootstrap.databases.manifests import LEDGER
from seatrial.bootstrap.databases.places import LedgerPlace, place_of
from seatrial.bootstrap.databases.restoring import restore
from seatrial.bootstrap.secrets import Secret
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import SeatrialFault
from seatrial.journal.copying import count_rows
from seatrial.release.verdict import JsonObject


def rehearse_backup(settings: Settings) -> JsonObject:
    """Back up, restore elsewhere, count; the body of a measurement of `data_safety`. A fault is told, not raised."""
    import duckdb

    body: JsonObject = {"gate": "data_safety", "rows_kept": 0, "rows_restored": 0, "schema_version": 0, "fault": ""}
    with TemporaryDirectory(prefix="seatrial-restore-") as name:
        folder = Path(name)
        try:
            return {**body, **_rehearse(settings, folder)}
        except (SeatrialFault, OSError, duckdb.Error, sqlite3.Error) as fault:
            return {**body, "fault": f"{type(fault).__name__}: {fault}"}


def _rehearse(settings: Settings, folder: Path) -> JsonObject:
    made = back_up(settings, place_of(settings), folder / "backups")
    elsewhere = replace(settings, state=folder / "state", values={**settings.values, "observability.duckdb_path": ""})
    ledger = folder / "state" / LEDGER
    ledger.parent.mkdir()
    place = LedgerPlace(ledger, Secret(""), ledger.with_name("segments"))
    restore(elsewhere, place, made.folder, confirmed=True)
    database = place.connect(read_only=True)
    try:
        rows = count_rows(database)
    finally:
        database.close()
    return {
        "rows_kept": sum(made.manifest.rows.values()),
        "rows_restored": sum(rows.values()),
        "schema_version": made.manifest.schema_version,
    }
