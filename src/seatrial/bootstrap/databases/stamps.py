"""Names and digests of files that are kept: when they were made, and what they hold."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from seatrial.bootstrap.clock import WallClock
from seatrial.domain.time import SECOND_NS, rfc3339

READ_BYTES = 1024 * 1024


def stamp() -> str:
    """This second of the wall clock as a name that sorts: `2026-11-21T121819Z`."""
    now_ns = WallClock().now_ns()
    return rfc3339(now_ns - now_ns % SECOND_NS).replace(":", "")


def free_place(wanted: Path) -> Path:
    """The path, or one beside it where it is taken: nothing is ever overwritten."""
    place, number = wanted, 2
    while place.exists():
        place = wanted.with_name(f"{wanted.name}-{number}")
        number += 1
    return place


def digest_of_file(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(READ_BYTES):
            digest.update(block)
    return digest.hexdigest()


def move_aside(paths: list[Path], folder: Path) -> list[Path]:
    """Move what exists of these into a new folder; returns where each went."""
    there = [path for path in paths if path.exists()]
    if there:
        folder.mkdir(parents=True, exist_ok=True)
    return [Path(shutil.move(path, folder / path.name)) for path in there]
