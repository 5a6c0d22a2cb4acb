"""Markets made ready for runs: bars in the order they are lived through, sessions' closes, machine and venue.

What many runs over the same bars can share is made once: the merged bars and the indicators' columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from seatrial.core import bar_loop as loop
from seatrial.core import course
from seatrial.core import venue as v
from seatrial.core.machine import Machine
from seatrial.core.records import Int64Array
from seatrial.core.stretches import spans_differ, take_closes
from seatrial.domain.bars import Session
from seatrial.domain.facts import MoneyFact, Transfer
from seatrial.domain.faults import NoData, RequestFault
from seatrial.domain.ids import AccountId, JournalEpoch, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.limits import Account
from seatrial.market.bars import BAR_WIDTH, BarTable
from seatrial.runs.auction_hours import auctions_of
from seatrial.runs.backtest_venue import (
    bar_marks,
    halts_by_row,
    pay_from_purses,
    sessions_by_row,
    venue_for,
    with_halts,
)
from seatrial.runs.purse_fills import purse_rates
from seatrial.runs.terms import NO_TERMS, Terms, purses_worth
from seatrial.runs.timetable import AccountTimetable, encoded, in_order

if TYPE_CHECKING:
    from seatrial.market.corporate_actions import CorporateAction

EPOCH = JournalEpoch("backtest")


@dataclass(frozen=True, slots=True)
class Market:
    """What one account trades on: its bars, its sessions where the market closes at night, and what moves its money."""

    account: Account
    cash_units: int
    tables: Mapping[Symbol, BarTable]
    sessions: Sequence[Session] = ()
    actions: Sequence[CorporateAction] = ()
    terms: Terms = NO_TERMS
    halts: Mapping[Symbol, Int64Array] = field(default_factory=dict)  # rows (from, to) in order

    @property
    def opening_units(self) -> int:
        """What the account opens with: its cash, and what its purses are worth at the first bar."""
        if not self.terms.purses:
            return self.cash_units
        return self.cash_units + purses_worth(self.terms, min(table.first_ns for table in self.tables.values()))


class PreparedMarkets:
    """What a run needs of its markets. `rows` are the bars in order, read-only; a single table's are not copied."""

    def __init__(self, markets: Sequence[Market], *, impact_ppm: int = 0) -> None:
        """Raises `NoData` where there is not one bar, `RequestFault` where bars of several spans are mixed."""
        self.markets = tuple(markets)
        self.instruments: list[tuple[AccountId, Instrument]] = [
            (market.account.id, table.instrument) for market in markets for table in market.tables.values()
        ]
        self.blank = blank = self._blank_machine()  # for the order of accounts and instruments
        self.rows = bars_in_order(blank, markets)
        self.closes = closes_by_row(blank, markets, self.rows)
        self.value_divs = np.array([inst.value_div for _, inst in blank.instruments], dtype=np.int64)
        self.marks = with_halts(
            bar_marks(self.rows, sessions_by_row(blank, markets)), self.rows, halts_by_row(blank, markets)
        )
        self.purses = purse_rates({market.account.id: market.terms for market in markets})
        self._impact_ppm = impact_ppm
        self._auctions = auctions_of(markets)
        self._rows_checked = 0
        self._money = in_order([fact for market in markets for fact in money_facts(market)])

    @property
    def starts_ns(self) -> int:
        """When the first bar begins."""
        return int(self.rows[0, loop.B_START])

    def machine(self) -> Machine:
        """A machine whose accounts have just been paid their cash, in every currency they open with."""
        machine = self._blank_machine()
        for market in self.markets:
            account = market.account
            machine.step(Transfer(self.starts_ns, account.id, account.currency, market.cash_units))
            for currency, units in market.terms.purses.items():
                machine.step(Transfer(self.starts_ns, account.id, currency, units))
        return machine

    @cached_property
    def closes_of_one(self) -> Int64Array:
        """The closes of the only instrument side by side; nothing where there are several."""
        return np.ascontiguousarray(self.rows[:, loop.B_CLOSE]) if self.rows.shape[1] == BAR_WIDTH else np.zeros(0, int)

    def check_spans_once(self, first: int, last: int) -> None:
        """`check_spans` of these rows, unless another run has lived through them already."""
        if last > self._rows_checked:
            check_spans(self.rows[first:last], int(self.rows[0, loop.B_END] - self.rows[0, loop.B_START]))
            self._rows_checked = last

    def group_end(self, last: int) -> int:
        """The end of the group of bars that row `last - 1` belongs to, or of all rows."""
        rows = self.rows
        if last >= len(rows):
            return len(rows)
        if rows.shape[1] > BAR_WIDTH:
            last += int(np.searchsorted(rows[last:, loop.B_END], rows[last - 1, loop.B_END], side="right"))
        return last

    def take_closes(self, first: int, last: int, room: Int64Array) -> None:
        """Lay the closes of these rows of the only instrument into `room`; raises like `check_spans_once`."""
        rows = self.rows[first:last]
        if take_closes(rows, int(self.rows[0, loop.B_END] - self.rows[0, loop.B_START]), room):
            self.check_spans_once(first, last)
        self._rows_checked = max(self._rows_checked, last)

    def timetable(self, machine: Machine) -> Int64Array:
        """The money facts of all accounts, for the compiled loop."""
        return encoded(self._money, machine, self.rows[:, loop.B_START])

    def venue(self) -> v.VenueState:
        """An empty venue with these instruments' fees and habits."""
        venue = venue_for(self.blank, self._impact_ppm, self._auctions)
        pay_from_purses(venue, self.machine(), self.markets)
        return venue

    def _blank_machine(self) -> Machine:
        return Machine([market.account for market in self.markets], self.instruments, EPOCH)


