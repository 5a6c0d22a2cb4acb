"""The archive: Parquet files of bars in, tables of whole units out.

A bar file has the columns ts (start of the bar), symbol, open, high, low, close and volume. What is
read is checked against the rules below, and the first broken one is named with its file and row.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from seatrial.domain.faults import DataFault, NoData
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import AssetClass, Instrument
from seatrial.domain.time import HOUR_NS, MINUTE_NS
from seatrial.market.bars import BAR_WIDTH, CLOSE, END, HIGH, LOW, OPEN, START, VOLUME, BarTable, Source
from seatrial.market.grid import Column, to_units

COLUMNS = ("ts", "symbol", "open", "high", "low", "close", "volume")
NUMBERS = COLUMNS[2:]
SPANS_NS = (MINUTE_NS, 5 * MINUTE_NS, 15 * MINUTE_NS, 30 * MINUTE_NS, HOUR_NS, 4 * HOUR_NS)

# In a folder laid out like the shared sample these two are asked first.
PREFERRED = ("equities/bars_1m_2019.parquet", "crypto/klines_1m_binance_usdm.parquet")
FUTURES_MARKS = ("usdm", "coinm", "futures", "perp")
FILES_MAX = 10_000


def load_bars(data: Path, instruments: Sequence[Instrument]) -> dict[Symbol, BarTable]:
    """The bars of `instruments` from a Parquet file or a folder tree of them.

    Raises:
        NoData: nothing there, or a symbol is in no file; names the symbols that are.
        DataFault: unreadable, or a rule is broken; names file, row and rule.
        OffGrid: a number between two grid points of its instrument.
    """
    wanted = {instrument.symbol: instrument for instrument in instruments}
    tables: dict[Symbol, BarTable] = {}
    seen: set[str] = set()
    with duckdb.connect(":memory:") as archive:
        for path in _bar_files(archive, data):
            symbols = _symbols(archive, path)
            seen |= symbols
            here = [wanted[symbol] for symbol in wanted if symbol in symbols and symbol not in tables]
            if here:
                tables |= _load_file(archive, path, here)
            if len(tables) == len(wanted):
                break
    missing = sorted(set(wanted) - set(tables))
    if missing:
        raise NoData(f"{data} has no bars of {', '.join(missing)}; it has {', '.join(sorted(seen)) or 'no bar file'}")
    return {symbol: tables[symbol] for symbol in wanted}


def available_symbols(data: Path) -> list[str]:
    """Every symbol that some bar file under `data` holds."""
    with duckdb.connect(":memory:") as archive:
        return sorted(set().union(*(_symbols(archive, path) for path in _bar_files(archive, data))))


def _bar_files(archive: duckdb.DuckDBPyConnection, data: Path) -> Iterator[Path]:
    """Lazily, preferred files first: a caller that has found its symbols opens no further file."""
    if os.path.isfile(data):  # unlike Path.is_file it says no, not PermissionError; the walk below then tells
        missing = sorted(set(COLUMNS) - _columns(archive, data))
        if missing:
            raise DataFault(f"{data}: a bar file has the columns {', '.join(COLUMNS)}; missing {', '.join(missing)}")
        yield data
        return
    found = _parquet_files(data)
    for path in sorted(found, key=lambda path: (_preference(data, path), path)):
        if set(COLUMNS) <= _columns(archive, path):
            yield path


def _preference(data: Path, path: Path) -> int:
    name = path.relative_to(data).as_posix()
    return PREFERRED.index(name) if name in PREFERRED else len(PREFERRED)


def _parquet_files(data: Path) -> list[Path]:
    def refuse(fault: OSError) -> None:
        raise fault

    found: list[Path] = []
    try:
        for folder, _, names in os.walk(data, onerror=refuse):
            found.extend(Path(folder) / name for name in names if name.endswith(".parquet"))
    except FileNotFoundError:
        raise NoData(f"{data} does not exist; give a Parquet file of bars or a folder of them") from None
    except OSError as fault:
        raise DataFault(f"{data} cannot be read: {fault.strerror} ({fault.filename})") from fault
    if len(found) > FILES_MAX:
        raise DataFault(f"{data} holds {len(found)} Parquet files; accepted are at most {FILES_MAX}")
    return found


def _columns(archive: duckdb.DuckDBPyConnection, path: Path) -> set[str]:
    return {str(row[0]) for row in _query(archive, path, "describe select * from read_parquet($path)").fetchall()}


def _symbols(archive: duckdb.DuckDBPyConnection, path: Path) -> set[str]:
    rows = _query(archive, path, "select distinct symbol from read_parquet($path)").fetchall()
    return {str(row[0]) for row in rows}


def _query(archive: duckdb.DuckDBPyConnection, path: Path, sql: str, **values: object) -> duckdb.DuckDBPyConnection:
    """Every read of a file passes here, so that DuckDB's errors are translated at one place."""
    try:
        return archive.execute(sql, {"path": str(path), **values})
    except (duckdb.Error, OSError) as fault:
        raise DataFault(f"{path} cannot be read: {str(fault).splitlines()[0]}") from fault


