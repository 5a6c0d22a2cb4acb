"""The venue of a backtest, compiled: its books, and how words travel between it and the machine."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from seatrial.core import matching
from seatrial.core import records as r
from seatrial.core.arrival import ALPACA, AUCTION_WIDTH, is_refused, misses_auction
from seatrial.core.blocks import RecordAt, record_at
from seatrial.core.compiled import compiled_inner, compiled_once, typed
from seatrial.core.fees import FEES_WIDTH
from seatrial.core.hearing import hear_report
from seatrial.core.records import Int64Array, State
from seatrial.core.refusal_rows import REFUSALS_WIDTH, count_refusal
from seatrial.core.stepping import BLOCK_WIDTH
from seatrial.domain.orders import OrderStatus, TimeInForce

# Columns of the log of fills.
L_AT, L_INST, L_SIDE, L_QTY, L_PRICE, L_FEE, L_FEE_IN_BASE, L_NUMBER, L_MAKER, L_LEFT = range(10)
LOG_WIDTH = 10
L_END = 10  # of what the machine has not heard yet: the status with which an order ended; 0 for a fill
PENDING_WIDTH = 11

# Tallies kept while running.
T_FILLS = 0  # rows in the log
T_ORDERS = 1
T_CANCELS = 2
T_EXPIRED = 3
T_TRIPS = 4
T_REJECTED = 5
T_REFUSED = 8  # the rows of `core.refusal_rows` from here
TALLIES_WIDTH = T_REFUSED + REFUSALS_WIDTH

# Options of the venue.
IMPACT_PPM = 0  # the coefficient of the square-root impact; 0 is off
OPTIONS_WIDTH = 1

VENUE_ORDERS_MAX = 512  # working orders per instrument
EFFECTS_MAX = 4096  # effects in the wake of one fact

_WORKING = typed(OrderStatus.WORKING)
_CANCELED = typed(OrderStatus.CANCELED)
_EXPIRED = typed(OrderStatus.EXPIRED)
_REJECTED = typed(OrderStatus.REJECTED)
_DAY, _CLS = int(TimeInForce.DAY), int(TimeInForce.CLS)
_GTC, _GTD = int(TimeInForce.GTC), int(TimeInForce.GTD)
_NONE = typed(0)
_REPORT = typed(r.FACT_REPORT)


class VenueState(NamedTuple):
    """The simulated venue. Shapes: working (I, VENUE_ORDERS_MAX, ORDER_WIDTH), counts (I,), fees (I, FEES_WIDTH)."""

    working: Int64Array
    counts: Int64Array
    fees: Int64Array  # as `core.fees` lays them out
    habits: Int64Array  # (I,), which venue's rules an instrument's orders meet on arrival: `core.arrival`
    executed: Int64Array  # scratch: executions of one instrument
    pending: Int64Array  # scratch: fills and ends of one instant before the machine hears of them
    fact: Int64Array  # scratch: one fact row
    effects: Int64Array  # scratch: effect rows of one fact and what follows from them
    log: Int64Array
    tallies: Int64Array
    marks: Int64Array  # what is special about each bar that is run over, or empty: bits of `core.prints`
    options: Int64Array
    auctions: Int64Array  # (S, AUCTION_WIDTH), the hours of Alpaca's auctions: `core.arrival`
    block: Int64Array  # how `step` is reached: `core.stepping`


VENUE_AT = RecordAt(
    "VenueAt",
    {
        "working": (VENUE_ORDERS_MAX, matching.ORDER_WIDTH),
        "counts": (),
        "fees": (FEES_WIDTH,),
        "habits": (),
        "executed": (matching.EXEC_WIDTH,),
        "pending": (PENDING_WIDTH,),
        "fact": (),
        "effects": (r.ROW_WIDTH,),
        "log": (LOG_WIDTH,),
        "tallies": (),
        "marks": (),
        "options": (),
        "auctions": (AUCTION_WIDTH,),
        "block": (),
    },
)
venue_at: Any = record_at(VENUE_AT)

NO_MARKS = np.zeros(0, dtype=np.int64)
NO_AUCTIONS = np.zeros((0, AUCTION_WIDTH), dtype=np.int64)


def new_venue(
    instruments: int,
    log_rows: int,
    *,
    marks: Int64Array = NO_MARKS,
    impact_ppm: int = 0,
    auctions: Int64Array = NO_AUCTIONS,
    block_width: int = BLOCK_WIDTH,
) -> VenueState:
    """An empty venue for a number of instruments. `log_rows` bounds the fills between two drains."""
    return VenueState(
        working=np.zeros((instruments, VENUE_ORDERS_MAX, matching.ORDER_WIDTH), dtype=np.int64),
        counts=np.zeros(instruments, dtype=np.int64),
        fees=np.zeros((instruments, FEES_WIDTH), dtype=np.int64),
        habits=np.zeros(instruments, dtype=np.int64),
        executed=np.zeros((VENUE_ORDERS_MAX, matching.EXEC_WIDTH), dtype=np.int64),
        pending=np.zeros((2 * instruments * VENUE_ORDERS_MAX, PENDING_WIDTH), dtype=np.int64),
        fact=np.zeros(r.ROW_WIDTH, dtype=np.int64),
        effects=np.zeros((EFFECTS_MAX, r.ROW_WIDTH), dtype=np.int64),
        log=np.zeros((log_rows, LOG_WIDTH), dtype=np.int64),
        tallies=np.zeros(TALLIES_WIDTH, dtype=np.int64),
        marks=marks,
        options=np.array([impact_ppm], dtype=np.int64),
        auctions=auctions,
        block=np.zeros(block_width, dtype=np.int64),
    )


@compiled_inner
def blank_fact(venue: VenueState, kind: int, at_ns: int, inst: int, number: int) -> None:
    """Start the scratch fact row."""
    for column in range(r.ROW_WIDTH):
        venue.fact[column] = 0
    venue.fact[r.F_KIND] = kind
    venue.fact[r.F_AT] = at_ns
    venue.fact[r.F_INST] = inst
    venue.fact[r.F_NUMBER] = number


@compiled_once
def report(state: State, venue: VenueState, number: int, inst: int, status: int, tail: int) -> int:
    """Tell the machine the venue's word on an order; returns the new end of the effects."""
    blank_fact(venue, _REPORT, state.scalars[r.S_NOW], inst, number)
    venue.fact[r.F_STATUS] = status
    return hear_report(state, venue, tail)


