"""`seatrial data ls` and `show`: what the catalog holds, and rows of it as anybody can read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from seatrial.bootstrap.catalog.importing import archive_of
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import NoData
from seatrial.domain.time import rfc3339
from seatrial.market.archive import FOREVER_NS
from seatrial.market.manifest import Manifest
from seatrial.market.shapes import MISSING, Cell, Columns, DatasetName, parse_name, rows_in, taken


@dataclass(frozen=True, slots=True)
class Held:
    """One dataset in a line."""

    dataset: str
    rows: int
    first: str
    last: str
    parts: int
    revised: int
    late: int
    gaps: int
    sources: tuple[str, ...]
    licences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """Rows of one dataset as text, and how many there are in all."""

    dataset: str
    heads: list[str]
    rows: list[list[str]]
    count: int
    manifest: dict[str, Any]


def held(settings: Settings) -> list[Held]:
    """Every dataset of the catalog.

    Raises:
        NoData: there is no catalog yet.
    """
    archive = archive_of(settings)
    return [_held(name, archive.manifest(name)) for name in archive.datasets()]


def shown(
    settings: Settings,
    dataset: str,
    *,
    limit: int,
    start_ns: int | None = None,
    end_ns: int | None = None,
    as_of_ns: int | None = None,
    every_version: bool = False,
) -> Shown:
    """The first rows of a span; without a span the last ones, `limit` of them.

    Raises:
        NoData: nothing of it is held.
        RequestFault: not the name of a dataset.
    """
    archive, name = archive_of(settings), parse_name(dataset)
    columns = archive.read(
        name,
        start_ns=0 if start_ns is None else start_ns,
        end_ns=FOREVER_NS if end_ns is None else end_ns,
        as_of_ns=as_of_ns,
        every_version=every_version,
    )
    count = rows_in(columns)
    if not count:
        raise NoData(f"{name} has no row in that span, or none that was known then")
    cut = taken(columns, slice(0, limit) if start_ns is not None else slice(max(0, count - limit), count))
    manifest = msgspec.to_builtins(archive.manifest(name))
    return Shown(str(name), [*columns], text_rows(name, cut), count, manifest)


def text_rows(name: DatasetName, columns: Columns) -> list[list[str]]:
    """Every cell as text; what is absent is empty."""
    cells = name.kind.shape.columns
    told = [[_text(value, cells[column], name) for value in columns[column].tolist()] for column in columns]
    return [list(row) for row in zip(*told, strict=True)]


def _held(name: DatasetName, manifest: Manifest) -> Held:
    parts = manifest.parts
    return Held(
        dataset=str(name),
        rows=manifest.rows,
        first=rfc3339(min(part.start_ns for part in parts)) if parts else "",
        last=rfc3339(max(part.end_ns for part in parts)) if parts else "",
        parts=len(parts),
        revised=manifest.revised,
        late=sum(part.late for part in parts),
        gaps=len(manifest.gaps),
        sources=tuple(dict.fromkeys(part.source for part in parts)),
        licences=tuple(dict.fromkeys(part.licence for part in parts)),
    )


def _text(value: object, cell: Cell, name: DatasetName) -> str:
    match cell:
        case Cell.TIME:
            return "" if value == MISSING else rfc3339(int(str(value)))
        case Cell.WHOLE:
            return "" if value == MISSING else str(value)
        case Cell.NUMBER:
            number = float(str(value))
            return "" if np.isnan(number) else np.format_float_positional(number, trim="-")
        case Cell.SIDE:
            return {1: name.kind.shape.sides[0], -1: name.kind.shape.sides[1]}.get(int(str(value)), "")
        case Cell.FLAG:
            return "yes" if value else "no"
        case Cell.TEXT:
            return str(value)
