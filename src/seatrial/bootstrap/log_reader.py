"""Reading logs back: the JSON records of all processes, filtered, oldest first, or as they come."""

from __future__ import annotations

import gzip
import json
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from seatrial.bootstrap import run_files
from seatrial.bootstrap.logs_folder import log_files
from seatrial.bootstrap.settings import Settings

POLL_S = 0.3
LINE_BYTES_MEAN = 600
LEVELS: Final = ("debug", "info", "warning", "error", "critical")
IDS: Final = ("workflow_id", "request_id", "run_id", "client_order_id", "order_id", "release")
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records. `level` is the least severe, `since` an RFC 3339 time, `id` that of a run, request or order."""

    level: str = "debug"
    since: str = ""
    id: str = ""

    @property
    def everything(self) -> bool:
        """Nothing is asked of a record."""
        return self == Wanted()

    def accepts(self, record: Record) -> bool:
        """Whether a record is among them."""
        severity = str(record.get("level", "info"))
        if severity in LEVELS and LEVELS.index(severity) < LEVELS.index(self.level):
            return False
        if self.since and str(record.get("timestamp", "")) < self.since.removesuffix("Z"):
            return False
        return not self.id or any(str(record.get(name)) == self.id for name in IDS)


EVERYTHING = Wanted()


def last_records(
    settings: Settings, roles: tuple[str, ...], lines_max: int, wanted: Wanted = EVERYTHING
) -> list[Record]:
    """The newest records of these roles, oldest first; with a filter the rotated files are read too."""
    records: list[Record] = []
    for path in _paths(settings, roles):
        if wanted.everything:
            records += [record for line in _last_lines(path, lines_max) if (record := _decode(line))]
        else:
            records += deque(stored_records(path, wanted), lines_max)
    records.sort(key=lambda record: str(record.get("timestamp", "")))
    return records[-lines_max:]


def stored_records(path: Path, wanted: Wanted = EVERYTHING) -> Iterator[Record]:
    """Every record of a log file and of the files rotated from it, oldest file first."""
    for each in sorted(_rotated(path), key=lambda found: found.stat().st_mtime):
        with gzip.open(each, "rt", encoding="utf-8") if each.suffix == ".gz" else each.open(encoding="utf-8") as file:
            for line in file:
                if wanted.id and wanted.id not in line:
                    continue  # most lines: not worth decoding
                record = _decode(line)
                if record is not None and wanted.accepts(record):
                    yield record


def follow(settings: Settings, roles: tuple[str, ...], wanted: Wanted = EVERYTHING) -> Iterator[Record]:
    """Records as they are written, for ever; survives rotation."""
    paths = _paths(settings, roles)
    places = {path: _place(path) for path in paths}
    while True:
        for path in paths:
            yield from (record for record in _new_records(path, places) if wanted.accepts(record))
        time.sleep(POLL_S)


def short_line(record: Record) -> str:
    """Time, service, level where it matters, message."""
    level = str(record.get("level", "info"))
    mark = "" if level == "info" else f"{level.upper()} "
    known = {
        "timestamp",
        "level",
        "service",
        "message",
        "stage",
        "mode",
        "dry_run",
        "alpaca_paper",
        "profile",
        "logger",
    }
    facts = " ".join(f"{key}={value}" for key, value in record.items() if key not in known and value is not None)
    moment = str(record.get("timestamp", ""))[11:19]
    return f"{moment} {record.get('service', ''):<9} {mark}{record.get('message', '')} {facts}".rstrip()


def _paths(settings: Settings, roles: tuple[str, ...]) -> list[Path]:
    return [path for role in roles or run_files.ROLES for path in log_files(settings, role)]


def _rotated(path: Path) -> list[Path]:
    """`api.log`, `api.log.1`, `api.log.2026-11-21.gz`: whatever there is of it."""
    return [each for each in path.parent.glob(f"{path.name}*") if each == path or each.name[len(path.name)] == "."]


def _place(path: Path) -> tuple[int, int]:
    """Which file it is, and its end: from there on everything is new."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return 0, 0
    return state.st_ino, state.st_size


def _new_records(path: Path, places: dict[Path, tuple[int, int]]) -> Iterator[Record]:
    inode, size = _place(path)
    known, read = places[path]
    if not inode:
        return
    if inode != known or size < read:
        read = 0  # rotated: a new file begins
    with path.open("rb") as file:
        file.seek(read)
        for line in file:
            if not line.endswith(b"\n"):
                break
            read += len(line)
            if record := _decode(line.decode(errors="replace")):
                yield record
    places[path] = (inode, read)


def _last_lines(path: Path, lines_max: int) -> list[str]:
    if not path.exists():
        return []
    with path.open("rb") as file:
        size = path.stat().st_size
        file.seek(max(0, size - lines_max * LINE_BYTES_MEAN))
        return file.read().decode(errors="replace").splitlines()[-lines_max:]


def _decode(line: str) -> Record | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
