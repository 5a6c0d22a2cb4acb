"""Columns of bars become a table of whole units, once every rule holds; the first broken one names file and row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.faults import DataFault
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.market.bars import BAR_WIDTH, CLOSE, END, HIGH, LOW, OPEN, START, VOLUME, BarTable, Source
from seatrial.market.grid import Column, to_units

NUMBERS = ("open", "high", "low", "close", "volume")
Cells = dict[str, NDArray[np.generic]]


def bar_table(
    file: str, instrument: Instrument, ends: NDArray[np.int64], cells: Cells, *, name: str, note: str
) -> BarTable:
    """`cells` are ts (start, ns), file_row and the five numbers of one instrument; `ends` where each bar ends.

    Raises:
        DataFault: a rule is broken; names file, row and rule.
        OffGrid: a number between two grid points of the instrument.
    """
    stamps = cells["ts"].astype(np.int64, copy=False)
    file_rows = cells["file_row"].astype(np.int64, copy=False)
    rows = np.empty((len(stamps), BAR_WIDTH), dtype=np.int64)
    rows[:, START], rows[:, END] = stamps, ends
    check_stamps(file, instrument.symbol, stamps, file_rows)
    for position, column_name in zip((OPEN, HIGH, LOW, CLOSE, VOLUME), NUMBERS, strict=True):
        values = cells[column_name].astype(np.float64, copy=False)
        column = Column(file, instrument.symbol, column_name, file_rows)
        refuse_where(~np.isfinite(values), column, "is not a number")
        scale = instrument.qty_scale if position == VOLUME else instrument.price_scale
        rows[:, position] = to_units(values, scale, column)
    _check_shape(file, instrument.symbol, rows, file_rows)
    rows.flags.writeable = False
    return BarTable(instrument, rows, Source(name, note, int(rows[0, START]), int(rows[-1, END])))


def check_stamps(file: str, symbol: Symbol, stamps: NDArray[np.int64], file_rows: NDArray[np.int64]) -> None:
    """Times rise, and no two are the same."""
    column = Column(file, symbol, "ts", file_rows[1:])
    steps = np.diff(stamps)
    refuse_where(steps == 0, column, "repeats the stamp of the bar before it")
    refuse_where(steps < 0, column, "is earlier than the bar before it: bars must be sorted by time")


def _check_shape(file: str, symbol: Symbol, rows: NDArray[np.int64], file_rows: NDArray[np.int64]) -> None:
    body_high = np.maximum(rows[:, OPEN], rows[:, CLOSE])
    body_low = np.minimum(rows[:, OPEN], rows[:, CLOSE])
    rules = (
        ("low", rows[:, LOW] <= 0, "must be above zero"),
        ("high", rows[:, HIGH] < body_high, "is below the open or the close"),
        ("low", rows[:, LOW] > body_low, "is above the open or the close"),
        ("volume", rows[:, VOLUME] < 0, "is negative"),
    )
    for name, broken, rule in rules:
        refuse_where(broken, Column(file, symbol, name, file_rows), rule)


def refuse_where(broken: NDArray[np.bool_], column: Column, rule: str) -> None:
    """Refuse the first row that is marked."""
    if broken.any():
        row = int(column.file_rows[int(np.argmax(broken))])
        raise DataFault(f"{column.file} row {row}: {column.symbol} {column.name} {rule}")
