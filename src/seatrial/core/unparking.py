"""How parked orders end before their time: a cancel, a target that takes the position over, a breaker."""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.asking import blank_effect, take_back
from seatrial.core.compiled import compiled_inner, typed
from seatrial.core.effects import apply_effect
from seatrial.core.parked import counts_as_working, group_of
from seatrial.core.records import Int64Array, State
from seatrial.core.working import order_row
from seatrial.domain.orders import OrderStatus

_UNPARKED = typed(r.EFFECT_UNPARKED)
_CANCELED = typed(OrderStatus.CANCELED)
_REQUEST = typed(r.REASON_REQUEST)
_FIRST = typed(0)


@compiled_inner
def unpark(state: State, out: Int64Array, count: int, at: int, status: int, reason: int) -> int:
    """End one parked order. Returns the new count."""
    blank_effect(state, out, count, _UNPARKED, state.parked[at, r.K_INST])
    out[count, r.E_NUMBER] = state.parked[at, r.K_NUMBER]
    out[count, r.E_STATUS] = status
    out[count, r.E_REASON] = reason
    apply_effect(state, out[count])
    return count + 1


@compiled_inner
def take_back_sent(state: State, out: Int64Array, count: int, number: int, reason: int) -> int:
    """Cancel what a parked order has sent. Returns the new count."""
    for row in range(state.scalars[r.S_ORDERS]):
        if state.orders[row, r.O_PARENT] == number:
            count = take_back(state, out, count, row, reason)
    return count


@compiled_inner
def end_group(state: State, out: Int64Array, count: int, group: int, reason: int) -> int:
    """Cancel all legs of one entry or OCO, or one plain order, and what they have sent. Returns the new count."""
    at = _FIRST
    while at < state.scalars[r.S_PARKED]:
        if group_of(state.parked[at]) == group:
            count = take_back_sent(state, out, count, state.parked[at, r.K_NUMBER], reason)
            count = unpark(state, out, count, at, _CANCELED, reason)
        else:
            at += 1
    return count


@compiled_inner
def unpark_all(state: State, out: Int64Array, count: int, inst: int, reason: int) -> int:
    """End the parked orders of an instrument, or of all where `inst` is -1; what they have sent is the caller's."""
    at = _FIRST
    while at < state.scalars[r.S_PARKED]:
        if inst in (-1, state.parked[at, r.K_INST]):
            count = unpark(state, out, count, at, _CANCELED, reason)
        else:
            at += 1
    return count


@compiled_inner
def cancel(state: State, out: Int64Array, count: int, number: int) -> int:
    """Somebody asks that an order be cancelled. Legs go together: one cancels the other.

    The cancel of an entry that works leaves the legs of what it has filled; of one that has ended it ends them.
    """
    row = order_row(state, number)
    group = number
    if row >= 0:
        count = take_back(state, out, count, row, _REQUEST)
        group = state.orders[row, r.O_PARENT]
    if group == 0 or (row >= 0 and state.scalars[r.S_PARKED] == 0):
        return count
    for at in range(state.scalars[r.S_PARKED]):
        if state.parked[at, r.K_NUMBER] == group:
            return end_group(state, out, count, group_of(state.parked[at]), _REQUEST)
    return end_group(state, out, count, group, _REQUEST)


@compiled_inner
def drop_legs(state: State, out: Int64Array, count: int, inst: int, reason: int) -> int:
    """Take the exits of an instrument back, because something else decides how much to hold. Returns the new count."""
    at = _FIRST
    while at < state.scalars[r.S_PARKED]:
        if state.parked[at, r.K_INST] == inst and state.parked[at, r.K_LIVE] > 0:
            count = take_back_sent(state, out, count, state.parked[at, r.K_NUMBER], reason)
            count = unpark(state, out, count, at, _CANCELED, reason)
        else:
            at += 1
    return count


@compiled_inner
def drop_entries(state: State, out: Int64Array, count: int, account: int, reason: int) -> int:
    """End the parked orders of an account that would open or enlarge a position. Returns the new count."""
    at = _FIRST
    while at < state.scalars[r.S_PARKED]:
        parked = state.parked[at]
        inst = parked[r.K_INST]
        held = state.positions[inst, r.P_QTY]
        opens = held * parked[r.K_SIDE] >= 0 or parked[r.K_LIVE] > abs(held)
        if state.rules[inst, r.R_ACCOUNT] == account and counts_as_working(parked) and opens:
            count = unpark(state, out, count, at, _CANCELED, reason)
        else:
            at += 1
    return count


@compiled_inner
def drop_side(state: State, out: Int64Array, count: int, inst: int, side: int, reason: int) -> int:
    """End the parked orders of one side that count as working. Returns the new count."""
    at = _FIRST
    while at < state.scalars[r.S_PARKED]:
        parked = state.parked[at]
        if parked[r.K_INST] == inst and parked[r.K_SIDE] == side and counts_as_working(parked):
            count = take_back_sent(state, out, count, parked[r.K_NUMBER], reason)
            count = unpark(state, out, count, at, _CANCELED, reason)
        else:
            at += 1
    return count
