"""What a backup says of itself: which files belong to it, with their digests, and which ledger they hold."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from seatrial.bootstrap.databases.stamps import digest_of_file
from seatrial.domain.faults import DataFault, NoData

MANIFEST: Final = "manifest.json"
LEDGER: Final = "events.db.backup"
METRICS: Final = "metrics.duckdb.backup"
SEGMENTS: Final = "segments"
CONFIG: Final = "config"


class KeptFile(msgspec.Struct, frozen=True):
    """One file of a backup; `name` is its path within it."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """A backup. `last_seq` is the newest entry of its journal, `rows` how many each table holds."""

    made_at: str
    version: str
    commit: str
    stage: str
    source: str
    schema_version: int
    epoch: str
    last_seq: int
    rows: dict[str, int]
    metrics_rows: int | None
    files: list[KeptFile]


def kept_files(folder: Path) -> list[KeptFile]:
    """Every file below a folder with its digest, but the manifest itself."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return [KeptFile(path.relative_to(folder).as_posix(), path.stat().st_size, digest_of_file(path)) for path in paths]


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup's folder.

    Raises:
        NoData: there is none.
        DataFault: it is not one of ours.
    """
    path = folder / MANIFEST
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError as fault:
        raise NoData(f"there is no {path}: a backup is a folder that `seatrial db backup` made") from fault
    except (OSError, msgspec.MsgspecError) as fault:
        raise DataFault(f"{path} is not a manifest of ours: {fault}") from fault


def refuse_altered(folder: Path, manifest: Manifest) -> None:
    """Compare every file with its digest.

    Raises:
        DataFault: one is missing or altered; names the first.
    """
    for kept in manifest.files:
        path = folder / kept.name
        if not path.is_file():
            raise DataFault(f"{path} is missing from the backup of {manifest.made_at}: nothing was restored")
        if digest_of_file(path) != kept.sha256:
            raise DataFault(f"{path} is not what was backed up at {manifest.made_at}: nothing was restored")


def find_backup(path: Path) -> tuple[Path, str]:
    """The folder a person means by a path, and the file in it: all of it where that is empty.

    Raises:
        NoData: nothing is there, or no manifest vouches for the file.
    """
    if path.is_dir():
        return path, ""
    if not path.exists():
        raise NoData(f"there is no backup {path}")
    if path.name == MANIFEST:
        return path.parent, ""
    digest = digest_of_file(path)
    for folder in (path.parent, *sorted(path.parent.iterdir(), reverse=True)):
        if not (folder / MANIFEST).is_file():
            continue
        for kept in read_manifest(folder).files:
            if kept.sha256 == digest:
                return folder, kept.name
    raise NoData(f"no manifest beside {path} vouches for it: it was altered, or it is not from `seatrial db backup`")
