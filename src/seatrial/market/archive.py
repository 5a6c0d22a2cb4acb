"""The catalog: a folder of datasets, one folder each (`bars_1m/binance/BTCUSDT`), of Parquet parts and a manifest.

Rows are added and never changed. A row that corrects an earlier one is a new row with its own `known_at`, so that what
was known at any time can still be read.
"""

from __future__ import annotations

import itertools
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seatrial.domain.faults import DataFault, NoData
from seatrial.domain.time import rfc3339
from seatrial.market.manifest import (
    FILE,
    Gap,
    Manifest,
    Part,
    digest_of_columns,
    digest_of_file,
    locked,
    read_manifest,
    replace_file,
    sync_folder,
    write_manifest,
)
from seatrial.market.parquet import archive, read_columns, write_columns
from seatrial.market.revisions import Sorted, as_known, sort_out
from seatrial.market.shapes import Columns, DatasetName, parse_name, rows_in, taken

MARK = "catalog.json"
_MARKED = {"seatrial_catalog": 1}
FOREVER_NS = 2**62


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from, and when they had arrived."""

    source: str
    licence: str
    known_at_ns: int


class Archive:
    """One catalog."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def folder_of(self, name: DatasetName) -> Path:
        """Where a dataset's parts are."""
        return self.folder / str(name.kind) / name.venue / name.symbol

    def datasets(self) -> list[DatasetName]:
        """Everything that is held, in order of kind, venue and symbol.

        Raises:
            NoData: the folder is no catalog.
        """
        if not is_catalog(self.folder):
            raise NoData(f"{self.folder} is no catalog; `seatrial data import` or `fetch` begins one")
        found = self.folder.glob(f"*/*/*/{FILE}")
        names = (path.parent.relative_to(self.folder).as_posix() for path in found)
        return [parse_name(name) for name in sorted(names)]

    def manifest(self, name: DatasetName) -> Manifest:
        """What a dataset is made of; empty where nothing is held."""
        return read_manifest(self.folder_of(name), str(name))

    def read(
        self,
        name: DatasetName,
        *,
        start_ns: int = 0,
        end_ns: int = FOREVER_NS,
        as_of_ns: int | None = None,
        every_version: bool = False,
    ) -> Columns:
        """The rows of `[start_ns, end_ns)` by time: the newest version of each, or the one known at `as_of_ns`.

        Raises:
            NoData: the dataset holds nothing.
            DataFault: a part cannot be read.
        """
        manifest = self.manifest(name)
        if not manifest.parts:
            raise NoData(f"{self.folder} holds no {name}")
        columns = self._rows(name, manifest, start_ns, end_ns)
        if every_version or not name.kind.shape.keyed or (as_of_ns is None and not manifest.overlapping):
            return columns
        return as_known(name.kind, columns, as_of_ns)

    def add(
        self, name: DatasetName, columns: Columns, origin: Origin, *, span: tuple[int, int] | None = None
    ) -> Sorted:
        """Take rows in. Those that are held already are left out; all others become one part, or none of them do.

        `span` is what the rows are complete for; without it, from the first to the last of them.

        Raises:
            DataFault: rows of a kind without keys lie in a span that is held with other content.
        """
        start_ns, end_ns = span or span_of(name, columns)
        folder = self.folder_of(name)
        self._mark()
        with locked(folder):
            manifest = self.manifest(name)
            held = self._rows(name, manifest, start_ns, end_ns) if manifest.covered(start_ns, end_ns) else None
            if held is None:
                done = Sorted(columns, rows_in(columns), 0, 0, 0)
            elif name.kind.shape.keyed:
                done = sort_out(name.kind, columns, held, manifest.covered(start_ns, end_ns), origin.known_at_ns)
            else:
                done = self._same(name, columns, manifest, (start_ns, end_ns))
            if rows_in(done.columns) or manifest.missing(start_ns, end_ns):
                part = self._write(folder, name, done, origin, (start_ns, end_ns))
                write_manifest(folder, manifest.with_part(part))
        return done

    def put_back(self, name: DatasetName, manifest: Manifest) -> None:
        """Forget parts that were added since the manifest was read."""
        folder = self.folder_of(name)
        with locked(folder):
            for part in self.manifest(name).parts:
                if part not in manifest.parts:
                    (folder / part.file).unlink(missing_ok=True)
            if manifest.parts or manifest.gaps:
                write_manifest(folder, manifest)
            else:
                (folder / FILE).unlink(missing_ok=True)

    def mark_gap(self, name: DatasetName, gap: Gap) -> None:
        """Remember that nothing could be heard in a span."""
        folder = self.folder_of(name)
        self._mark()
        with locked(folder):
            manifest = self.manifest(name)
            write_manifest(folder, Manifest(manifest.dataset, manifest.parts, (*manifest.gaps, gap)))

    def merge(self, name: DatasetName, origin: Origin) -> int:
        """Make one part of neighbouring parts of one source; returns how many files went. Nothing is lost if killed."""
        folder = self.folder_of(name)
        with locked(folder):
            manifest = self.manifest(name)
            chosen = _run_of(manifest, origin.source)
            if len(chosen) < 2:
                return 0
            span = (chosen[0].start_ns, chosen[-1].end_ns)
            columns = self._rows(name, Manifest(manifest.dataset, chosen), *span)
            done = Sorted(columns, sum(p.new for p in chosen), 0, 0, sum(p.late for p in chosen))
            part = self._write(folder, name, done, origin, span)
            others = tuple(each for each in manifest.parts if each not in chosen)
            write_manifest(folder, Manifest(manifest.dataset, others, manifest.gaps).with_part(part))
            for each in chosen:
                (folder / each.file).unlink(missing_ok=True)
        return len(chosen) - 1

    def _rows(self, name: DatasetName, manifest: Manifest, start_ns: int, end_ns: int) -> Columns:
        parts = [p for p in manifest.parts if p.rows and p.start_ns < end_ns and p.end_ns > start_ns]
        paths = [self.folder_of(name) / part.file for part in parts]
        if not paths:
            return {column: np.empty(0, dtype=cell.dtype) for column, cell in name.kind.shape.needed.items()}
        with archive() as connection:
            return read_columns(connection, paths, name.kind.shape, start_ns=start_ns, end_ns=end_ns)

    def _same(self, name: DatasetName, columns: Columns, manifest: Manifest, span: tuple[int, int]) -> Sorted:
        """Rows without keys: the very same content is held already, or it is refused."""
        digest = digest_of_columns(columns)
        for part in manifest.parts:
            if part.start_ns < span[1] and part.end_ns > span[0] and part.content_digest != digest:
                raise DataFault(
                    f"{name} already holds {rfc3339(part.start_ns)} to {rfc3339(part.end_ns)} from {part.source}, "
                    "with other rows; take in only what comes before or after it"
                )
        return Sorted(taken(columns, slice(0, 0)), 0, rows_in(columns), 0, 0)

    def _write(self, folder: Path, name: DatasetName, done: Sorted, origin: Origin, span: tuple[int, int]) -> Part:
        digest = digest_of_columns(done.columns)
        file = f"{_stamp(span[0])}_{_stamp(span[1])}_{digest[:8]}_{origin.known_at_ns}.parquet"
        fresh = folder / (file + ".new")
        write_columns(fresh, name.kind.shape, name.symbol, done.columns)
        fresh.replace(folder / file)
        sync_folder(folder)
        return Part(
            file=file,
            rows=rows_in(done.columns),
            start_ns=span[0],
            end_ns=span[1],
            source=origin.source,
            licence=origin.licence,
            known_at_ns=origin.known_at_ns,
            file_digest=digest_of_file(folder / file),
            content_digest=digest,
            new=done.new,
            revised=done.revised,
            late=done.late,
        )

    def _mark(self) -> None:
        if not is_catalog(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            replace_file(self.folder / MARK, json.dumps(_MARKED).encode() + b"\n")


def is_catalog(folder: Path) -> bool:
    """The folder is one that `seatrial data` keeps."""
    return os.path.isfile(folder / MARK)  # says no, not PermissionError; whoever reads then tells


def catalog_around(path: Path) -> Path | None:
    """The catalog that a folder is, or lies in; None where there is none."""
    whole = path.resolve()
    return next((each for each in itertools.islice((whole, *whole.parents), 4) if is_catalog(each)), None)


def span_of(name: DatasetName, columns: Columns) -> tuple[int, int]:
    """From the first row to the end of the last."""
    stamps = columns["ts"]
    return int(stamps.min()), int(stamps.max()) + max(name.kind.span_ns, 1)


def _run_of(manifest: Manifest, source: str) -> tuple[Part, ...]:
    """The last parts of a source that follow one another without a hole and correct nothing."""
    chosen: list[Part] = []
    for part in reversed(manifest.parts):
        if part.source != source or part.revised or (chosen and part.end_ns != chosen[-1].start_ns):
            break
        chosen.append(part)
    return tuple(reversed(chosen))


def _stamp(at_ns: int) -> str:
    return rfc3339(at_ns).replace("-", "").replace(":", "")