def money_facts(market: Market) -> list[MoneyFact]:
    """What one market's terms and corporate actions come to, in order."""
    return AccountTimetable(market.account, list(market.tables.values()), market.actions, market.terms).facts()


def bars_in_order(machine: Machine, markets: Sequence[Market]) -> Int64Array:
    """All bars of all markets in the order a run lives through them: by end, then account and symbol.

    One table is taken as it is, several are merged and get a column for their instrument.
    """
    tables = [
        (machine.row_of(market.account.id, symbol), table.rows)
        for market in markets
        for symbol, table in market.tables.items()
        if len(table)
    ]
    if not tables:
        raise NoData("there is not one bar of the symbols asked for in the span asked for")
    if len(machine.instruments) == 1:
        bars = np.ascontiguousarray(tables[0][1]).view()  # its spans are looked at while the bars are lived through
    else:
        bars = np.empty((sum(len(rows) for _, rows in tables), loop.BARS_WIDTH), dtype=np.int64)
        first = 0
        for inst, rows in tables:
            part = bars[first : first + len(rows)]
            part[:, :BAR_WIDTH], part[:, loop.B_INST] = rows, inst
            first += len(rows)
        if len(tables) > 1:
            bars = np.ascontiguousarray(bars[np.lexsort((bars[:, loop.B_INST], bars[:, loop.B_END]))])
        check_spans(bars, int(bars[0, loop.B_END] - bars[0, loop.B_START]))
    bars.flags.writeable = False
    return bars


def check_spans(rows: Int64Array, span_ns: int) -> None:
    """Raises `RequestFault` where a bar is longer or shorter than the others."""
    if spans_differ(rows, span_ns):
        spans = np.unique(rows[:, loop.B_END] - rows[:, loop.B_START]).tolist()
        raise RequestFault("data", "bars of one length", sorted({span_ns, *spans}))


def closes_by_row(machine: Machine, markets: Sequence[Market], rows: Int64Array) -> Int64Array:
    """Each session's close beside the first bar that ends at or after it, in order of time and then of account."""
    found = sorted(
        (session.close_ns, machine.account_index(market.account.id))
        for market in markets
        for session in market.sessions
        if market.account.calendar != "24x7"
    )
    closes = np.zeros((len(found), course.CLOSES_WIDTH), dtype=np.int64)
    if not found:
        return closes
    times = np.array([at_ns for at_ns, _ in found], dtype=np.int64)
    closes[:, course.X_AT] = times
    closes[:, course.X_ACCOUNT] = [account for _, account in found]
    places = np.searchsorted(rows[:, loop.B_END], times)
    closes[:, course.X_ROW] = places
    inside = places < len(rows)
    closes[inside, course.X_DURING] = times[inside] > rows[places[inside], loop.B_START]
    return closes[inside]
