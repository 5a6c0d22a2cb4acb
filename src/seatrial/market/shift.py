"""Recorded markets on one calendar: equities keep their dates, crypto moves by whole UTC days.

Nothing is resampled or invented. Whoever shows results prints `Timeline.lines()`: original dates, shift and
source of every table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from seatrial.domain.bars import Session
from seatrial.domain.faults import NoData, RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.time import DAY_NS
from seatrial.market.bars import END, START, BarTable
from seatrial.market.sessions import sessions, utc_date

Tables = Mapping[Symbol, BarTable]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Tables that share a calendar, and the trading days they cover.

    `sessions` are exchange sessions where there is a table of equities, UTC days otherwise. Crypto runs on
    without a break from the first session's open to the end of the last session's UTC day.
    """

    tables: dict[Symbol, BarTable]
    sessions: tuple[Session, ...]

    @property
    def start_ns(self) -> int:
        """Where market time starts: the first session's open."""
        return self.sessions[0].open_ns

    @property
    def end_ns(self) -> int:
        """The end of the last session's UTC day: no bar ends later."""
        return -(-self.sessions[-1].close_ns // DAY_NS) * DAY_NS

    def lines(self) -> list[str]:
        """One printable line per table: original dates, shift and source."""
        return [self.tables[symbol].line() for symbol in sorted(self.tables)]

    def select_sessions(self, count: int) -> Timeline:
        """The first `count` sessions and only the bars inside them.

        Raises:
            RequestFault: more than the data holds, or fewer than one.
        """
        if not 1 <= count <= len(self.sessions):
            accepted = f"1 to {len(self.sessions)}, which is what the data holds; --pad synthetic goes further"
            raise RequestFault("sessions", accepted, count)
        chosen = self.sessions[:count]
        cut = replace(self, sessions=chosen)
        return replace(cut, tables={symbol: cut._inside(table) for symbol, table in self.tables.items()})

    def history(self, symbol: Symbol) -> BarTable:
        """Bars from before the start, for indicators to warm up on; often none."""
        table = self.tables[symbol]
        return table.between(table.first_ns, self.start_ns) if len(table) else table

    def _inside(self, table: BarTable) -> BarTable:
        if table.instrument.calendar == "24x7":
            return table.between(self.start_ns, self.end_ns)
        return table.between(self.start_ns, self.sessions[-1].close_ns)


def align(tables: Tables) -> Timeline:
    """Put tables of both kinds on one calendar.

    Crypto's first *full* UTC day lands on the day of the first equity session, a whole number of days away.
    The timeline's tables still hold what lies before its start; `select_sessions` cuts.

    Raises:
        NoData: no bars, no full day of crypto, or no session with equity bars.
    """
    if not tables or not all(len(table) for table in tables.values()):
        raise NoData("there are no bars to put on a calendar")
    equities = {symbol: table for symbol, table in tables.items() if table.instrument.calendar == "XNYS"}
    crypto = {symbol: table for symbol, table in tables.items() if table.instrument.calendar == "24x7"}
    equities = {symbol: _regular_hours(table) for symbol, table in equities.items()}
    if not equities:
        return Timeline(crypto, _full_days(crypto))
    days = _equity_sessions(equities)
    if not crypto:
        return Timeline(equities, days)
    first_day = days[0].open_ns // DAY_NS
    recorded = _full_days(crypto)
    shift = first_day - recorded[0].open_ns // DAY_NS
    shifted = {symbol: table.shifted(shift) for symbol, table in crypto.items()}
    held = {day.open_ns // DAY_NS + shift for day in recorded}
    both = tuple(day for day in days if day.open_ns // DAY_NS in held)
    if not both:
        raise NoData(f"{', '.join(sorted(crypto))} have no full day on a session of {', '.join(sorted(equities))}")
    return Timeline(equities | shifted, both)


def _full_days(tables: Tables) -> tuple[Session, ...]:
    """The UTC days that every table covers from midnight to midnight."""
    first = max(-(-table.first_ns // DAY_NS) for table in tables.values())
    last = min(table.last_ns // DAY_NS for table in tables.values()) - 1
    if last < first:
        raise NoData(f"{', '.join(sorted(tables))} have no full UTC day in common")
    return tuple(sessions("24x7", utc_date(first * DAY_NS), utc_date(last * DAY_NS)))


def _regular_hours(table: BarTable) -> BarTable:
    """Without bars before the open or after the close, which are not traded here."""
    kept = np.zeros(len(table), dtype=np.bool_)
    for day in sessions("XNYS", utc_date(table.first_ns), utc_date(table.last_ns - 1)):
        kept |= (table.rows[:, START] >= day.open_ns) & (table.rows[:, END] <= day.close_ns)
    return table if kept.all() else replace(table, rows=table.rows[kept])


def _equity_sessions(tables: Tables) -> tuple[Session, ...]:
    """The sessions in which every table has at least one bar."""
    if not all(len(table) for table in tables.values()):
        raise NoData(f"{', '.join(sorted(tables))}: one of them has no bar inside an exchange session")
    first_ns = max(table.first_ns for table in tables.values())
    last_ns = min(table.last_ns for table in tables.values())
    if last_ns <= first_ns:
        raise NoData(f"{', '.join(sorted(tables))} have no time in common")
    found = sessions("XNYS", utc_date(first_ns), utc_date(last_ns - 1))
    held = [day for day in found if all(len(table.between(day.open_ns, day.close_ns)) for table in tables.values())]
    if not held:
        raise NoData(f"{', '.join(sorted(tables))} have no exchange session in common")
    return tuple(held)
