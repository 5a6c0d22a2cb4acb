"""Halts that were recorded beside bars: when nobody could trade an instrument, whatever its bars say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.faults import NoData
from seatrial.domain.ids import Symbol
from seatrial.market.archive import FOREVER_NS, Archive, catalog_around
from seatrial.market.bars import BarTable
from seatrial.market.shapes import MISSING, dataset_name, kind_of

Int64Array = NDArray[np.int64]


def halts_in(data: Path | None, tables: Mapping[Symbol, BarTable]) -> dict[Symbol, Int64Array]:
    """Per symbol the halts of a catalog as rows (from, to) in order; `to` is far away where no end is known.

    They are moved with their bars where those were moved. A symbol without any is absent.

    Raises:
        NoData: `data` is no catalog, so nobody knows of halts.
    """
    folder = None if data is None else catalog_around(data)
    if folder is None:
        where = data or "the synthetic market"
        raise NoData(f"{where} is no catalog: halts come from `seatrial data import --kind halts`")
    archive = Archive(folder)
    held = {str(name) for name in archive.datasets()}
    found = {}
    for symbol, table in tables.items():
        name = dataset_name(kind_of("halts"), str(table.instrument.venue), str(symbol))
        if str(name) not in held:
            continue
        columns = archive.read(name)
        ends = np.where(columns["resumed_at"] == MISSING, FOREVER_NS, columns["resumed_at"])
        spans = np.stack([columns["ts"], ends], axis=1).astype(np.int64)
        moved = table.shift_days * 86_400 * 10**9
        found[symbol] = np.where(spans == FOREVER_NS, spans, spans + moved)
    return found
