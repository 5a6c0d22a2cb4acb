"""Parquet files in and out of tables of columns. DuckDB does both (ADR 2); its errors are translated here."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np

from seatrial.domain.faults import DataFault
from seatrial.market.shapes import MISSING, Cell, Columns, Shape

ROWS_PER_GROUP = 122_880
_ROW_BITS = 40  # of a row's number; the file's place lies above


@contextlib.contextmanager
def archive() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory whose times are UTC, whatever zone the machine is in."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set enable_progress_bar = false")
        yield connection


def query(
    connection: duckdb.DuckDBPyConnection, path: Path | str, sql: str, **values: object
) -> duckdb.DuckDBPyConnection:
    """Run SQL in which `$path` may be the file; every read passes here.

    Raises:
        DataFault: DuckDB cannot read it; names the file.
    """
    named = {"path": str(path), **values} if "$path" in sql else values
    try:
        return connection.execute(sql, named)
    except (duckdb.Error, OSError) as fault:
        raise DataFault(f"{path} cannot be read: {str(fault).splitlines()[0]}") from fault


def column_types(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    """Name and DuckDB type of every column of a Parquet file."""
    found = query(connection, path, "describe select * from read_parquet($path)").fetchall()
    return {str(row[0]): str(row[1]) for row in found}


def read_columns(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], shape: Shape, *, start_ns: int, end_ns: int
) -> Columns:
    """The rows with `ts` in `[start_ns, end_ns)`, file after file, each in its own order."""
    held = set().union(*(column_types(connection, path) for path in paths))
    cells = {name: cell for name, cell in shape.columns.items() if name in held}
    chosen = ", ".join(f"{read_sql(name, cell, shape)} as {name}" for name, cell in cells.items())
    found = query(
        connection,
        str(paths[0]) if len(paths) == 1 else f"{len(paths)} files in {paths[0].parent}",
        f"select {chosen}, list_position($files, filename) as place, file_row_number as row "
        "from read_parquet($files, union_by_name = true, filename = true, file_row_number = true) "
        "where ts >= make_timestamp_ns($start)::timestamptz_ns and ts < make_timestamp_ns($end)::timestamptz_ns",
        files=[str(path) for path in paths],
        start=start_ns,
        end=end_ns,
    ).fetchnumpy()
    columns = {name: np.asarray(found[name]).astype(cell.dtype, copy=False) for name, cell in cells.items()}
    place = (found["place"].astype(np.int64) << _ROW_BITS) | found["row"].astype(np.int64)
    if (np.diff(place) < 0).any():  # several threads read; they mostly, not always, come home in order
        order = np.argsort(place, kind="stable")
        columns = {name: values[order] for name, values in columns.items()}
    return columns


def read_sql(name: str, cell: Cell, shape: Shape) -> str:
    """A column of a file as the array of its cell."""
    return _both_ways(name, cell, shape)[0]


def write_sql(name: str, cell: Cell, shape: Shape) -> str:
    """The array of a cell as a column of a file."""
    return _both_ways(name, cell, shape)[1]


def _both_ways(name: str, cell: Cell, shape: Shape) -> tuple[str, str]:
    """Out of a file and into one: each undoes the other, and what is missing there is null."""
    missing = f"{MISSING + 1} - 1"  # the smallest whole number has no literal
    plus, minus = shape.sides
    match cell:
        case Cell.TIME:
            stamp = f"make_timestamp_ns(nullif({name}, {missing}))::timestamptz_ns"
            return f"coalesce(epoch_ns({name}), {missing})", stamp
        case Cell.NUMBER:
            return f"coalesce({name}::double, 'nan'::double)", f"case when isnan({name}) then null else {name} end"
        case Cell.WHOLE:
            return f"coalesce({name}::bigint, {missing})", f"nullif({name}, {missing})"
        case Cell.SIDE:
            number = f"(case {name} when '{plus}' then 1 when '{minus}' then -1 else 0 end)::tinyint"
            return number, f"case {name} when 1 then '{plus}' when -1 then '{minus}' end"
        case Cell.FLAG:
            return f"coalesce({name}, false)", name
        case Cell.TEXT:
            return f"coalesce({name}, '')", f"nullif({name}, '')"


def write_columns(path: Path, shape: Shape, symbol: str, columns: Columns) -> None:
    """A whole file, on disk when this returns. The caller names it so that a half-written one is never read.

    Raises:
        DataFault: it cannot be written.
    """
    cells = {name: cell for name, cell in shape.columns.items() if name in columns}
    chosen = ", ".join(f"{write_sql(name, cell, shape)} as {name}" for name, cell in cells.items())
    chosen = chosen.replace(" as ts", " as ts, $symbol as symbol", 1)
    with archive() as connection:
        connection.execute("set threads = 1")  # rows are written as they come: by one thread, in order
        connection.register("columns", {name: np.ascontiguousarray(columns[name]) for name in cells})
        try:
            connection.execute(
                f"copy (select {chosen} from columns) to '{_quoted(path)}' "
                f"(format parquet, compression zstd, row_group_size {ROWS_PER_GROUP})",
                {"symbol": symbol},
            )
            with path.open("rb") as file:
                os.fsync(file.fileno())
        except (duckdb.Error, OSError) as fault:
            path.unlink(missing_ok=True)
            raise DataFault(f"{path} cannot be written: {str(fault).splitlines()[0]}") from fault


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
