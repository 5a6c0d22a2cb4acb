"""Columns into a Parquet file, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from seatrial.runs.result_tables import Columns

_KINDS = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", str: "VARCHAR"}


def write_parquet(path: Path, columns: Columns) -> None:
    """Write one table; a reader never sees half a file. A column without any value is text."""
    import duckdb

    partial = path.with_suffix(".partial")
    kinds = {
        name: _KINDS[type(next((cell for cell in cells if cell is not None), ""))] for name, cells in columns.items()
    }
    chosen = ", ".join(f'unnest(?::{kind}[]) AS "{name}"' for name, kind in kinds.items())
    target = str(partial).replace("'", "''")
    with duckdb.connect(":memory:") as database:
        database.execute(f"CREATE TABLE told AS SELECT {chosen}", list(columns.values()))
        database.execute(f"COPY told TO '{target}' (FORMAT PARQUET, COMPRESSION ZSTD)")
    partial.replace(path)
