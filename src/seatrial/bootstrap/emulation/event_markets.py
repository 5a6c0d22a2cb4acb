"""What an emulated venue lives through where recorded events are replayed: depth, quotes or trades of a data folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from seatrial.bootstrap.emulation.asked import DEPTH, NOW, QUOTES, TRADES, Asked
from seatrial.bootstrap.markets import VenueMarket
from seatrial.domain.faults import NoData
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import rfc3339
from seatrial.emulators.floor.bursts import Flow
from seatrial.emulators.floor.recorded_flow import JoinedFlow, MarketEvent, RecordedFlow
from seatrial.market.depth_events import (
    DEPTH_COLUMNS,
    FUTURES_MARKS,
    QUOTE_COLUMNS,
    TRADE_COLUMNS,
    load_depth,
    load_quotes,
    trade_rows,
)
from seatrial.market.depth_table import Int64Array
from seatrial.market.event_symbols import event_files
from seatrial.market.sessions import sessions, utc_date

COLUMNS = {DEPTH: DEPTH_COLUMNS, QUOTES: QUOTE_COLUMNS, TRADES: TRADE_COLUMNS}
FINEST_FIRST = (DEPTH, QUOTES, TRADES)
EVENT_AT = 1


def event_market(data: Path, asked: Asked, instruments: Sequence[Instrument], kind: str, now_ns: int) -> VenueMarket:
    """One venue's market of events: it starts with the first of them, now or at its own time, and ends with the last.

    Raises:
        NoData: no file of that kind holds a symbol.
        DataFault: a file breaks a rule.
    """
    found = {instrument.symbol: _events(data, instrument, kind) for instrument in instruments}
    first_ns = min(int(rows[0, EVENT_AT]) for rows, _ in found.values())
    shift_ns = now_ns - first_ns if asked.clock == NOW else 0
    flows: dict[Symbol, Flow] = {}
    for instrument in instruments:
        rows, _ = found[instrument.symbol]
        rows = rows + np.array([0, shift_ns, 0, 0, 0])
        events = [MarketEvent(*row) for row in rows.tolist()]
        flows[instrument.symbol] = RecordedFlow(instrument, events, with_book=kind != TRADES)
    flow = JoinedFlow(flows)
    start_ns = first_ns + shift_ns - 1
    shifted = "moved to now" if shift_ns else "at its own time"
    return VenueMarket(
        venue=str(instruments[0].venue),
        instruments=tuple(instruments),
        bars={instrument.symbol: () for instrument in instruments},
        sessions=tuple(sessions(instruments[0].calendar, utc_date(start_ns), utc_date(flow.end_ns))),
        start_ns=start_ns,
        lines=tuple(f"{line}, {shifted}" for _, line in found.values()),
        flow=flow,
    )


def finest_events(data: Path, instruments: Sequence[Instrument]) -> str | None:
    """The kind with most to tell that a folder holds of all these symbols; None where it holds none."""
    for kind in FINEST_FIRST:
        if all(any(_files(data, instrument, kind)) for instrument in instruments):
            return kind
    return None


def _events(data: Path, instrument: Instrument, kind: str) -> tuple[Int64Array, str]:
    path = next(_files(data, instrument, kind), None)
    if path is None:
        raise NoData(f"{data} has no file of {kind} with {instrument.symbol}")
    if kind == TRADES:
        rows = trade_rows(path, instrument)
        if not len(rows):
            raise NoData(f"{path}: it holds no trade of {instrument.symbol} of a whole lot")
        span = f"{rfc3339(int(rows[0, EVENT_AT]))} to {rfc3339(int(rows[-1, EVENT_AT]))}"
        return rows, f"{instrument.symbol}: {len(rows)} trades of {path.name}, {span}"
    trades = next((one for one in _files(data, instrument, TRADES) if _sibling(one, path)), None)
    table = (load_depth if kind == DEPTH else load_quotes)(path, trades, instrument)
    return table.rows, table.line()


def _files(data: Path, instrument: Instrument, kind: str) -> Iterator[Path]:
    """Files of a kind that hold the symbol, those of its own market before futures that stand in for it."""
    found = event_files(data, instrument.symbol, COLUMNS[kind], without=() if kind == DEPTH else ("last_update_id",))
    return iter(sorted(found, key=lambda path: (any(mark in path.name.lower() for mark in FUTURES_MARKS), path.name)))


def _sibling(trades: Path, path: Path) -> bool:
    """Trades of the same recording, by their place and what follows the first word of their names."""
    return trades.parent == path.parent and trades.name.partition("_")[2] == path.name.partition("_")[2]
