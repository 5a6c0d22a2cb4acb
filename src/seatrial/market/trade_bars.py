"""Bars out of trades: by time, by number of trades, by volume and by value.

Only trades that make a price open, close and bound a bar (`sale_conditions`); the others add their volume where the
rules of the tape say so. A bar by volume or value ends with the trade that reaches its next multiple of the size: no
trade is split, and what one has too much the next has less. What has not reached its end is `rest`, and no bar.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.bars import Bar
from seatrial.domain.faults import DataFault, NoData, RequestFault
from seatrial.domain.instrument import Instrument
from seatrial.market.bars import BAR_WIDTH, CLOSE, END, HIGH, LOW, OPEN, START, VOLUME, BarTable, Int64Array, Source
from seatrial.market.grid import Column, to_units
from seatrial.market.resampling import summed
from seatrial.market.sale_conditions import Eligible, eligible
from seatrial.market.shapes import SPANS, Columns, rows_in

_LIMB = 10_000
_TOTAL_MAX = 2.0**62
_SMALL, _LARGE = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True, eq=False)
class TradeBars:
    """Finished bars, and the one under way; None where the last trade ended a bar."""

    table: BarTable
    rest: Bar | None
    left_out: int  # trades that count for nothing: suspicious, or an echo of another
    unpriced_units: int  # volume in spans without a trade that makes a price; such a span is no bar


def time_bars(instrument: Instrument, trades: Columns, span: str) -> TradeBars:
    """Bars of a length of time, such as `1m`. A span without a priced trade is absent; the last is never finished."""
    span_ns = SPANS.get(span)
    if span_ns is None:
        raise RequestFault("span", f"one of {', '.join(SPANS)}", span)
    made = _Maker(instrument, trades)
    groups = made.at_ns // span_ns
    bars = made.bars(groups, finished=int(groups[-1]))
    rows = bars.table.rows.copy()
    rows[:, START] = rows[:, START] // span_ns * span_ns
    rows[:, END] = rows[:, START] + span_ns
    rest = bars.rest
    if rest is not None:
        start_ns = rest.start_ns // span_ns * span_ns
        rest = replace(rest, start_ns=start_ns, end_ns=start_ns + span_ns)
    return replace(bars, table=_table(bars.table, rows), rest=rest)


def tick_bars(instrument: Instrument, trades: Columns, count: int) -> TradeBars:
    """Bars of `count` priced trades each."""
    _positive("count", count)
    made = _Maker(instrument, trades)
    before: Int64Array = np.cumsum(made.told.last) - made.told.last
    return made.bars(before // count, finished=int(made.told.last.sum()) // count)


def volume_bars(instrument: Instrument, trades: Columns, size_units: int) -> TradeBars:
    """Bars of about `size_units` of the instrument's quantity units each."""
    _positive("size_units", size_units)
    made = _Maker(instrument, trades)
    return made.by(np.where(made.told.volume, made.qty_units, 0), size_units)


def dollar_bars(instrument: Instrument, trades: Columns, value_units: int) -> TradeBars:
    """Bars of about `value_units` cash units of traded value each; a trade's value is rounded down."""
    _positive("value_units", value_units)
    made = _Maker(instrument, trades)
    values = traded_values(made.price_units, made.qty_units, instrument.value_div)
    return made.by(np.where(made.told.volume, values, 0), value_units)


