"""Reading logs back: the JSON records of all processes as short lines, oldest first, or as they come."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seatrial.bootstrap import run_files
from seatrial.bootstrap.logs_folder import log_file
from seatrial.bootstrap.settings import Settings

POLL_S = 0.3
LINE_BYTES_MEAN = 600
Record = dict[str, Any]


def last_records(settings: Settings, roles: tuple[str, ...], lines_max: int) -> list[Record]:
    """The newest records of these roles, oldest first."""
    records: list[Record] = []
    for role in roles or run_files.ROLES:
        records += [record for line in _last_lines(log_file(settings, role), lines_max) if (record := _decode(line))]
    records.sort(key=lambda record: str(record.get("timestamp", "")))
    return records[-lines_max:]


def follow(settings: Settings, roles: tuple[str, ...]) -> Iterator[Record]:
    """Records as they are written, for ever; survives rotation."""
    positions: dict[Path, int] = {}
    paths = [log_file(settings, role) for role in roles or run_files.ROLES]
    for path in paths:
        positions[path] = path.stat().st_size if path.exists() else 0
    while True:
        for path in paths:
            yield from _new_records(path, positions)
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


def _new_records(path: Path, positions: dict[Path, int]) -> Iterator[Record]:
    if not path.exists():
        return
    if path.stat().st_size < positions[path]:
        positions[path] = 0  # rotated: a new file begins
    with path.open("rb") as file:
        file.seek(positions[path])
        for line in file:
            if not line.endswith(b"\n"):
                break
            positions[path] += len(line)
            if record := _decode(line.decode(errors="replace")):
                yield record


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
