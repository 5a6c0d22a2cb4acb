"""Where bars are read from: a catalog of `seatrial data`, or any Parquet file or folder tree of them.

A bar file has the columns ts (start of the bar), symbol, open, high, low, close and volume. What is
read is checked against the rules of `bar_tables`, and the first broken one is named with its file and row.
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
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS
from seatrial.market.archive import catalog_around
from seatrial.market.bar_tables import NUMBERS, bar_table, refuse_where
from seatrial.market.bars import BarTable
from seatrial.market.catalog_bars import bars_of_catalog, note_of, symbols_of_catalog
from seatrial.market.days import day_spans
from seatrial.market.grid import Column
from seatrial.market.parquet import archive as archive_connection
from seatrial.market.parquet import column_types
from seatrial.market.parquet import query as _query
from seatrial.market.shapes import SPANS

COLUMNS = ("ts", "symbol", *NUMBERS)
SPANS_NS = tuple(SPANS.values())

# In a folder laid out like the shared sample these two are asked first.
PREFERRED = ("equities/bars_1m_2019.parquet", "crypto/klines_1m_binance_usdm.parquet")
FILES_MAX = 10_000


def load_bars(data: Path, instruments: Sequence[Instrument], *, as_of_ns: int | None = None) -> dict[Symbol, BarTable]:
    """The bars of `instruments` from a catalog, a Parquet file or a folder tree of them.

    A catalog knows late and revised bars: `as_of_ns` asks for what was known then, None for the newest versions.

    Raises:
        NoData: nothing there, or a symbol is in no file; names the symbols that are.
        DataFault: unreadable, or a rule is broken; names file, row and rule.
        OffGrid: a number between two grid points of its instrument.
    """
    if (catalog := catalog_around(data)) is not None:
        return bars_of_catalog(catalog, instruments, under=data, as_of_ns=as_of_ns)
    wanted = {instrument.symbol: instrument for instrument in instruments}
    tables: dict[Symbol, BarTable] = {}
    seen: set[str] = set()
    with archive_connection() as archive:
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
    if (catalog := catalog_around(data)) is not None:
        return symbols_of_catalog(catalog, under=data)
    with archive_connection() as archive:
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
    return set(column_types(archive, path))


def _symbols(archive: duckdb.DuckDBPyConnection, path: Path) -> set[str]:
    rows = _query(archive, path, "select distinct symbol from read_parquet($path)").fetchall()
    return {str(row[0]) for row in rows}


def _load_file(
    archive: duckdb.DuckDBPyConnection, path: Path, instruments: Sequence[Instrument]
) -> dict[Symbol, BarTable]:
    """Symbols travel as their place in the list: a million texts would cost more than all numbers together."""
    numbers = ", ".join(f"coalesce({name}::double, 'nan'::double) as {name}" for name in NUMBERS)
    cells = _query(
        archive,
        path,
        f"select epoch_ns(ts) as ts, list_position($symbols, symbol)::int as place, file_row_number as file_row, "
        f"{numbers} "
        "from read_parquet($path, file_row_number = true) where list_contains($symbols, symbol)",
        symbols=[instrument.symbol for instrument in instruments],
    ).fetchnumpy()
    if (np.diff(cells["file_row"]) < 0).any():  # several threads read; they mostly, not always, come home in order
        order = np.argsort(cells["file_row"], kind="stable")
        cells = {name: values[order] for name, values in cells.items()}
    places = cells.pop("place")
    span_ns = _span_ns(path, cells["ts"], places)
    return {
        instrument.symbol: _table(path, instrument, span_ns, _rows_of(cells, places == place))
        for place, instrument in enumerate(instruments, start=1)
    }


def _rows_of(cells: dict[str, NDArray[np.generic]], here: NDArray[np.bool_]) -> dict[str, NDArray[np.generic]]:
    rows = np.flatnonzero(here)
    if len(rows) and rows[-1] - rows[0] + 1 == len(rows):  # files are mostly sorted by symbol: views cost nothing
        return {name: values[rows[0] : rows[-1] + 1] for name, values in cells.items()}
    return {name: values[rows] for name, values in cells.items()}


def _span_ns(path: Path, stamps: NDArray[np.int64], symbols: NDArray[np.generic]) -> int:
    """The length of the file's bars: the shortest step between two bars of one symbol. A day may lose an hour."""
    steps = np.diff(stamps)[symbols[1:] == symbols[:-1]]
    rising = steps[steps > 0]
    span_ns = int(rising.min()) if len(rising) else MINUTE_NS
    if DAY_NS - HOUR_NS <= span_ns <= DAY_NS:
        return DAY_NS
    if span_ns not in SPANS_NS:
        accepted = ", ".join(f"{span // MINUTE_NS}" for span in SPANS_NS)
        raise DataFault(f"{path}: bars of {span_ns / MINUTE_NS:g} minutes; accepted are {accepted} minutes")
    return span_ns


def _table(path: Path, instrument: Instrument, span_ns: int, cells: dict[str, NDArray[np.generic]]) -> BarTable:
    stamps = cells["ts"].astype(np.int64, copy=False)
    if span_ns == DAY_NS:
        cells["ts"], ends = day_spans(str(path), instrument, stamps)
    else:
        column = Column(str(path), instrument.symbol, "ts", cells["file_row"].astype(np.int64, copy=False))
        refuse_where(stamps % span_ns != 0, column, "does not start on its own span")
        ends = stamps + span_ns
    return bar_table(str(path), instrument, ends, cells, name=path.name, note=note_of(path.name, instrument))
