"""Parquet files of depth, quotes and trades: what they must hold, and the first row that breaks a rule, named.

The columns are those of the shared sample's README. Rows are in order of receipt (`recv_ts`, or `ts` where a file
has no other): what one listener could know, in the order he came to know it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from seatrial.core.queue_position import LOTS_MAX
from seatrial.domain.faults import DataFault, NoData, OffGrid
from seatrial.domain.instrument import Instrument
from seatrial.market.grid import Column, to_units

Int64Array = NDArray[np.int64]
Cells = dict[str, NDArray[Any]]

ZONED = ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ", "TIMESTAMPTZ_NS")
STAMPS = ("recv_ts", "ts")


@dataclass(frozen=True, slots=True)
class EventFile:
    """The rows of one symbol of a file, as cells, and where each stood."""

    path: Path
    instrument: Instrument
    cells: Cells

    def __len__(self) -> int:
        return len(self.cells["file_row"])

    @property
    def at_ns(self) -> Int64Array:
        """When each row was received."""
        return self.cells["at_ns"].astype(np.int64)

    def refuse_where(self, broken: NDArray[np.bool_], column: str, rule: str) -> None:
        """Name the first row that breaks a rule.

        Raises:
            DataFault: there is one.
        """
        if broken.any():
            row = int(self.cells["file_row"][int(np.argmax(broken))])
            raise DataFault(f"{self.path} row {row}: {self.instrument.symbol} {column} {rule}")

    def ticks(self, column: str) -> Int64Array:
        """Prices as whole ticks.

        Raises:
            DataFault: not a number, or not above zero.
            OffGrid: between two ticks.
        """
        units = self._units(column, self.instrument.price_scale)
        self.refuse_where(units <= 0, column, "must be above zero")
        off = units % self.instrument.tick_units != 0
        if off.any():
            at = int(np.argmax(off))
            raise OffGrid(
                f"{self.path} row {int(self.cells['file_row'][at])}: {self.instrument.symbol} {column} "
                f"{float(self.cells[column][at])!r} lies between two ticks"
            )
        return units // self.instrument.tick_units

    def lots(self, column: str, *, up: bool) -> Int64Array:
        """Sizes as whole lots. A venue shows sizes finer than its lot: what rests rounds up, what traded down.

        Raises:
            DataFault: not a number, below zero, or beyond what a price can hold.
        """
        units = self._units(column, self.instrument.qty_scale)
        self.refuse_where(units < 0, column, "is negative")
        lot = self.instrument.lot_units
        lots = -(-units // lot) if up else units // lot
        self.refuse_where(lots > LOTS_MAX, column, f"is beyond {LOTS_MAX} lots")
        return lots

    def _units(self, column: str, scale: int) -> Int64Array:
        values = self.cells[column].astype(np.float64)
        self.refuse_where(~np.isfinite(values), column, "is not a number")
        return to_units(values, scale, Column(str(self.path), self.instrument.symbol, column, self.file_rows))

    @property
    def file_rows(self) -> Int64Array:
        """The row in the file of each row here."""
        return self.cells["file_row"].astype(np.int64)

    def sides(self, first: str, second: str) -> Int64Array:
        """The column `side`: 1 where it says `first`, -1 where `second`.

        Raises:
            DataFault: it says something else.
        """
        words = self.cells["side"].astype(str)
        self.refuse_where((words != first) & (words != second), "side", f"is neither {first} nor {second}")
        return np.where(words == first, 1, -1).astype(np.int64)


def read_events(path: Path, instrument: Instrument, columns: tuple[str, ...], optional: tuple[str, ...]) -> EventFile:
    """The rows of one symbol, in the order of the file.

    Raises:
        NoData: no such file, or it does not hold the symbol.
        DataFault: it is no Parquet file, lacks a column, has stamps without a zone, or goes back in time.
    """
    if not path.is_file():
        raise NoData(f"{path}: there is no such file")
    try:
        described = duckdb.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    except duckdb.Error as fault:
        raise DataFault(f"{path}: cannot be read as Parquet: {str(fault).splitlines()[0]}") from fault
    kinds = {name: kind for name, kind, *_ in described}
    missing = [name for name in ("ts", "symbol", *columns) if name not in kinds]
    if missing:
        raise DataFault(f"{path}: the column {missing[0]} is missing; it needs ts, symbol, {', '.join(columns)}")
    stamp = next(name for name in STAMPS if name in kinds)
    if kinds[stamp] not in ZONED:
        raise DataFault(f"{path}: {stamp} is {kinds[stamp]}; accepted is a timestamp with the zone UTC")
    named = ", ".join([*columns, *(name for name in optional if name in kinds)])
    cells = duckdb.execute(
        f"SELECT epoch_ns({stamp}) AS at_ns, file_row_number AS file_row, {named} "
        "FROM read_parquet(?, file_row_number = true) WHERE symbol = ? ORDER BY file_row",
        [str(path), instrument.symbol],
    ).fetchnumpy()
    found = EventFile(path, instrument, {name: _plain(values) for name, values in cells.items()})
    if not len(found):
        raise NoData(f"{path}: it holds no row of {instrument.symbol}")
    steps = np.diff(found.at_ns, prepend=found.at_ns[:1])
    found.refuse_where(steps < 0, stamp, "is earlier than the row before it: rows must be in order of receipt")
    return found


def _plain(values: NDArray[Any]) -> NDArray[Any]:
    """Masked cells, which are nulls, become what no rule accepts: NaN, or the smallest whole number."""
    if isinstance(values, np.ma.MaskedArray):
        if values.dtype.kind == "f":
            return values.filled(np.nan)
        return values.filled(
            "" if values.dtype.kind in "OU" else np.iinfo(np.int64).min if values.dtype.kind == "i" else 0
        )
    return values
