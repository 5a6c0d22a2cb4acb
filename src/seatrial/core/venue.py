"""The other side of a backtest, compiled: the venue kernel and the machine exchanging facts.

In a rehearsal the same two talk over a wire: an emulator runs `core.matching` on the same prints and
the order path carries the facts. The order of events here is the timeline both keep:

1. at each of a bar's four prints, all instruments trade first, then the machine hears of the fills;
2. at the bar's end, orders for the day expire where a session closes;
3. then the bars are published and strategies decide (`runs/backtest`), all on one state;
4. then what bars and strategies led to reaches the venue.

An order reaches the venue in the instant it is sent and meets the next print.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from seatrial.core import matching
from seatrial.core import records as r
from seatrial.core.arithmetic import muldiv_floor
from seatrial.core.compiled import compiled, compiled_inline, compiled_inner, typed
from seatrial.core.exposure import equity
from seatrial.core.ledger import trade_value
from seatrial.core.records import Int64Array, State
from seatrial.core.step import step
from seatrial.domain.orders import OrderStatus, TimeInForce

# Columns of the bars a backtest runs over, sorted by (end, start, instrument).
B_START, B_END, B_OPEN, B_HIGH, B_LOW, B_CLOSE, B_VOLUME, B_INST = range(8)
BARS_WIDTH = 8

# Columns of the log of fills.
L_AT, L_INST, L_SIDE, L_QTY, L_PRICE, L_FEE, L_FEE_IN_BASE, L_NUMBER, L_MAKER, L_LEFT = range(10)
LOG_WIDTH = 10

# Tallies kept while running.
T_FILLS = 0  # rows in the log
T_ORDERS = 1
T_CANCELS = 2
T_EXPIRED = 3
T_TRIPS = 4
T_REFUSED = 8  # one column per refusal code from here
TALLIES_WIDTH = 64

VENUE_ORDERS_MAX = 512  # working orders per instrument
EFFECTS_MAX = 4096  # effects in the wake of one fact

_WORKING = typed(OrderStatus.WORKING)
_CANCELED = typed(OrderStatus.CANCELED)
_EXPIRED = typed(OrderStatus.EXPIRED)
_DAY = int(TimeInForce.DAY)
_NONE = typed(0)
_BAR = typed(r.FACT_BAR)
_FILL = typed(r.FACT_FILL)
_REPORT = typed(r.FACT_REPORT)


class VenueState(NamedTuple):
    """The simulated venue. Shapes: working (I, VENUE_ORDERS_MAX, ORDER_WIDTH), counts (I,), fees (I, 2)."""

    working: Int64Array
    counts: Int64Array
    fees: Int64Array  # parts per million; 1 where a buy pays in the base coin
    executed: Int64Array  # scratch: executions of one instrument
    pending: Int64Array  # scratch: fills of one instant before the machine hears of them
    fact: Int64Array  # scratch: one fact row
    effects: Int64Array  # scratch: effect rows of one fact and what follows from them
    log: Int64Array
    tallies: Int64Array


def new_venue(instruments: int, log_rows: int) -> VenueState:
    """An empty venue for a number of instruments. `log_rows` bounds the fills between two drains."""
    return VenueState(
        working=np.zeros((instruments, VENUE_ORDERS_MAX, matching.ORDER_WIDTH), dtype=np.int64),
        counts=np.zeros(instruments, dtype=np.int64),
        fees=np.zeros((instruments, 2), dtype=np.int64),
        executed=np.zeros((VENUE_ORDERS_MAX, matching.EXEC_WIDTH), dtype=np.int64),
        pending=np.zeros((instruments * VENUE_ORDERS_MAX, LOG_WIDTH), dtype=np.int64),
        fact=np.zeros(r.ROW_WIDTH, dtype=np.int64),
        effects=np.zeros((EFFECTS_MAX, r.ROW_WIDTH), dtype=np.int64),
        log=np.zeros((log_rows, LOG_WIDTH), dtype=np.int64),
        tallies=np.zeros(TALLIES_WIDTH, dtype=np.int64),
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


@compiled_inline
def report(state: State, venue: VenueState, number: int, inst: int, status: int, tail: int) -> int:
    """Tell the machine the venue's word on an order; returns the new end of the effects."""
    blank_fact(venue, _REPORT, state.scalars[r.S_NOW], inst, number)
    venue.fact[r.F_STATUS] = status
    return tail + step(state, venue.fact, venue.effects[tail:])


