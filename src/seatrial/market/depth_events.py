"""Recorded depth, quotes and trades as the events of a run, in whole ticks and lots."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from seatrial.core.depth import CLEAR, DEPTH, EVENT_WIDTH, TOP, TRADE, V_AT, V_KIND, V_LOTS, V_SIDE, V_TICK
from seatrial.domain.faults import DataFault
from seatrial.domain.instrument import Instrument
from seatrial.market.bars import Source
from seatrial.market.depth_table import DepthTable, Int64Array, window_of
from seatrial.market.event_files import EventFile, read_events

DEPTH_COLUMNS = ("side", "price", "size", "last_update_id", "is_snapshot")
TRADE_COLUMNS = ("side", "price", "size")
QUOTE_COLUMNS = ("bid", "bid_size", "ask", "ask_size")
NO_ID = np.iinfo(np.int64).min
FUTURES_MARKS = ("usdm", "coinm", "futures", "perp")


def load_depth(depth: Path, trades: Path | None, instrument: Instrument) -> DepthTable:
    """A recording of diffs and its trades. It begins with its first snapshot: what was received before waits for it.

    Raises:
        NoData: a file is not there, or does not hold the symbol.
        DataFault: a file breaks a rule: names file, row and rule. A gap in the updates is one.
    """
    file = read_events(depth, instrument, DEPTH_COLUMNS, ("first_update_id", "prev_update_id"))
    rows = depth_rows(file)
    return _table(depth, trades, instrument, rows, quotes=False)


def load_quotes(quotes: Path, trades: Path | None, instrument: Instrument) -> DepthTable:
    """A recording of best prices and its trades.

    Raises:
        NoData, DataFault: as `load_depth`; a bid above its ask is a broken rule.
    """
    file = read_events(quotes, instrument, QUOTE_COLUMNS, ("update_id",))
    bid, ask = file.ticks("bid"), file.ticks("ask")
    file.refuse_where(bid > ask, "bid", "is above the ask: the quote is crossed")
    if "update_id" in file.cells:
        ids = file.cells["update_id"].astype(np.int64)
        file.refuse_where(np.diff(ids, prepend=ids[0] - 1) <= 0, "update_id", "does not follow the one before it")
    rows = np.zeros((2 * len(file), EVENT_WIDTH), dtype=np.int64)
    for at, (side, ticks, size) in enumerate(((1, bid, "bid_size"), (-1, ask, "ask_size"))):
        part = rows[at::2]
        part[:, V_KIND], part[:, V_AT], part[:, V_SIDE] = TOP, file.at_ns, side
        part[:, V_TICK], part[:, V_LOTS] = ticks, file.lots(size, up=True)
    return _table(quotes, trades, instrument, rows, quotes=True)


def depth_rows(file: EventFile) -> Int64Array:
    """CLEAR, snapshot, and the diffs that follow it, for each snapshot of a file."""
    shots = file.cells["is_snapshot"].astype(bool)
    if not shots.any():
        raise DataFault(f"{file.path}: it holds no snapshot of {file.instrument.symbol}, so no book can begin")
    ids = file.cells["last_update_id"].astype(np.int64)
    told = np.zeros((len(file), EVENT_WIDTH), dtype=np.int64)
    told[:, V_KIND], told[:, V_AT], told[:, V_SIDE] = DEPTH, file.at_ns, file.sides("bid", "ask")
    told[:, V_TICK], told[:, V_LOTS] = file.ticks("price"), file.lots("size", up=True)
    begins = np.flatnonzero(shots & ~np.r_[False, shots[:-1]])
    parts = []
    for at, begin in enumerate(begins.tolist()):
        end = int(begins[at + 1]) if at + 1 < len(begins) else len(file)
        waiting = np.arange(0 if at == 0 else begin, end)
        diffs = waiting[~shots[waiting] & (ids[waiting] > ids[begin])]
        _refuse_gaps(file, diffs, int(ids[begin]))
        shot = begin + np.arange(int(np.argmin(np.r_[shots[begin:end], False])))
        part = np.concatenate([told[:1], told[shot], told[diffs]])
        part[0] = (CLEAR, 0, 0, 0, 0)
        part[:, V_AT] = np.maximum(part[:, V_AT], file.at_ns[begin])
        parts.append(part)
    return np.concatenate(parts)


def _refuse_gaps(file: EventFile, diffs: Int64Array, shot_id: int) -> None:
    """Each update must follow the one before it; futures name it, spot counts on."""
    last = file.cells["last_update_id"].astype(np.int64)[diffs]
    if not len(last):
        return
    heads = np.flatnonzero(np.r_[True, np.diff(last) != 0])
    before = np.r_[shot_id, last[heads][:-1]]
    none = np.full(len(last), NO_ID, dtype=np.int64)
    previous = (
        file.cells["prev_update_id"].astype(np.int64)[diffs][heads] if "prev_update_id" in file.cells else none[heads]
    )
    first = (
        file.cells["first_update_id"].astype(np.int64)[diffs][heads] if "first_update_id" in file.cells else none[heads]
    )
    follows = np.where(previous != NO_ID, previous == before, (first == before + 1) | (first == NO_ID))
    follows[0] = previous[0] <= shot_id if previous[0] != NO_ID else first[0] <= shot_id + 1  # it covers the snapshot
    broken = np.zeros(len(file), dtype=bool)
    broken[diffs[heads[~follows]]] = True
    file.refuse_where(broken, "last_update_id", "does not follow the update before it: there is a gap")


def trade_rows(path: Path, instrument: Instrument) -> Int64Array:
    """Trades, the side being the aggressor's. Less than a lot is no trade anyone could have met.

    Raises:
        NoData, DataFault: as `load_depth`; a trade told twice is a broken rule.
    """
    file = read_events(path, instrument, TRADE_COLUMNS, ("trade_id",))
    if "trade_id" in file.cells:
        ids = file.cells["trade_id"].astype(np.int64)
        file.refuse_where(np.diff(ids, prepend=ids[0] - 1) <= 0, "trade_id", "does not follow the one before it")
    rows = np.zeros((len(file), EVENT_WIDTH), dtype=np.int64)
    rows[:, V_KIND], rows[:, V_AT], rows[:, V_SIDE] = TRADE, file.at_ns, file.sides("buy", "sell")
    rows[:, V_TICK], rows[:, V_LOTS] = file.ticks("price"), file.lots("size", up=False)
    return rows[rows[:, V_LOTS] > 0]


def _table(path: Path, trades: Path | None, instrument: Instrument, rows: Int64Array, *, quotes: bool) -> DepthTable:
    """Merge: at one instant trades come first, because the diff that follows contains them."""
    if trades is not None:
        traded = trade_rows(trades, instrument)
        traded = traded[traded[:, V_AT] >= rows[0, V_AT]]
        ranks = np.r_[np.ones(len(rows), dtype=np.int64), np.zeros(len(traded), dtype=np.int64)]
        ranks[0] = -1  # the recording begins before anything of that instant
        both = np.concatenate([rows, traded])
        rows = both[np.lexsort((ranks, both[:, V_AT]))]
    low_tick, window = window_of(rows)
    kept = (rows[:, V_KIND] != DEPTH) | ((rows[:, V_TICK] >= low_tick) & (rows[:, V_TICK] < low_tick + window))
    rows = np.ascontiguousarray(rows[kept])
    rows.flags.writeable = False
    futures = any(mark in path.name.lower() for mark in FUTURES_MARKS)
    note = "futures stand in for spot" if futures else ""
    source = Source(path.name, note, int(rows[0, V_AT]), int(rows[-1, V_AT]))
    return DepthTable(instrument, rows, source, low_tick, window, quotes)
