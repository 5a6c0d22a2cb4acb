"""Which Parquet files of a folder hold events of a symbol."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from seatrial.domain.faults import NoData


def event_files(data: Path, symbol: str, columns: tuple[str, ...], *, without: tuple[str, ...] = ()) -> Iterator[Path]:
    """Files with these columns, none of those `without`, and a row of the symbol; lazily, by name.

    Raises:
        NoData: there is no such folder or file.
    """
    if not data.exists():
        raise NoData(f"{data} does not exist; give a Parquet file of events or a folder of them")
    paths = [data] if data.is_file() else sorted(data.rglob("*.parquet"))
    for path in paths:
        names = _columns(path)
        if {"ts", "symbol", *columns} <= names and not names & set(without) and _holds(path, symbol):
            yield path


def _columns(path: Path) -> set[str]:
    try:
        return {str(row[0]) for row in duckdb.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()}
    except duckdb.Error:
        return set()  # another kind of file; whoever asks for it by name is told why


def _holds(path: Path, symbol: str) -> bool:
    found = duckdb.execute("SELECT 1 FROM read_parquet(?) WHERE symbol = ? LIMIT 1", [str(path), symbol]).fetchone()
    return found is not None