def traded_values(price_units: Int64Array, qty_units: Int64Array, value_div: int) -> Int64Array:
    """`price * quantity // value_div` for whole columns, exact although the product does not fit 64 bits.

    Raises:
        DataFault: a value that does not fit.
    """
    whole, part = qty_units // value_div, qty_units % value_div
    high, low = part // _LIMB, part % _LIMB
    if float(price_units.max(initial=0)) * max(_LIMB, value_div // _LIMB) >= _TOTAL_MAX:
        raise DataFault("a price is too large for its value to be counted")
    if float((price_units.astype(np.float64) * whole).max(initial=0.0)) >= _TOTAL_MAX:
        raise DataFault("a trade is too large for its value to be counted")
    if value_div % _LIMB:
        return price_units * whole + price_units * part // value_div
    rest: Int64Array = (price_units * high + price_units * low // _LIMB) // (value_div // _LIMB)
    return price_units * whole + rest


class _Maker:
    """Trades in whole units, and groups of them as bars."""

    def __init__(self, instrument: Instrument, trades: Columns) -> None:
        if not rows_in(trades):
            raise NoData(f"there are no trades of {instrument.symbol}")
        self.instrument = instrument
        self.at_ns: Int64Array = trades["ts"]
        if (np.diff(self.at_ns) < 0).any():
            row = int(np.argmax(np.diff(self.at_ns) < 0)) + 1
            raise DataFault(f"trades row {row}: {instrument.symbol} ts is earlier than the trade before it")
        rows = np.arange(len(self.at_ns))
        price = Column("trades", instrument.symbol, "price", rows)
        size = Column("trades", instrument.symbol, "size", rows)
        self.price_units = to_units(trades["price"], instrument.price_scale, price)
        self.qty_units = to_units(trades["size"], instrument.qty_scale, size)
        self.told: Eligible = eligible(trades)

    def by(self, amounts: Int64Array, size: int) -> TradeBars:
        """Groups that end with the trade that reaches the next multiple of `size`."""
        if float(amounts.astype(np.float64).sum()) >= _TOTAL_MAX:
            raise DataFault("the trades' amounts do not add up within 64 bits; give fewer at once")
        reached = np.cumsum(amounts)
        return self.bars((reached - amounts) // size, finished=int(reached[-1]) // size)

    def bars(self, groups: Int64Array, *, finished: int) -> TradeBars:
        """A bar for each run of equal group numbers; those from `finished` on are under way."""
        first = np.flatnonzero(np.concatenate([[True], groups[1:] != groups[:-1]]))
        priced = np.logical_or.reduceat(self.told.last, first)
        rows = self._rows(first)
        done = groups[first] < finished
        unpriced = int(rows[~priced, VOLUME].sum())
        under_way = rows[priced & ~done]
        rest = Bar(self.instrument.symbol, *map(int, under_way[-1])) if len(under_way) else None
        left_out = int((~self.told.volume).sum())
        source = Source("trades", "bars built from trades", int(self.at_ns[0]), int(self.at_ns[-1]))
        table = _table(BarTable(self.instrument, rows, source), rows[priced & done])
        return TradeBars(table, rest, left_out, unpriced)

    def _rows(self, first: NDArray[np.intp]) -> Int64Array:
        last = np.append(first[1:], len(self.at_ns)) - 1
        index = np.arange(len(self.at_ns))
        opener = np.minimum.reduceat(np.where(self.told.last, index, _LARGE), first)
        closer = np.maximum.reduceat(np.where(self.told.last, index, -1), first)
        opener = np.where(opener == _LARGE, first, opener)
        closer = np.where(closer < 0, last, closer)
        rows = np.empty((len(first), BAR_WIDTH), dtype=np.int64)
        rows[:, START], rows[:, END] = self.at_ns[first], self.at_ns[last] + 1
        rows[:, OPEN], rows[:, CLOSE] = self.price_units[opener], self.price_units[closer]
        rows[:, HIGH] = np.maximum.reduceat(np.where(self.told.extremes, self.price_units, _SMALL), first)
        rows[:, LOW] = np.minimum.reduceat(np.where(self.told.extremes, self.price_units, _LARGE), first)
        rows[:, VOLUME] = summed(np.where(self.told.volume, self.qty_units, 0), first)
        return rows


def _table(table: BarTable, rows: Int64Array) -> BarTable:
    rows.flags.writeable = False
    return replace(table, rows=rows)


def _positive(field: str, number: int) -> None:
    if number < 1:
        raise RequestFault(field, "a whole number above zero", number)