def _load_file(
    archive: duckdb.DuckDBPyConnection, path: Path, instruments: Sequence[Instrument]
) -> dict[Symbol, BarTable]:
    numbers = ", ".join(f"coalesce({name}::double, 'nan'::double) as {name}" for name in NUMBERS)
    cells = _query(
        archive,
        path,
        f"select epoch_ns(ts) as ts, symbol, file_row_number as file_row, {numbers} "
        "from read_parquet($path, file_row_number = true) where list_contains($symbols, symbol) order by file_row",
        symbols=[instrument.symbol for instrument in instruments],
    ).fetchnumpy()
    span_ns = _span_ns(path, cells["ts"], cells["symbol"])
    return {
        instrument.symbol: _table(path, instrument, span_ns, _rows_of(cells, instrument.symbol))
        for instrument in instruments
    }


def _rows_of(cells: dict[str, NDArray[np.generic]], symbol: Symbol) -> dict[str, NDArray[np.generic]]:
    here = cells["symbol"] == symbol
    return {name: values[here] for name, values in cells.items()}


def _span_ns(path: Path, stamps: NDArray[np.int64], symbols: NDArray[np.generic]) -> int:
    """The length of the file's bars: the shortest step between two bars of one symbol."""
    steps = np.diff(stamps)[symbols[1:] == symbols[:-1]]
    rising = steps[steps > 0]
    span_ns = int(rising.min()) if len(rising) else MINUTE_NS
    if span_ns not in SPANS_NS:
        accepted = ", ".join(f"{span // MINUTE_NS}" for span in SPANS_NS)
        raise DataFault(f"{path}: bars of {span_ns / MINUTE_NS:g} minutes; accepted are {accepted} minutes")
    return span_ns


def _table(path: Path, instrument: Instrument, span_ns: int, cells: dict[str, NDArray[np.generic]]) -> BarTable:
    stamps = cells["ts"].astype(np.int64)
    file_rows = cells["file_row"].astype(np.int64)
    rows = np.empty((len(stamps), BAR_WIDTH), dtype=np.int64)
    rows[:, START], rows[:, END] = stamps, stamps + span_ns
    _check_stamps(path, instrument.symbol, stamps, file_rows, span_ns)
    for position, name in zip((OPEN, HIGH, LOW, CLOSE, VOLUME), NUMBERS, strict=True):
        values = cells[name].astype(np.float64)
        column = Column(str(path), instrument.symbol, name, file_rows)
        _refuse_where(~np.isfinite(values), column, "is not a number")
        scale = instrument.qty_scale if position == VOLUME else instrument.price_scale
        rows[:, position] = to_units(values, scale, column)
    _check_shape(path, instrument.symbol, rows, file_rows)
    rows.flags.writeable = False
    source = Source(path.name, _note(path, instrument), int(rows[0, START]), int(rows[-1, END]))
    return BarTable(instrument, rows, source)


def _note(path: Path, instrument: Instrument) -> str:
    futures = instrument.asset_class is AssetClass.CRYPTO and any(mark in path.name.lower() for mark in FUTURES_MARKS)
    return "futures klines stand in for spot" if futures else ""


def _check_stamps(
    path: Path, symbol: Symbol, stamps: NDArray[np.int64], file_rows: NDArray[np.int64], span_ns: int
) -> None:
    column = Column(str(path), symbol, "ts", file_rows[1:])
    steps = np.diff(stamps)
    _refuse_where(steps == 0, column, "repeats the stamp of the bar before it")
    _refuse_where(steps < 0, column, "is earlier than the bar before it: bars must be sorted by time")
    _refuse_where(stamps % span_ns != 0, Column(str(path), symbol, "ts", file_rows), "does not start on its own span")


def _check_shape(path: Path, symbol: Symbol, rows: NDArray[np.int64], file_rows: NDArray[np.int64]) -> None:
    body_high = np.maximum(rows[:, OPEN], rows[:, CLOSE])
    body_low = np.minimum(rows[:, OPEN], rows[:, CLOSE])
    rules = (
        ("low", rows[:, LOW] <= 0, "must be above zero"),
        ("high", rows[:, HIGH] < body_high, "is below the open or the close"),
        ("low", rows[:, LOW] > body_low, "is above the open or the close"),
        ("volume", rows[:, VOLUME] < 0, "is negative"),
    )
    for name, broken, rule in rules:
        _refuse_where(broken, Column(str(path), symbol, name, file_rows), rule)


def _refuse_where(broken: NDArray[np.bool_], column: Column, rule: str) -> None:
    if broken.any():
        row = int(column.file_rows[int(np.argmax(broken))])
        raise DataFault(f"{column.file} row {row}: {column.symbol} {column.name} {rule}")
