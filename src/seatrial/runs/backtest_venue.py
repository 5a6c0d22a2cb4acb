"""The venue of a backtest: its fees and habits, and what is special about each bar that is run over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from seatrial.core import arrival
from seatrial.core import bar_loop as loop
from seatrial.core import venue as v
from seatrial.core.fees import FEE_PURSE, FEE_PURSE_PPM, fee_row
from seatrial.core.prints import CLOSING, EXTENDED, HALTED, OPENING
from seatrial.core.records import Int64Array
from seatrial.core.run_block import RUN_WIDTH
from seatrial.domain.bars import Session
from seatrial.domain.faults import RequestFault

if TYPE_CHECKING:
    from seatrial.core.machine import Machine
    from seatrial.runs.prepared import Market

LOG_ROWS = 16_384  # fills between two drains, beside the room that one instant may need
HABITS = {"alpaca": arrival.ALPACA, "binance": arrival.BINANCE}


def venue_for(machine: Machine, impact_ppm: int, auctions: Int64Array) -> v.VenueState:
    """An empty venue that trades the machine's instruments; its marks are those of one group of bars."""
    instruments = len(machine.instruments)
    marks = np.zeros(instruments, dtype=np.int64)
    log_rows = LOG_ROWS + 2 * instruments * v.VENUE_ORDERS_MAX
    venue = v.new_venue(
        instruments, log_rows, marks=marks, impact_ppm=impact_ppm, auctions=auctions, block_width=RUN_WIDTH
    )
    for at, (_, inst) in enumerate(machine.instruments):
        venue.fees[at] = fee_row(inst)
        venue.habits[at] = HABITS.get(inst.venue, arrival.ANY)
    return venue


def pay_from_purses(venue: v.VenueState, machine: Machine, markets: Sequence[Market]) -> None:
    """Let commissions be taken from the purses that the markets' terms name; the machine has been paid them."""
    for market in markets:
        payer = market.terms.fee_purse
        if payer is None:
            continue
        if any(table.instrument.base == payer.currency for table in market.tables.values()):
            raise RequestFault("fees.paid_from", "a coin that is not traded as well", payer.currency)
        purse = machine.purse_rows.find(market.account.id, payer.currency)
        if purse is None:
            raise RequestFault("fees.paid_from", "one of the purses that the account opens with", payer.currency)
        for symbol in market.tables:
            fees = venue.fees[machine.row_of(market.account.id, symbol)]
            fees[FEE_PURSE], fees[FEE_PURSE_PPM] = purse + 1, payer.paid_ppm


def with_halts(marks: Int64Array, bars: Int64Array, halts: Mapping[int, Int64Array]) -> Int64Array:
    """The marks, and on each bar that a halt touches that its prints meet no order: nobody knows which were before it.

    Args:
        halts: by the number of the instrument, rows (from, to).
    """
    if not any(len(spans) for spans in halts.values()):
        return marks
    marked = marks.copy() if len(marks) else np.zeros(len(bars), dtype=np.int64)
    for inst, spans in halts.items():
        rows = np.arange(len(bars)) if bars.shape[1] == loop.B_INST else np.flatnonzero(bars[:, loop.B_INST] == inst)
        starts, ends = bars[rows, loop.B_START], bars[rows, loop.B_END]
        for from_ns, to_ns in spans.tolist():
            marked[rows[(starts < to_ns) & (ends > from_ns)]] |= HALTED
    return marked


def halts_by_row(machine: Machine, markets: Sequence[Market]) -> dict[int, Int64Array]:
    """The halts of every instrument that has some, by its number in the machine."""
    return {
        machine.row_of(market.account.id, symbol): spans
        for market in markets
        for symbol, spans in market.halts.items()
        if symbol in market.tables
    }


def bar_marks(bars: Int64Array, sessions: Mapping[int, Sequence[Session]]) -> Int64Array:
    """A bit set of `core.prints` for each row of `bars`; empty where no instrument has sessions.

    The bar that holds a session's opening print is the first its instrument has in it; the one that holds the
    closing print ends as the session does. A bar that starts in no session is outside regular hours.

    Args:
        bars: rows of `core.bar_loop`, sorted by end.
        sessions: by the number of the instrument, oldest first; an instrument without any never closes.
    """
    if not sessions:
        return v.NO_MARKS
    marks = np.zeros(len(bars), dtype=np.int64)
    for inst, days in sessions.items():
        of_one = bars.shape[1] == loop.B_INST
        rows = np.arange(len(bars)) if of_one else np.flatnonzero(bars[:, loop.B_INST] == inst)
        starts, ends = bars[rows, loop.B_START], bars[rows, loop.B_END]
        opens = np.array([day.open_ns for day in days], dtype=np.int64)
        closes = np.array([day.close_ns for day in days], dtype=np.int64)
        at = np.searchsorted(opens, starts, side="right") - 1
        inside = (at >= 0) & (ends <= closes[at])
        before = np.maximum.accumulate(np.where(inside, at, -1))
        first = inside & (at != np.concatenate([[-1], before[:-1]]))
        marks[rows] = (
            np.where(inside, 0, EXTENDED)
            + np.where(first, OPENING, 0)
            + np.where(inside & (ends == closes[at]), CLOSING, 0)
        )
    return marks


def sessions_by_row(machine: Machine, markets: Sequence[Market]) -> dict[int, Sequence[Session]]:
    """The sessions of every instrument whose market closes, by its number in the machine."""
    return {
        machine.row_of(market.account.id, symbol): market.sessions
        for market in markets
        for symbol in market.tables
        if market.account.calendar != "24x7" and market.sessions
    }
