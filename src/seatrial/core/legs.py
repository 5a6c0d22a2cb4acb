"""What parked orders lead to: exits sent as prices and fills call for them, and never for more than is held.

* A take-profit is sent as a limit order as soon as there is something to take; what of it risk or the venue's least
  quantity does not let through yet is owed, and tried again with each fill and each bar.
* A stop that was touched takes the take-profit back first. Its own order follows when the venue's word on that is in.
* While halted nothing is sent; what was owed is sent after the resume.
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.asking import ask, closable_qty, draft, refuse, take_back, verdict_on
from seatrial.core.compiled import compiled_inner, typed
from seatrial.core.parked import counts_as_working, group_of, sent_qty
from seatrial.core.records import Int64Array, State
from seatrial.core.sizing import round_to_lot
from seatrial.core.unparking import take_back_sent, unpark
from seatrial.core.verdicts import PASSED
from seatrial.core.working import order_row
from seatrial.domain.orders import LegRole, OrderStatus, OrderType, TimeInForce

TAKE_PROFITS_MAX = 2  # of one leg at once, while its entry fills piece by piece; the last piece makes it one more

_PLAIN = int(LegRole.PLAIN)
_TAKE_PROFIT = int(LegRole.TAKE_PROFIT)
_LIMIT = int(OrderType.LIMIT)
_TRAILING = int(OrderType.TRAILING_STOP)
_GTC = int(TimeInForce.GTC)
_FILLED = typed(OrderStatus.FILLED)
_CANCELED = typed(OrderStatus.CANCELED)
_REJECTED = typed(OrderStatus.REJECTED)
_EXPIRED = typed(OrderStatus.EXPIRED)
_ONE_CANCELS = typed(r.REASON_ONE_CANCELS)
_NO_POSITION = typed(r.REASON_NO_POSITION)
_CHILD_ENDED = typed(r.REASON_CHILD_ENDED)
_OVERDUE = typed(r.REASON_EXPIRED)
_DONE = typed(r.REASON_FILLED)
_TOO_MUCH = typed(r.REASON_TOO_MUCH)
_FIRST = typed(0)


@compiled_inner
def tend(state: State, out: Int64Array, count: int, inst: int, placing: bool) -> int:
    """Do what the parked orders of an instrument call for now, or of all where `inst` is -1. Returns the new count.

    `placing` lets a take-profit be sent: not on a mere report, or a venue that cancels would be asked without end.
    """
    at = _FIRST
    while at < state.scalars[r.S_PARKED]:
        before = state.scalars[r.S_PARKED]
        if inst in (-1, state.parked[at, r.K_INST]):
            count = tend_one(state, out, count, at, placing)
        at = at + 1 if state.scalars[r.S_PARKED] == before else _FIRST  # the other leg may be over too
    return count


@compiled_inner
def tend_one(state: State, out: Int64Array, count: int, at: int, placing: bool) -> int:
    """One parked order: is it over, was it touched, is something owed?"""
    parked = state.parked[at]
    sent = sent_qty(state, parked[r.K_NUMBER])
    if parked[r.K_ENDING] != 0 and sent == 0:
        why = _OVERDUE if parked[r.K_ENDING] == _EXPIRED else _CHILD_ENDED
        return unpark(state, out, count, at, parked[r.K_ENDING], why)
    if sent == 0 and order_row(state, group_of(parked)) < 0:
        if parked[r.K_LIVE] < state.rules[parked[r.K_INST], r.R_LOT]:
            filled = parked[r.K_FILLED] > 0
            return unpark(state, out, count, at, _FILLED if filled else _CANCELED, _DONE if filled else _NO_POSITION)
        if not counts_as_working(parked) and held_against(state, at) < state.rules[parked[r.K_INST], r.R_LOT]:
            return unpark(state, out, count, at, _CANCELED, _NO_POSITION)
    if state.scalars[r.S_HALTED] != 0 or parked[r.K_LIVE] == 0:
        return count
    if parked[r.K_ROLE] == _TAKE_PROFIT:
        return send_take_profit(state, out, count, at, sent) if placing else count
    if parked[r.K_TRIGGERED] == 1 and sent == 0:
        return send_triggered(state, out, count, at)
    return count


@compiled_inner
def held_against(state: State, at: int) -> int:
    """What is held that the parked order could take off."""
    return max(-state.positions[state.parked[at, r.K_INST], r.P_QTY] * state.parked[at, r.K_SIDE], 0)


@compiled_inner
def draft_child(state: State, out: Int64Array, count: int, at: int, qty: int) -> None:
    """Write the draft of what a parked order sends."""
    parked = state.parked[at]
    reason = r.REASON_LEG_STOP
    if parked[r.K_ROLE] == _TAKE_PROFIT:
        reason = r.REASON_TAKE_PROFIT
    elif parked[r.K_TYPE] == _TRAILING:
        reason = r.REASON_TRAIL
    draft(state, out, count, parked[r.K_INST], parked[r.K_SIDE] * qty, parked[r.K_BATCH], reason)
    if parked[r.K_LIMIT] != 0:
        out[count, r.E_TYPE] = _LIMIT
        out[count, r.E_TIF] = _GTC
        out[count, r.E_LIMIT] = parked[r.K_LIMIT]
    out[count, r.E_FLAGS] = parked[r.K_FLAGS]
    out[count, r.E_STRATEGY] = parked[r.K_STRATEGY]
    out[count, r.E_PARENT] = parked[r.K_NUMBER]


@compiled_inner
def send_triggered(state: State, out: Int64Array, count: int, at: int) -> int:
    """The order of a stop that was touched, once the take-profit is out of its way; once with each bar."""
    parked = state.parked[at]
    inst, waits = parked[r.K_INST], False
    entry = order_row(state, group_of(parked))
    if entry >= 0:
        count = take_back(state, out, count, entry, _ONE_CANCELS)
    for other in range(state.scalars[r.S_PARKED]):
        if other == at or parked[r.K_ROLE] == _PLAIN or group_of(state.parked[other]) != group_of(parked):
            continue
        count = take_back_sent(state, out, count, state.parked[other, r.K_NUMBER], _ONE_CANCELS)
        waits = waits or sent_qty(state, state.parked[other, r.K_NUMBER]) > 0
    if waits or parked[r.K_TRIED_AT] >= state.positions[inst, r.P_LAST_AT]:
        return count
    qty = parked[r.K_LIVE]
    if counts_as_working(parked):
        draft_child(state, out, count, at, qty)
        code, limit, actual = verdict_on(state, out[count])
        if code == PASSED:
            return ask(state, out, count)
        count = refuse(state, out, count, code, limit, actual)
        return unpark(state, out, count, at, _REJECTED, _CHILD_ENDED)
    return send_exit(state, out, count, at, qty)


@compiled_inner
def send_exit(state: State, out: Int64Array, count: int, at: int, qty: int) -> int:
    """Send an exit for at most what is held and not being closed already; in silence where risk would refuse it."""
    inst, side = state.parked[at, r.K_INST], state.parked[at, r.K_SIDE]
    qty = min(round_to_lot(qty, state.rules[inst, r.R_LOT]), closable_qty(state, inst, side))
    if qty == 0 or state.scalars[r.S_ORDERS] >= state.orders.shape[0]:
        return count
    draft_child(state, out, count, at, qty)
    return ask(state, out, count) if verdict_on(state, out[count])[0] == PASSED else count


@compiled_inner
def send_take_profit(state: State, out: Int64Array, count: int, at: int, sent: int) -> int:
    """The take-profit for what is covered and not yet offered, unless the stop beside it was touched."""
    parked = state.parked[at]
    for other in range(state.scalars[r.S_PARKED]):
        if state.parked[other, r.K_TRIGGERED] == 1 and group_of(state.parked[other]) == group_of(parked):
            return count
    offered = 0
    for row in range(state.scalars[r.S_ORDERS]):
        offered += state.orders[row, r.O_PARENT] == parked[r.K_NUMBER]
    entry_works = order_row(state, group_of(parked)) >= 0
    if offered >= (TAKE_PROFITS_MAX if entry_works else TAKE_PROFITS_MAX + 1):
        return count
    return send_exit(state, out, count, at, parked[r.K_LIVE] - sent)


@compiled_inner
def end_overdue(state: State, out: Int64Array, count: int, now_ns: int, inst: int) -> int:
    """Cancel what works past its own time at a venue that keeps none. Returns the new count."""
    for row in range(state.scalars[r.S_ORDERS]):
        expires = state.orders[row, r.O_EXPIRES]
        if expires != 0 and expires <= now_ns and inst in (-1, state.orders[row, r.O_INST]):
            count = take_back(state, out, count, row, _OVERDUE)
    return count


@compiled_inner
def trim(state: State, out: Int64Array, count: int, inst: int) -> int:
    """Take reduce-only orders back that work for more than is held, newest first. Returns the new count."""
    held = state.positions[inst, r.P_QTY]
    over = -abs(held)
    side = -1 if held > 0 else 1
    for row in range(state.scalars[r.S_ORDERS]):
        order = state.orders[row]
        if order[r.O_INST] == inst and (order[r.O_SIDE] == side or held == 0):
            over += order[r.O_QTY] - order[r.O_FILLED]
    for back in range(state.scalars[r.S_ORDERS]):
        order = state.orders[state.scalars[r.S_ORDERS] - 1 - back]
        mine = order[r.O_INST] == inst and (order[r.O_SIDE] == side or held == 0)
        if over > 0 and mine and order[r.O_FLAGS] & r.FLAG_REDUCE_ONLY != 0:
            over -= order[r.O_QTY] - order[r.O_FILLED]
            count = take_back(state, out, count, state.scalars[r.S_ORDERS] - 1 - back, _TOO_MUCH)
    return count
