"""Bars of a catalog as tables for a driver: the finest span that is held, of the instrument's own venue where it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from seatrial.domain.faults import DataFault, NoData
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import AssetClass, Instrument
from seatrial.domain.time import DAY_NS
from seatrial.market.archive import Archive
from seatrial.market.bar_tables import bar_table
from seatrial.market.bars import BarTable
from seatrial.market.days import day_spans
from seatrial.market.shapes import DatasetName, rows_in

FUTURES_MARKS = ("usdm", "coinm", "futures", "perp")


def bars_of_catalog(
    catalog: Path, instruments: Sequence[Instrument], *, under: Path, as_of_ns: int | None
) -> dict[Symbol, BarTable]:
    """The bars of `instruments` from what lies `under` a folder of the catalog.

    Raises:
        NoData: a symbol has no bars there, or none that were known at `as_of_ns`.
        DataFault: a part cannot be read or breaks a rule.
    """
    archive, held = Archive(catalog), _bars_under(catalog, under)
    tables = {}
    for instrument in instruments:
        here = [name for name in held if name.symbol == instrument.symbol]
        if not here:
            symbols = sorted({name.symbol for name in held})
            raise NoData(f"{under} has no bars of {instrument.symbol}; it has {', '.join(symbols) or 'no bars'}")
        chosen = min(here, key=lambda name: (name.kind.span_ns, name.venue != instrument.venue, name.venue))
        tables[instrument.symbol] = bars_of_dataset(archive, chosen, instrument, as_of_ns)
    return tables


def symbols_of_catalog(catalog: Path, *, under: Path) -> list[str]:
    """Every symbol with bars under a folder of the catalog."""
    return sorted({name.symbol for name in _bars_under(catalog, under)})


def note_of(told: str, instrument: Instrument) -> str:
    """What a reader of results must know about bars of this file or venue; empty where nothing."""
    futures = instrument.asset_class is AssetClass.CRYPTO and any(mark in told.lower() for mark in FUTURES_MARKS)
    return "futures klines stand in for spot" if futures else ""


def _bars_under(catalog: Path, under: Path) -> list[DatasetName]:
    archive, folder = Archive(catalog), under.resolve()
    return [
        name
        for name in archive.datasets()
        if name.kind.shape.name == "bars" and (archive.folder_of(name) / "part").resolve().is_relative_to(folder)
    ]


def bars_of_dataset(
    archive: Archive, name: DatasetName, instrument: Instrument, as_of_ns: int | None = None
) -> BarTable:
    """The bars of one dataset. Raises as `bars_of_catalog`."""
    columns = archive.read(name, as_of_ns=as_of_ns)
    if not rows_in(columns):
        raise NoData(f"{name} in {archive.folder} holds no bar that was known then")
    cells = {**columns, "file_row": np.arange(rows_in(columns))}
    if name.kind.span_ns == DAY_NS:
        cells["ts"], ends = day_spans(str(name), instrument, columns["ts"])
    else:
        ends = columns["ts"] + name.kind.span_ns
        if (columns["ts"] % name.kind.span_ns).any():
            row = int(np.argmax(columns["ts"] % name.kind.span_ns != 0))
            raise DataFault(f"{name} row {row}: ts does not start on its own span")
    return bar_table(str(name), instrument, ends, cells, name=str(name), note=note_of(name.venue, instrument))
