"""Trades for runs over bars, told with the bar they belong to: recorded ones, which bars are built of, or made-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seatrial.core.prints import PRINTS_PER_BAR, print_at_ns, print_price, print_volume
from seatrial.domain.faults import NoData
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import DAY_NS, MILLISECOND_NS
from seatrial.market.bars import BarTable, Int64Array
from seatrial.market.event_files import read_events
from seatrial.market.grid import Column, to_units
from seatrial.market.shapes import Columns
from seatrial.market.trade_bars import time_bars

Print = tuple[int, int, int]  # at_ns, price_units, qty_units


@dataclass(frozen=True, slots=True, eq=False)
class TradePrints:
    """Trades of one instrument in order of receipt."""

    at_ns: Int64Array
    price_units: Int64Array
    qty_units: Int64Array

    def between(self, start_ns: int, end_ns: int) -> Sequence[Print]:
        """Those from an instant on and before another."""
        first, last = np.searchsorted(self.at_ns, (start_ns, end_ns)).tolist()
        columns = (self.at_ns, self.price_units, self.qty_units)
        return list(zip(*(column[first:last].tolist() for column in columns), strict=True))


def prints_of_made(table: BarTable) -> TradePrints:
    """The trades of a made-up market, which are its prints: those a local venue tells, and orders fill at."""
    lot_units = table.instrument.lot_units
    found = [
        (
            print_at_ns(bar.start_ns, bar.end_ns, part),
            print_price(bar.open_units, bar.high_units, bar.low_units, bar.close_units, part),
            size_units,
        )
        for bar in table.bars()
        for part in range(PRINTS_PER_BAR)
        if (size_units := print_volume(bar.volume_units, lot_units, part))
    ]
    columns = np.array(found, dtype=np.int64).reshape(-1, 3)
    return TradePrints(columns[:, 0].copy(), columns[:, 1].copy(), columns[:, 2].copy())


def trade_columns(path: Path, instrument: Instrument) -> Columns:
    """A file's trades as columns `ts`, `price` and `size`; `ts` is when each was received. Raises as `read_events`."""
    file = read_events(path, instrument, ("price", "size"), ())
    prices, sizes = (file.cells[name].astype(np.float64) for name in ("price", "size"))
    file.refuse_where(~np.isfinite(prices) | (prices <= 0), "price", "is no number above zero")
    file.refuse_where(~np.isfinite(sizes) | (sizes < 0), "size", "is no number of zero or more")
    return {"ts": file.at_ns, "price": prices, "size": sizes}


def bars_of_trades(path: Path, instruments: Sequence[Instrument], span: str = "1m") -> dict[Symbol, BarTable]:
    """Bars built from a file's trades. Raises as `trade_columns` and `time_bars`."""
    return {each.symbol: time_bars(each, trade_columns(path, each), span).table for each in instruments}


def prints_of(path: Path, tables: Mapping[Symbol, BarTable]) -> dict[Symbol, TradePrints]:
    """The trades of a file for each table, moved in time as its bars were, as its venue tells them.

    A trade of nothing is none. Binance tells times to the millisecond.

    Raises as `trade_columns`, and `NoData` where none of them falls into the time of the bars.
    """
    found = {}
    for symbol, table in tables.items():
        columns = trade_columns(path, table.instrument)
        columns = {name: values[columns["size"] > 0] for name, values in columns.items()}
        at_ns = columns["ts"] + table.shift_days * DAY_NS
        if table.instrument.venue == "binance":
            at_ns = at_ns // MILLISECOND_NS * MILLISECOND_NS
        if not len(table) or not len(at_ns) or at_ns[-1] < table.first_ns or at_ns[0] >= table.last_ns:
            raise NoData(f"{path} holds no trade of {symbol} in the time of {table.line()}")
        rows = np.arange(len(at_ns))
        price, size = (Column(str(path), symbol, name, rows) for name in ("price", "size"))
        found[symbol] = TradePrints(
            at_ns,
            to_units(columns["price"], table.instrument.price_scale, price),
            to_units(columns["size"], table.instrument.qty_scale, size),
        )
    return found
