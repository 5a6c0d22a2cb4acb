"""`data/metrics.duckdb` in and out: export, import and prune. Another process may hold the file; we wait for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import DataFault, NoData

if TYPE_CHECKING:
    import duckdb

FILE: Final = "metrics.duckdb"
TABLE: Final = "system_metrics"
LOCK_SECONDS_MAX = 30.0
POLL_S = 0.05
# every value in quotes, no value as a bare \\N: an empty text and no value stay two things
CSV: Final = "FORMAT csv, HEADER true, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR '\\N', FORCE_QUOTE *"


def metrics_path(settings: Settings) -> Path:
    """Where the file is, or would be."""
    chosen = settings.values["observability.duckdb_path"]
    return Path(str(chosen)) if chosen else settings.state / FILE


@contextmanager
def opened(path: Path, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """The file, as soon as nobody else holds it.

    Raises:
        NoData: there is no such file, or it holds no metrics.
        DataFault: it stays locked, or is not a DuckDB file.
    """
    import duckdb

    if read_only and not path.exists():
        raise NoData(f"there is no {path} yet: the running platform makes it")
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline_s = time.monotonic() + LOCK_SECONDS_MAX
    while True:
        try:
            connection = duckdb.connect(str(path), read_only=read_only)
            break
        except duckdb.IOException as fault:
            if "lock" not in str(fault).lower() or time.monotonic() > deadline_s:
                raise DataFault(f"{path} cannot be opened: {fault}") from fault
            time.sleep(POLL_S)
    try:
        if not read_only:
            connection.execute(metrics_table())
        tables = {str(row[0]) for row in connection.execute("SHOW TABLES").fetchall()}
        if TABLE not in tables:
            raise NoData(f"{path} holds no table {TABLE}")
        yield connection
    finally:
        connection.close()


def export_metrics(path: Path, output: Path) -> int:
    """Write every row as CSV, oldest first; returns how many. The same rows give the same bytes."""
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_name(f".{output.name}.partial")
    with opened(path, read_only=True) as file:
        count = _count(file)
        file.execute(f"COPY (SELECT * FROM {TABLE} ORDER BY ALL) TO '{_quoted(partial)}' ({CSV})")
    partial.replace(output)
    return count


def import_metrics(path: Path, source: Path) -> tuple[int, int]:
    """Add the rows of a CSV that are not there yet.

    Returns:
        How many rows the CSV holds, and how many of them were new.

    Raises:
        NoData: there is no such CSV.
        DataFault: it is not an export of this table; nothing was added.
    """
    import duckdb

    if not source.exists():
        raise NoData(f"there is no {source}")
    with opened(path, read_only=False) as file:
        before = _count(file)
        try:
            file.execute("BEGIN")
            file.execute(f"CREATE TEMP TABLE arriving AS SELECT * FROM {TABLE} LIMIT 0")
            file.execute(f"COPY arriving FROM '{_quoted(source)}' ({CSV.partition(', FORCE_QUOTE')[0]})")
            told = file.execute("SELECT COUNT(*) FROM arriving").fetchone()
            file.execute(f"INSERT INTO {TABLE} SELECT * FROM (TABLE arriving EXCEPT ALL TABLE {TABLE}) ORDER BY ALL")
            file.execute("DROP TABLE arriving")
            file.execute("COMMIT")
        except duckdb.Error as fault:
            raise DataFault(f"{source} is not an export of {TABLE}, nothing was added: {fault}") from fault
        return (int(told[0]) if told else 0), _count(file) - before


def prune_metrics(path: Path, older_than_s: int) -> int:
    """Remove rows older than this, by the clock of the machine; returns how many."""
    if not path.exists():
        raise NoData(f"there is no {path} yet: the running platform makes it")
    with opened(path, read_only=False) as file:
        before = _count(file)
        oldest = f"CAST(now() AT TIME ZONE 'UTC' AS TIMESTAMP) - INTERVAL '{older_than_s} seconds'"
        file.execute(f"DELETE FROM {TABLE} WHERE timestamp < {oldest}")
        file.execute("CHECKPOINT")
        return before - _count(file)


def copy_metrics(path: Path, output: Path) -> int:
    """A copy that opens by itself, taken while nobody writes; returns its rows."""
    with opened(path, read_only=True) as file:
        name = file.execute("SELECT current_database()").fetchone()
        assert name is not None
        file.execute(f"ATTACH '{_quoted(output)}' AS copied (READ_WRITE)")
        file.execute(f'COPY FROM DATABASE "{name[0]}" TO copied')
        file.execute("DETACH copied")
        return _count(file)


def metrics_table() -> str:
    """The statement that makes the table where it is absent: the writer's own."""
    from seatrial.services.observability.metrics_file import TABLE as statement

    return statement


def _count(file: duckdb.DuckDBPyConnection) -> int:
    row = file.execute(f"SELECT COUNT(*) FROM {TABLE}").fetchone()
    return int(row[0]) if row else 0


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
