"""What a compiled strategy reads beside the bars: its indicators' columns, filled chunk by chunk or shared by runs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from seatrial.core.bar_loop import B_INST, B_OPEN, B_VOLUME
from seatrial.core.records import Int64Array
from seatrial.market.bars import BAR_WIDTH
from seatrial.runs.prepared import PreparedMarkets
from seatrial.strategy.columns import FIELDS, Declared, fill
from seatrial.strategy.compiled_form import CompiledStrategy, declared_of
from seatrial.strategy.filling import BY_LENGTH
from seatrial.strategy.filling_one import fill_field
from seatrial.strategy.vector_form import Columns, VectorStrategy, answered

Float64Array = NDArray[np.float64]
SHARED_BYTES_MAX = 128 * 2**20


class Feed(Protocol):
    """Columns by name, at addresses that a scan reads as if each began with the first row of all."""

    names: tuple[str, ...]
    addresses: Int64Array
    closes: int  # where the closes of the only instrument are, in whole units; 0 where there are several

    def fill(self, first: int, last: int) -> None:
        """Make the columns of these rows ready."""
        ...


class SharedColumns:
    """Columns that many runs over the same bars read: each is worked out once, the least used are forgotten."""

    def __init__(self, bytes_max: int = SHARED_BYTES_MAX) -> None:
        self._kept: OrderedDict[Any, Float64Array] = OrderedDict()
        self._bytes_max = bytes_max
        self._bytes = 0

    def get(self, key: Any) -> Float64Array | None:
        """A column, or None where it is not there."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Any, column: Float64Array) -> Float64Array:
        """Keep a column."""
        self._kept[key] = column
        self._bytes += column.nbytes
        while self._bytes > self._bytes_max and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].nbytes
        return column


def feed_of(
    strategy: CompiledStrategy, prepared: PreparedMarkets, insts: Sequence[int], shared: SharedColumns | None
) -> Feed:
    """The cheapest feed that gives a strategy its columns."""
    if isinstance(strategy, VectorStrategy):
        return TargetFeed(strategy, prepared, insts)
    minds = [declared_of(strategy) for _ in insts]
    known = all(type(each.indicator) in BY_LENGTH for each in minds[0])
    if shared is not None and known and len(prepared.instruments) == 1:
        return SharedFeed(minds[0], prepared, shared)
    return ChunkFeed(minds, prepared, insts)


def price_column(
    prepared: PreparedMarkets, inst: int, rows: Int64Array, field: str, room: Float64Array | None = None
) -> Float64Array:
    """One field of an instrument's bars as floats, in `room` where there is some."""
    column = B_OPEN + FIELDS.index(field)
    instrument = prepared.blank.instruments[inst][1]
    out = np.empty(len(rows)) if room is None else room[: len(rows)]
    fill_field(rows, column, instrument.qty_scale if column == B_VOLUME else instrument.price_scale, out)
    return out


class ChunkFeed:
    """Columns of the present chunk alone: memory does not grow with the bars."""

    def __init__(self, minds: Sequence[Sequence[Declared]], prepared: PreparedMarkets, insts: Sequence[int]) -> None:
        self.names = tuple(column for each in minds[0] for column in each.columns)
        self.addresses = np.zeros(max(len(self.names), 1), dtype=np.int64)
        self._minds, self._prepared, self._insts = minds, prepared, insts
        self.closes = 0
        self._fields = tuple({field for mind in minds for each in mind for field in each.inputs})
        self._out = np.zeros((len(self.names), 0))

    def fill(self, first: int, last: int) -> None:
        """Continue every symbol's indicators along these rows."""
        rows = self._prepared.rows[first:last]
        if self._out.shape[1] < len(rows):
            self._out = np.full((len(self.names), len(rows)), np.nan)
            self._rooms = {field: np.zeros(len(rows)) for field in self._fields}
            self._closes = np.zeros(len(rows), dtype=np.int64)
        if rows.shape[1] == BAR_WIDTH:
            self._prepared.take_closes(first, last, self._closes)
            self.closes = self._closes.ctypes.data - 8 * first
        for inst, mind in zip(self._insts, self._minds, strict=True):
            places = np.flatnonzero(rows[:, B_INST] == inst) if rows.shape[1] > BAR_WIDTH else None
            own = rows if places is None else rows[places]
            inputs = {
                field: price_column(self._prepared, inst, own, field, self._rooms[field]) for field in self._fields
            }
            at = 0
            for each in mind:
                part = self._out[at : at + len(each.columns), : len(rows)]
                filled = part if places is None else np.empty((len(each.columns), len(own)))
                fill(each, [inputs[field] for field in each.inputs], filled)
                if places is not None:
                    part[:, places] = filled
                at += len(each.columns)
        for at in range(len(self.names)):
            self.addresses[at] = self._out[at].ctypes.data - 8 * first


class SharedFeed:
    """Whole columns from what runs share."""

    def __init__(self, mind: Sequence[Declared], prepared: PreparedMarkets, shared: SharedColumns) -> None:
        self.names = tuple(each.name for each in mind)
        self.closes = prepared.closes_of_one.ctypes.data
        self._columns = [self._column(each, prepared, shared) for each in mind]
        self.addresses = np.array([column.ctypes.data for column in self._columns] or [0], dtype=np.int64)

    @staticmethod
    def _column(each: Declared, prepared: PreparedMarkets, shared: SharedColumns) -> Float64Array:
        indicator: Any = each.indicator
        key = (type(indicator), indicator.length, each.inputs)
        found = shared.get(key)
        if found is None:
            inputs = []
            for field in each.inputs:
                prices = shared.get(field)
                if prices is None:
                    prices = shared.put(field, price_column(prepared, 0, prepared.rows, field))
                inputs.append(prices)
            found = np.empty(len(prepared.rows))
            fill(each, inputs, found[None])
            shared.put(key, found)
        return found

    def fill(self, first: int, last: int) -> None:
        """Everything is there already."""


class TargetFeed:
    """What a vectorised strategy said of all bars at once."""

    def __init__(self, strategy: VectorStrategy, prepared: PreparedMarkets, insts: Sequence[int]) -> None:
        self.names: tuple[str, ...] = ("target",)
        self.closes = prepared.closes_of_one.ctypes.data
        self._said = np.full(len(prepared.rows), np.nan)
        rows = prepared.rows
        for inst in insts:
            places = np.flatnonzero(rows[:, B_INST] == inst) if rows.shape[1] > BAR_WIDTH else None
            own = rows if places is None else rows[places]
            symbol = str(prepared.blank.instruments[inst][1].symbol)
            fields = [price_column(prepared, inst, own, field) for field in FIELDS]
            said = answered(strategy, Columns(symbol, own[:, 0].copy(), own[:, 1].copy(), *fields))
            self._said[slice(None) if places is None else places] = said
        self.addresses = np.array([self._said.ctypes.data], dtype=np.int64)

    def fill(self, first: int, last: int) -> None:
        """Everything is there already."""