@compiled_inner
def withdraw(venue: VenueState, inst: int, number: int) -> bool:
    """Take an order off the venue's book; false where it is not there."""
    row = matching.find_order(venue.working[inst], venue.counts[inst], number)
    if row < 0:
        return False
    venue.working[inst, row, matching.LEFT] = 0
    venue.counts[inst] = matching.drop_filled(venue.working[inst], venue.counts[inst])
    return True


@compiled
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
            venue.counts[inst] = matching.add_order(
                venue.working[inst],
                venue.counts[inst],
                number,
                effect[r.E_SIDE],
                effect[r.E_TYPE],
                effect[r.E_QTY],
                effect[r.E_LIMIT],
                effect[r.E_STOP],
            )
            venue.tallies[T_ORDERS] += 1
            tail = report(state, venue, number, inst, _WORKING, tail)
        elif kind == r.EFFECT_CANCEL:
            if withdraw(venue, inst, number):
                venue.tallies[T_CANCELS] += 1
                tail = report(state, venue, number, inst, _CANCELED, tail)
        elif kind == r.EFFECT_REFUSED:
            venue.tallies[T_REFUSED + effect[r.E_CODE]] += 1
        elif kind == r.EFFECT_TRIPPED:
            venue.tallies[T_TRIPS] += 1


@compiled_inner
def fee_of(state: State, venue: VenueState, inst: int, side: int, qty: int, price: int) -> tuple[int, int]:
    """`(fee, in_base)`: taken from what is received, truncated to the unit as the venue does."""
    rate = venue.fees[inst, 0]
    if rate == 0:
        return 0, 0
    if side > 0 and venue.fees[inst, 1] == 1:
        return muldiv_floor(qty, rate, r.PPM), 1
    value = trade_value(side, qty, price, state.rules[inst, r.R_VALUE_DIV])
    return muldiv_floor(value, rate, r.PPM), 0


@compiled_inner
def trade_instrument(
    state: State, venue: VenueState, bar: Int64Array, index: int, participation_ppm: int, pending: int
) -> int:
    """Let print `index` of one bar meet its instrument's orders; returns the new count of pending fills."""
    inst = bar[B_INST]
    count = venue.counts[inst]
    lot = state.rules[inst, r.R_LOT]
    price = matching.print_price(bar[B_OPEN], bar[B_HIGH], bar[B_LOW], bar[B_CLOSE], index)
    volume = matching.print_volume(bar[B_VOLUME], lot, index)
    available = matching.available_units(volume, lot, participation_ppm)
    orders = venue.working[inst]
    executed = matching.match_print(orders, count, price, available, index == 0, venue.executed)
    for row in range(executed):
        trade = venue.executed[row]
        number = trade[matching.EXEC_NUMBER]
        side = orders[matching.find_order(orders, count, number), matching.SIDE]
        qty, at_price = trade[matching.EXEC_QTY], trade[matching.EXEC_PRICE]
        fee, in_base = fee_of(state, venue, inst, side, qty, at_price)
        fill = venue.pending[pending]
        fill[L_AT] = matching.print_at_ns(bar[B_START], bar[B_END], index)
        fill[L_INST] = inst
        fill[L_SIDE] = side
        fill[L_QTY] = qty
        fill[L_PRICE] = at_price
        fill[L_FEE] = fee
        fill[L_FEE_IN_BASE] = in_base
        fill[L_NUMBER] = number
        fill[L_MAKER] = trade[matching.EXEC_MAKER]
        fill[L_LEFT] = trade[matching.EXEC_LEFT]
        pending += 1
    if executed > 0:
        venue.counts[inst] = matching.drop_filled(orders, count)
    return pending


