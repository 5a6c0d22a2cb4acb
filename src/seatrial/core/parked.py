"""Parked orders: what lives in the machine, no venue knows of, and prices or fills turn into an order.

A *plain* one is a trailing stop that was asked for. A *leg* is the take-profit or the stop-loss of a bracket, an OTO or
an OCO: it takes a position to zero and never opens one. Here is how facts and decisions change their rows; what follows
from them is decided in `core.legs`.

* `K_LIVE` is what counts now: all of a plain order and of an OCO; of a leg of an entry what the entry has filled.
  What the orders it sends have filled comes off it, and off the other leg's.
* A plain order that may open a position counts as working, in the worst case, until the order it sends takes its place.
* A bar is heard at its end. It touches a stop with its low (a sell) or its high (a buy); a bar that began before the
  stop counted (its open print excepted) touches it with its close alone, because the rest may lie in the past.
* A trailing stop is touched by a bar as it stood before that bar, or by the bar's close as it stands after it.
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.arithmetic import muldiv_ceil, muldiv_floor
from seatrial.core.compiled import compiled_inner, compiled_once
from seatrial.core.records import Int64Array, State
from seatrial.core.working import add_working, order_row
from seatrial.domain.orders import LegRole, OrderStatus, OrderType

OPEN_PRINT_PARTS = 60  # a bar's open print happens one part of so many into it

_PLAIN = int(LegRole.PLAIN)
_TAKE_PROFIT = int(LegRole.TAKE_PROFIT)
_TRAILING = int(OrderType.TRAILING_STOP)
_REJECTED = int(OrderStatus.REJECTED)
_EXPIRED = int(OrderStatus.EXPIRED)


@compiled_once
def bars_matter(state: State) -> bool:
    """Whether a mere bar can lead to something because of an order: a parked one, or one that expires."""
    return state.scalars[r.S_PARKED] + state.scalars[r.S_EXPIRING] != 0


@compiled_inner
def parked_row(state: State, number: int) -> int:
    """The row of a parked order, or -1; also for the number 0, which is no order's."""
    for row in range(state.scalars[r.S_PARKED]):
        if state.parked[row, r.K_NUMBER] == number:
            return row
    return -1


@compiled_inner
def counts_as_working(parked: Int64Array) -> bool:
    """Whether the parked order may open a position: then its worst case counts although no venue knows of it."""
    return parked[r.K_ROLE] == _PLAIN and parked[r.K_FLAGS] & r.FLAG_REDUCE_ONLY == 0


@compiled_inner
def group_of(parked: Int64Array) -> int:
    """The number that the legs of one entry, or of one OCO, share."""
    return parked[r.K_PARENT] if parked[r.K_PARENT] != 0 else parked[r.K_NUMBER]


@compiled_inner
def sent_qty(state: State, number: int) -> int:
    """What is open of the orders that a parked order has sent."""
    total = 0
    for row in range(state.scalars[r.S_ORDERS]):
        if state.orders[row, r.O_PARENT] == number:
            total += state.orders[row, r.O_QTY] - state.orders[row, r.O_FILLED]
    return total


# ------------------------------------------------------------- decisions, applied


@compiled_inner
def apply_parked(state: State, effect: Int64Array) -> None:
    """The order is parked from now on. A leg of an entry that works covers nothing yet."""
    inst = effect[r.E_INST]
    at = state.scalars[r.S_PARKED]
    assert at < state.parked.shape[0]
    parked = state.parked[at]
    parked[:] = 0
    parked[r.K_NUMBER] = effect[r.E_NUMBER]
    parked[r.K_INST] = inst
    parked[r.K_SIDE] = effect[r.E_SIDE]
    parked[r.K_TYPE] = effect[r.E_TYPE]
    parked[r.K_TIF] = effect[r.E_TIF]
    parked[r.K_QTY] = effect[r.E_QTY]
    parked[r.K_LIMIT] = effect[r.E_LIMIT]
    parked[r.K_STOP] = effect[r.E_STOP]
    parked[r.K_FLAGS] = effect[r.E_FLAGS]
    parked[r.K_EXPIRES] = effect[r.E_EXPIRES]
    parked[r.K_PARENT] = effect[r.E_PARENT]
    parked[r.K_TRAIL] = effect[r.E_TRAIL]
    parked[r.K_TRAIL_PPM] = effect[r.E_TRAIL_PPM]
    parked[r.K_ROLE] = effect[r.E_ROLE]
    parked[r.K_STRATEGY] = effect[r.E_STRATEGY]
    parked[r.K_BATCH] = effect[r.E_BATCH]
    parked[r.K_EXTREME] = state.positions[inst, r.P_LAST]
    parked[r.K_SINCE] = effect[r.E_AT]
    if effect[r.E_PARENT] == 0 or order_row(state, effect[r.E_PARENT]) < 0:
        parked[r.K_LIVE] = effect[r.E_QTY]
    if counts_as_working(parked):
        add_working(state, inst, effect[r.E_SIDE], effect[r.E_QTY])
    state.scalars[r.S_PARKED] = at + 1
    state.scalars[r.S_ORDER_NUMBER] = effect[r.E_NUMBER]


@compiled_inner
def apply_unparked(state: State, number: int) -> None:
    """The parked order has ended; what it sent goes on by itself."""
    at = parked_row(state, number)
    if at < 0:
        return
    parked = state.parked[at]
    if counts_as_working(parked):
        add_working(state, parked[r.K_INST], parked[r.K_SIDE], sent_qty(state, number) - parked[r.K_LIVE])
    last = state.scalars[r.S_PARKED] - 1
    for later in range(at, last):  # rows stay in the order of their numbers
        for column in range(r.PARKED_WIDTH):
            state.parked[later, column] = state.parked[later + 1, column]
    state.scalars[r.S_PARKED] = last


