"""What a dataset of the catalog is made of: its parts, where each came from, and the gaps somebody has marked.

A part is in the catalog when the manifest names it, and never before: the file is written whole, then the manifest is
replaced in one step. What a killed process left beside it is not read.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np

from seatrial.domain.faults import DataFault
from seatrial.market.shapes import Columns

FILE = "manifest.json"
LOCK = ".lock"


class Part(msgspec.Struct, frozen=True):
    """One file. It is complete for `[start_ns, end_ns)`; `rows` may be none, where nothing happened.

    `new` rows were the first of their stamp, `revised` ones correct an earlier row, `late` ones fill a hole in what
    was complete. `known_at_ns` is when all of it had arrived here.
    """

    file: str
    rows: int
    start_ns: int
    end_ns: int
    source: str
    licence: str
    known_at_ns: int
    file_digest: str
    content_digest: str
    new: int
    revised: int = 0
    late: int = 0


class Gap(msgspec.Struct, frozen=True):
    """A span in which nothing could be heard, as the recorder noticed it."""

    start_ns: int
    end_ns: int
    reason: str


class Manifest(msgspec.Struct, frozen=True):
    """All of a dataset, oldest part first."""

    dataset: str
    parts: tuple[Part, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)

    @property
    def revised(self) -> int:
        return sum(part.revised for part in self.parts)

    @property
    def overlapping(self) -> bool:
        """Some stamps may have several rows, or rows may come out of order of time."""
        spans = [(part.start_ns, part.end_ns) for part in self.parts]
        return self.revised > 0 or any(later[0] < earlier[1] for earlier, later in pairwise(spans))

    def with_part(self, part: Part) -> Manifest:
        """One part more."""
        parts = sorted((*self.parts, part), key=lambda each: (each.start_ns, each.known_at_ns, each.file))
        return msgspec.structs.replace(self, parts=tuple(parts))

    def covered(self, start_ns: int, end_ns: int) -> list[tuple[int, int]]:
        """The spans inside `[start_ns, end_ns)` that some part is complete for, merged and in order."""
        merged: list[tuple[int, int]] = []
        for part in self.parts:
            first, last = max(part.start_ns, start_ns), min(part.end_ns, end_ns)
            if first >= last:
                continue
            if merged and first <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], last))
            else:
                merged.append((first, last))
        return merged

    def missing(self, start_ns: int, end_ns: int) -> list[tuple[int, int]]:
        """What of `[start_ns, end_ns)` no part is complete for."""
        found, at_ns = [], start_ns
        for first, last in self.covered(start_ns, end_ns):
            if at_ns < first:
                found.append((at_ns, first))
            at_ns = last
        return [*found, (at_ns, end_ns)] if at_ns < end_ns else found


def read_manifest(folder: Path, dataset: str) -> Manifest:
    """The manifest in a dataset's folder; an empty one where there is none yet.

    Raises:
        DataFault: it cannot be understood.
    """
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Manifest)
    except FileNotFoundError:
        return Manifest(dataset)
    except (OSError, msgspec.MsgspecError) as fault:
        raise DataFault(f"{folder / FILE} cannot be understood: {fault}") from fault


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step, on disk when this returns."""
    replace_file(folder / FILE, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")


def replace_file(path: Path, content: bytes) -> None:
    """The old content or the new one, never something in between."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Nobody else changes this dataset meanwhile; the lock ends with the process that holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of_columns(columns: Columns) -> str:
    """SHA-256 of a table's values: the same for the same rows, whichever program wrote them."""
    told = hashlib.sha256()
    for name in sorted(columns):
        values = columns[name]
        told.update(name.encode() + b"\0")
        if values.dtype == object:
            told.update("\0".join(map(str, values.tolist())).encode())
        else:
            told.update(np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<")).tobytes())
    return told.hexdigest()