@compiled_inline
def hear_fills(state: State, venue: VenueState, pending: int) -> None:
    """The machine hears of the fills of one instant, in order; then what follows reaches the venue."""
    tail = _NONE
    for row in range(pending):
        fill = venue.pending[row]
        blank_fact(venue, _FILL, fill[L_AT], fill[L_INST], fill[L_NUMBER])
        venue.fact[r.F_QTY] = fill[L_QTY]
        venue.fact[r.F_SIDE] = fill[L_SIDE]
        venue.fact[r.F_PRICE] = fill[L_PRICE]
        venue.fact[r.F_FEE] = fill[L_FEE]
        venue.fact[r.F_FEE_IN_BASE] = fill[L_FEE_IN_BASE]
        for column in range(LOG_WIDTH):
            venue.log[venue.tallies[T_FILLS], column] = fill[column]
        venue.tallies[T_FILLS] += 1
        tail += step(state, venue.fact, venue.effects[tail:])
    deliver(state, venue, tail)


@compiled
def close_session(state: State, venue: VenueState, account: int) -> None:
    """Expire the account's orders for the day."""
    row = 0
    while row < state.scalars[r.S_ORDERS]:
        order = state.orders[row]
        inst, number = order[r.O_INST], order[r.O_NUMBER]
        is_day = order[r.O_TIF] == _DAY and state.rules[inst, r.R_ACCOUNT] == account
        if is_day and withdraw(venue, inst, number):
            venue.tallies[T_EXPIRED] += 1
            deliver(state, venue, report(state, venue, number, inst, _EXPIRED, _NONE))
            row = 0
            continue
        row += 1


@compiled_inline
def publish_bar(state: State, venue: VenueState, bar: Int64Array, tail: int) -> int:
    """The machine hears of one finished bar; returns the new end of the effects."""
    blank_fact(venue, _BAR, bar[B_END], bar[B_INST], _NONE)
    venue.fact[r.F_OPEN] = bar[B_OPEN]
    venue.fact[r.F_HIGH] = bar[B_HIGH]
    venue.fact[r.F_LOW] = bar[B_LOW]
    venue.fact[r.F_CLOSE] = bar[B_CLOSE]
    venue.fact[r.F_VOLUME] = bar[B_VOLUME]
    venue.fact[r.F_START] = bar[B_START]
    return tail + step(state, venue.fact, venue.effects[tail:])


@compiled
def run_group(
    state: State,
    venue: VenueState,
    bars: Int64Array,
    first: int,
    last: int,
    participation_ppm: int,
    closing: Int64Array,
    equity_out: Int64Array,
) -> int:
    """Live through the bars `first..last-1`, which cover one span of time, up to where strategies decide.

    Returns the end of the effects that the bars led to. They are not delivered yet: what is decided in one
    instant is decided on one state, and only then does any of it reach the venue.

    Args:
        closing: (A,), 1 where the account's session closes at the end of these bars.
        equity_out: (A,), takes each account's equity afterwards.
    """
    for index in range(matching.PRINTS_PER_BAR):
        pending = _NONE
        for row in range(first, last):
            if venue.counts[bars[row, B_INST]] > 0:
                pending = trade_instrument(state, venue, bars[row], index, participation_ppm, pending)
        if pending > 0:
            hear_fills(state, venue, pending)
    for account in range(closing.shape[0]):
        if closing[account] == 1:
            state.scalars[r.S_NOW] = max(state.scalars[r.S_NOW], bars[first, B_END])
            close_session(state, venue, account)
    tail = _NONE
    for row in range(first, last):
        tail = publish_bar(state, venue, bars[row], tail)
    for account in range(equity_out.shape[0]):
        equity_out[account] = equity(state, account)
    return tail
