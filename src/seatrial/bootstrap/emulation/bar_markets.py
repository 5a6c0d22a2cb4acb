"""What an emulated venue lives through where bars are replayed, recorded or synthetic: which, when, from where on."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from seatrial.bootstrap.emulation.asked import BOOK, NOW, Asked
from seatrial.bootstrap.markets import SYNTHETIC_FIRST_DAY, VenueMarket
from seatrial.bootstrap.settings import Settings
from seatrial.domain.bars import Bar
from seatrial.domain.instrument import Instrument
from seatrial.emulators.bar_rows import BarRows
from seatrial.emulators.floor.made_flow import MadeFlow
from seatrial.market.catalog import load_bars
from seatrial.market.moving import AROUND_THE_CLOCK, around_the_clock, current_session, moved_to_now, sessions_up_to
from seatrial.market.sessions import sessions, utc_date
from seatrial.market.shift import Timeline, align
from seatrial.market.synthetic import synthetic_market

HISTORY_SESSIONS = 5  # of a synthetic market, before it starts
AHEAD_MIN, AHEAD_MAX = 2, 12
HOURS_AHEAD = 4  # of the wall's time, that a synthetic market lives on at any speed


def bar_market(settings: Settings, asked: Asked, instruments: Sequence[Instrument], now_ns: int) -> VenueMarket:
    """One venue's market of bars.

    Raises:
        NoData: a symbol is in no file, or the sessions are none.
        DataFault: a file breaks a rule.
    """
    timeline, start_ns = (_synthetic if settings.data is None else _recorded)(settings, asked, instruments, now_ns)
    tables = timeline.tables
    listed = tuple(table.instrument for table in tables.values())
    first_ns = min(table.first_ns for table in tables.values())
    last_ns = max(table.last_ns for table in tables.values())
    days = tuple(sessions(_calendar(listed), utc_date(first_ns), max(utc_date(last_ns - 1), utc_date(start_ns))))
    bars = {symbol: BarRows.of(symbol, table.bars()) for symbol, table in tables.items()}
    known = {instrument.symbol: instrument for instrument in listed}
    with_book = asked.fills == BOOK
    return VenueMarket(
        venue=str(listed[0].venue),
        instruments=listed,
        bars=bars if not with_book else {one: _before(rows, start_ns) for one, rows in bars.items()},
        sessions=days,
        start_ns=start_ns,
        lines=tuple(timeline.lines()),
        flow=MadeFlow(known, bars, days, seed=settings.seed) if with_book else None,
    )


def _calendar(instruments: Sequence[Instrument]) -> str:
    """The venue's: that of its shares, where it lists any beside coins."""
    return next((one.calendar for one in instruments if one.calendar != AROUND_THE_CLOCK), AROUND_THE_CLOCK)


def _before(rows: BarRows, start_ns: int) -> Sequence[Bar]:
    return rows[: bisect_left(rows, start_ns, key=lambda bar: bar.start_ns)]


def _recorded(settings: Settings, asked: Asked, instruments: Sequence[Instrument], now_ns: int) -> tuple[Timeline, int]:
    assert settings.data is not None
    timeline = align(load_bars(settings.data, instruments))
    moves = asked.clock == NOW
    if asked.always_open and _calendar(instruments) != AROUND_THE_CLOCK:
        timeline = around_the_clock(timeline, now_ns if moves else None)
    elif moves:
        timeline = moved_to_now(timeline, now_ns)
    first_ns = min(int(table.first_ns) for table in timeline.tables.values())
    return timeline, now_ns if moves else max(first_ns, timeline.start_ns) if not asked.always_open else first_ns


def _synthetic(
    settings: Settings, asked: Asked, instruments: Sequence[Instrument], now_ns: int
) -> tuple[Timeline, int]:
    if asked.always_open:
        instruments = [replace(instrument, calendar=AROUND_THE_CLOCK) for instrument in instruments]
    calendar = _calendar(instruments)
    first_day, start_ns = SYNTHETIC_FIRST_DAY, _opening_ns()
    if asked.clock == NOW:
        days = sessions_up_to(current_session(calendar, now_ns), calendar, HISTORY_SESSIONS + 1)
        first_day, start_ns = date.fromisoformat(days[0].day), now_ns
    ahead = max(AHEAD_MIN, min(AHEAD_MAX, math.ceil(settings.speed * HOURS_AHEAD / 24)))
    before = HISTORY_SESSIONS if calendar != AROUND_THE_CLOCK else (utc_date(start_ns) - first_day).days
    made = synthetic_market(instruments, seed=settings.seed, first_day=first_day, session_count=before + 1 + ahead)
    return align(made), start_ns


def _opening_ns() -> int:
    """When a made-up market of fixed dates begins: at the opening of an exchange session, the same at every venue."""
    days = sessions("XNYS", SYNTHETIC_FIRST_DAY, SYNTHETIC_FIRST_DAY + timedelta(days=2 * HISTORY_SESSIONS))
    return days[HISTORY_SESSIONS].open_ns
