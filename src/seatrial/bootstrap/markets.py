"""Which markets there are: recorded ones from a folder, on one calendar, else made-up ones. Both say what they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from seatrial.bootstrap.accounts import VENUES
from seatrial.domain.bars import Bar, Session
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import DAY_NS
from seatrial.emulators.bar_rows import BarRows
from seatrial.emulators.floor.bursts import Flow
from seatrial.emulators.trade_reel import TradeRows
from seatrial.market.bars import BarTable
from seatrial.market.catalog import load_bars
from seatrial.market.instruments import instrument_of
from seatrial.market.sessions import sessions, utc_date
from seatrial.market.shift import Timeline, align
from seatrial.market.synthetic import padded, synthetic_market
from seatrial.market.trade_prints import prints_of

SYNTHETIC_FIRST_DAY = date(2024, 1, 2)
SYNTHETIC_SESSIONS = 10
HISTORY_NS = DAY_NS  # what a venue can tell of the time before its market starts


@dataclass(frozen=True, slots=True)
class VenueMarket:
    """What one venue replays. `sessions` cover every bar; market time starts at `start_ns`.

    With a `flow` the venue has books, and `bars` are those of the time before; without one, all bars are replayed.
    `lines` say what it is, from where and from when.
    """

    venue: str
    instruments: tuple[Instrument, ...]
    bars: Mapping[Symbol, Sequence[Bar]]
    sessions: tuple[Session, ...]
    start_ns: int
    lines: tuple[str, ...]
    flow: Flow | None = None
    trades: Mapping[Symbol, TradeRows] | None = None  # told instead of the bars' prints, which orders go on to meet


def load_timeline(
    data: Path | None,
    symbols: Iterable[str],
    *,
    seed: int,
    session_count: int | None = None,
    pad: bool = False,
) -> Timeline:
    """The markets of `symbols` on one calendar.

    `session_count` is how many sessions to make up or to keep; None takes all that are recorded. With `pad`
    made-up sessions follow where the recorded ones end, and their tables say so.

    Raises:
        NoData: a symbol is in no file.
        DataFault: a file breaks a rule.
        RequestFault: not a symbol, or more sessions than the data holds.
    """
    instruments = [instrument_of(symbol) for symbol in dict.fromkeys(symbols)]
    if data is not None:
        timeline = align(load_bars(data, instruments))
        if session_count is None:
            return timeline
        return padded(timeline, session_count, seed=seed) if pad else timeline.select_sessions(session_count)
    tables = synthetic_market(
        instruments, seed=seed, first_day=SYNTHETIC_FIRST_DAY, session_count=session_count or SYNTHETIC_SESSIONS
    )
    timeline = align(tables)
    return timeline if session_count is None else timeline.select_sessions(session_count)


def venue_markets(timeline: Timeline, trades: Path | None = None) -> list[VenueMarket]:
    """The parts of a timeline, a venue each; one without any symbol is left out. `trades` is what the bars are of.

    Raises as `prints_of`.
    """
    return [market for name in VENUES if (market := _venue_market(timeline, name, trades))]


def _venue_market(timeline: Timeline, venue: str, trades: Path | None) -> VenueMarket | None:
    """One venue's part of a timeline, with a day of history before its start."""
    tables = {symbol: table for symbol, table in timeline.tables.items() if table.instrument.venue == venue}
    if not tables:
        return None
    first_ns = timeline.start_ns - HISTORY_NS
    cut = {symbol: table.between(first_ns, timeline.end_ns) for symbol, table in tables.items()}
    calendar = next(iter(tables.values())).instrument.calendar
    days = sessions(calendar, utc_date(first_ns), utc_date(timeline.end_ns - 1))
    return VenueMarket(
        venue=venue,
        instruments=tuple(table.instrument for table in cut.values()),
        bars={symbol: BarRows.of(symbol, table.bars()) for symbol, table in cut.items()},
        sessions=tuple(days),
        start_ns=timeline.start_ns,
        lines=tuple(tables[symbol].line() for symbol in sorted(tables)),
        trades=None if trades is None else _trade_rows(trades, cut),
    )


def _trade_rows(path: Path, tables: Mapping[Symbol, BarTable]) -> dict[Symbol, TradeRows]:
    """The trades of each table's bars; those after its last bar are of a minute that nobody saw end."""
    found = {}
    for symbol, prints in prints_of(path, tables).items():
        last = int(np.searchsorted(prints.at_ns, tables[symbol].last_ns))
        found[symbol] = TradeRows(prints.at_ns[:last], prints.price_units[:last], prints.qty_units[:last])
    return found