@compiled_inner
def withdraw(venue: VenueState, inst: int, number: int) -> bool:
    """Take an order off the venue's book; false where it is not there."""
    row = matching.find_order(venue.working[inst], venue.counts[inst], number)
    if row < 0:
        return False
    venue.working[inst, row, matching.LEFT] = 0
    venue.counts[inst] = matching.drop_filled(venue.working[inst], venue.counts[inst])
    return True


@compiled_inner
def take_order(state: State, venue: VenueState, effect: Int64Array) -> int:
    """Let an approved order work, or turn it away; returns the venue's word."""
    venue.tallies[T_ORDERS] += 1
    inst = effect[r.E_INST]
    late = venue.habits[inst] == ALPACA and misses_auction(venue.auctions, effect, state.scalars[r.S_NOW])
    if late or is_refused(state, venue.habits[inst], venue.working[inst], venue.counts[inst], effect):
        venue.tallies[T_REJECTED] += 1
        return _REJECTED
    venue.counts[inst] = matching.add_order(
        venue.working[inst],
        venue.counts[inst],
        effect[r.E_NUMBER],
        effect[r.E_SIDE],
        effect[r.E_TYPE],
        effect[r.E_QTY],
        effect[r.E_LIMIT],
        effect[r.E_STOP],
        _GTC if effect[r.E_TIF] == _GTD else effect[r.E_TIF],  # the machine takes it back in time: no venue here has it
        effect[r.E_FLAGS],
        effect[r.E_EXPIRES],
    )
    return _WORKING


@compiled_inner
def deliver(state: State, venue: VenueState, tail: int) -> None:
    """Carry `venue.effects[:tail]`, and whatever follows from them, to the venue and back."""
    head = 0
    while head < tail:
        effect = venue.effects[head]
        head += 1
        kind = effect[r.E_KIND]
        inst = effect[r.E_INST]
        number = effect[r.E_NUMBER]
        if kind == r.EFFECT_APPROVED:
            tail = report(state, venue, number, inst, take_order(state, venue, effect), tail)
        elif kind == r.EFFECT_CANCEL:
            if withdraw(venue, inst, number):
                venue.tallies[T_CANCELS] += 1
                tail = report(state, venue, number, inst, _CANCELED, tail)
        elif kind == r.EFFECT_REFUSED:
            count_refusal(venue.tallies, T_REFUSED, effect)
        elif kind == r.EFFECT_TRIPPED:
            venue.tallies[T_TRIPS] += 1


@compiled_inner
def close_session(state: State, venue: VenueState, account: int) -> None:
    """Expire the account's orders for the day, and those for a close that never printed.

    What follows from that, such as the next try to close a position, reaches the venue after the close and so
    belongs to the next session: expiring it too would never end.
    """
    newest = state.scalars[r.S_ORDER_NUMBER]
    row = 0
    while row < state.scalars[r.S_ORDERS]:
        order = state.orders[row]
        inst, number = order[r.O_INST], order[r.O_NUMBER]
        is_over = order[r.O_TIF] in (_DAY, _CLS) and state.rules[inst, r.R_ACCOUNT] == account
        if is_over and number <= newest and withdraw(venue, inst, number):
            venue.tallies[T_EXPIRED] += 1
            deliver(state, venue, report(state, venue, number, inst, _EXPIRED, _NONE))
            row = 0
            continue
        row += 1