@compiled_inner
def apply_sent_child(state: State, parent: int, qty: int) -> None:
    """A parked order sent one of its own, which counts in its place."""
    at = parked_row(state, parent)
    if at < 0:
        return
    parked = state.parked[at]
    parked[r.K_TRIED_AT] = state.positions[parked[r.K_INST], r.P_LAST_AT]
    if counts_as_working(parked):
        add_working(state, parked[r.K_INST], parked[r.K_SIDE], -qty)


# ----------------------------------------------------------------- facts, applied


@compiled_inner
def note_entry_fill(state: State, number: int, qty: int, price: int) -> None:
    """An entry filled: its legs cover that much more, at the most what was asked for."""
    for at in range(state.scalars[r.S_PARKED]):
        parked = state.parked[at]
        if parked[r.K_PARENT] != number or parked[r.K_ROLE] == _PLAIN:
            continue
        if parked[r.K_LIVE] == 0 and parked[r.K_FILLED] == 0:
            parked[r.K_SINCE] = state.scalars[r.S_NOW]
            parked[r.K_EXTREME] = price
        parked[r.K_LIVE] = min(parked[r.K_LIVE] + qty, parked[r.K_QTY])


@compiled_inner
def note_child_fill(state: State, parent: int, qty: int) -> None:
    """What a parked order had sent was filled: that much of it, and of the other leg, is done."""
    mine = parked_row(state, parent)
    if mine < 0:
        return
    state.parked[mine, r.K_FILLED] += qty
    group = group_of(state.parked[mine])
    for at in range(state.scalars[r.S_PARKED]):
        if group_of(state.parked[at]) == group:
            state.parked[at, r.K_LIVE] = max(state.parked[at, r.K_LIVE] - qty, 0)


@compiled_inner
def note_child_end(state: State, parent: int, left: int, status: int) -> None:
    """What a parked order had sent ended with this much open. An exit is tried again, an entry is over.

    A take-profit that the venue rejects is over too; the stop-loss beside it is not.
    """
    at = parked_row(state, parent)
    if at < 0:
        return
    parked = state.parked[at]
    inst, side = parked[r.K_INST], parked[r.K_SIDE]
    if counts_as_working(parked):
        add_working(state, inst, side, left)
    if parked[r.K_ROLE] == _TAKE_PROFIT:
        if status == _REJECTED:
            parked[r.K_ENDING] = status
    elif parked[r.K_ROLE] == _PLAIN and state.positions[inst, r.P_QTY] * side >= 0:
        parked[r.K_ENDING] = status


@compiled_inner
def stop_level(parked: Int64Array) -> int:
    """The price at which the order triggers. What a trail leaves over is rounded towards a later trigger."""
    if parked[r.K_TYPE] != _TRAILING:
        return parked[r.K_STOP]
    extreme, ppm = parked[r.K_EXTREME], parked[r.K_TRAIL_PPM]
    if parked[r.K_SIDE] < 0:
        return muldiv_floor(extreme, r.PPM - ppm, r.PPM) - parked[r.K_TRAIL]
    return muldiv_ceil(extreme, r.PPM + ppm, r.PPM) + parked[r.K_TRAIL]


@compiled_inner
def is_touched(parked: Int64Array, high: int, low: int) -> bool:
    """Whether prices between these reach the stop."""
    return low <= stop_level(parked) if parked[r.K_SIDE] < 0 else high >= stop_level(parked)


@compiled_inner
def hear_prices(state: State, inst: int, start_ns: int, end_ns: int, high: int, low: int, close: int) -> None:
    """A finished bar at the parked orders of its instrument: stops trigger, trails follow, time runs out.

    While halted trails follow and nothing triggers: what cannot be sent must not take the other leg back.
    """
    halted = state.scalars[r.S_HALTED] != 0
    for at in range(state.scalars[r.S_PARKED]):
        parked = state.parked[at]
        if parked[r.K_INST] != inst or parked[r.K_TRIGGERED] == 1:
            continue
        if parked[r.K_EXPIRES] != 0 and end_ns >= parked[r.K_EXPIRES]:
            parked[r.K_ENDING] = _EXPIRED
            continue
        if parked[r.K_ROLE] == _TAKE_PROFIT or parked[r.K_LIVE] == 0:
            continue
        whole = parked[r.K_SINCE] <= start_ns + (end_ns - start_ns) // OPEN_PRINT_PARTS
        highest, lowest = (high, low) if whole else (close, close)
        touched = is_touched(parked, highest, lowest)
        if parked[r.K_TYPE] == _TRAILING and not touched:
            extreme = parked[r.K_EXTREME]
            parked[r.K_EXTREME] = min(extreme, lowest) if parked[r.K_SIDE] > 0 else max(extreme, highest)
            touched = is_touched(parked, close, close)
        if touched and not halted:
            parked[r.K_TRIGGERED] = 1


@compiled_inner
def hear_time(state: State, now_ns: int) -> None:
    """Time passed without a bar: what was good until now is over."""
    for at in range(state.scalars[r.S_PARKED]):
        expires = state.parked[at, r.K_EXPIRES]
        if expires != 0 and now_ns >= expires and state.parked[at, r.K_TRIGGERED] == 0:
            state.parked[at, r.K_ENDING] = _EXPIRED
