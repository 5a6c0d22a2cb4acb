"""`step(state, fact) -> effects`: the whole machine, compiled.

It applies the fact, then decides, and every decision is an effect row that is applied as it is written. It never
matches orders: that is the venue's part, real or emulated (`core.matching`).
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.applying import apply_fact
from seatrial.core.asking import ask_market, blank_effect, take_back, take_back_all
from seatrial.core.breaker import trip_reason
from seatrial.core.compiled import NO, YES, compiled_inner, compiled_once, typed
from seatrial.core.effects import apply_effect
from seatrial.core.legs import end_overdue, tend, trim
from seatrial.core.marking import is_calm
from seatrial.core.parked import bars_matter
from seatrial.core.records import Int64Array, State
from seatrial.core.requests import answer
from seatrial.core.sizing import has_target, missing_qty, round_to_lot, wanted_qty
from seatrial.core.stops import exit_is_under_way, stop_is_hit
from seatrial.core.taking_back import take_back_entries
from seatrial.core.unparking import cancel, drop_legs, drop_side, unpark_all

_NO_INST = typed(-1)
_BUY, _SELL = typed(1), typed(-1)
_NONE = typed(0)  # effects written so far
_TRIPPED = typed(r.EFFECT_TRIPPED)
_TARGET = typed(r.REASON_TARGET)
_TARGET_PART = typed(r.REASON_TARGET_PART)
_STOP_LOSS = typed(r.REASON_STOP_LOSS)
_RESIZE = typed(r.REASON_RESIZE)
_KILL = typed(r.REASON_KILL)
_BREAKER = typed(r.REASON_BREAKER)
_CLOSE_ONLY = typed(r.REASON_CLOSE_ONLY)
_CORPORATE = typed(r.REASON_CORPORATE_ACTION)


@compiled_inner
def resize(state: State, out: Int64Array, count: int, inst: int, batch: int, reason: int) -> int:
    """Bring an instrument to what is wanted: cancel what works the other way, else ask for what is missing.

    No order crosses zero: first the position is closed, and what opens the other side follows.
    """
    position = state.positions[inst]
    if state.scalars[r.S_PARKED] != 0:
        before = count
        count = give_way(state, out, count, inst)
        for row in range(before, count):
            if out[row, r.E_KIND] == r.EFFECT_CANCEL:
                return count  # its end sizes again
    missing = missing_qty(state, inst)
    if missing == 0:
        return count
    against = position[r.P_WORKING_SELL] if missing > 0 else position[r.P_WORKING_BUY]
    if against > 0:
        side = -1 if missing > 0 else 1
        for row in range(state.scalars[r.S_ORDERS]):
            if state.orders[row, r.O_INST] == inst and state.orders[row, r.O_SIDE] == side:
                count = take_back(state, out, count, row, _STOP_LOSS if reason == _STOP_LOSS else _RESIZE)
        return count
    return ask_missing(state, out, count, inst, missing, batch, reason)


@compiled_inner
def ask_missing(state: State, out: Int64Array, count: int, inst: int, missing: int, batch: int, reason: int) -> int:
    """Ask for what is missing, as far as zero where it would cross it. Returns the new count."""
    position = state.positions[inst]
    held = position[r.P_QTY] + position[r.P_WORKING_BUY] - position[r.P_WORKING_SELL]
    if held != 0 and (held > 0) != (missing > 0) and abs(missing) > abs(held):
        closing = round_to_lot(-held, state.rules[inst, r.R_LOT])
        if closing != 0:
            missing, reason = closing, _TARGET_PART
    return ask_market(state, out, count, inst, missing, batch, reason)


@compiled_inner
def give_way(state: State, out: Int64Array, count: int, inst: int) -> int:
    """Parked orders that a target contradicts: exits where it asks for less than is held, entries the other way."""
    held, wanted = state.positions[inst, r.P_QTY], wanted_qty(state, inst)
    if held < 0 < wanted or wanted < 0 < held or abs(wanted) < abs(held):  # their product would not fit 64 bits
        count = drop_legs(state, out, count, inst, _RESIZE)
    missing = missing_qty(state, inst)
    if missing == 0:
        return count
    return drop_side(state, out, count, inst, _SELL if missing > 0 else _BUY, _RESIZE)


@compiled_inner
def stop_out(state: State, out: Int64Array, count: int, inst: int) -> int:
    """Take a stopped position to zero: everything working is cancelled first, then the rest is closed."""
    position = state.positions[inst]
    count = unpark_all(state, out, count, inst, _STOP_LOSS)
    if position[r.P_WORKING_BUY] != 0 or position[r.P_WORKING_SELL] != 0:
        return take_back_all(state, out, count, inst, _STOP_LOSS)
    closing = round_to_lot(-position[r.P_QTY], state.rules[inst, r.R_LOT])
    return ask_market(state, out, count, inst, closing, state.scalars[r.S_NOW], _STOP_LOSS)


@compiled_inner
def trip(state: State, out: Int64Array, count: int, inst: int) -> int:
    """Open the account's breaker where its losses say so, and take its working entries back."""
    account = state.rules[inst, r.R_ACCOUNT]
    reason, limit, actual = trip_reason(state, account)
    if reason == 0:
        return count
    blank_effect(state, out, count, _TRIPPED, _NO_INST)
    out[count, r.E_ACCOUNT] = account
    out[count, r.E_REASON] = reason
    out[count, r.E_LIMIT_VALUE] = limit
    out[count, r.E_ACTUAL] = actual
    apply_effect(state, out[count])
    return take_back_entries(state, out, count + 1, account, _BREAKER)


@compiled_inner
def guard(state: State, out: Int64Array, count: int, inst: int) -> int:
    """What a new price calls for: the breaker, then the position's own stop."""
    count = trip(state, out, count, inst)
    if state.scalars[r.S_HALTED] == 0 and stop_is_hit(state, inst) and not exit_is_under_way(state, inst):
        count = stop_out(state, out, count, inst)
    if state.scalars[r.S_EXPIRING] != 0:
        count = end_overdue(state, out, count, state.positions[inst, r.P_LAST_AT], inst)
    return tend(state, out, count, inst, YES) if state.scalars[r.S_PARKED] != 0 else count


@compiled_once
def decide(state: State, fact: Int64Array, out: Int64Array) -> int:
    """What follows from the fact just applied. Returns the number of effect rows written and applied."""
    count = _NONE
    kind = fact[r.F_KIND]
    inst = fact[r.F_INST]
    if kind == r.FACT_BAR and not is_calm(state, inst):
        count = guard(state, out, count, inst)
    elif kind == r.FACT_REBALANCE and has_target(state, inst):
        count = resize(state, out, count, inst, fact[r.F_BATCH], _TARGET)
    elif kind == r.FACT_REQUEST:
        count = answer(state, fact, out, count)
        count = tend(state, out, count, inst, YES) if state.scalars[r.S_PARKED] != 0 else count
    elif kind == r.FACT_CANCEL_REQUEST:
        count = cancel(state, out, count, fact[r.F_NUMBER])
    elif kind == r.FACT_COMMAND and fact[r.F_COMMAND] == r.COMMAND_KILL:
        count = take_back_all(state, out, count, _NO_INST, _KILL)
        count = unpark_all(state, out, count, _NO_INST, _KILL)
    elif kind == r.FACT_COMMAND and fact[r.F_COMMAND] == r.COMMAND_CLOSE_ONLY:
        for account in range(state.accounts.shape[0]):
            count = take_back_entries(state, out, count, account, _CLOSE_ONLY)
    elif kind == r.FACT_FILL:
        count = trip(state, out, count, inst)
        count = trim(state, out, count, inst)
    elif kind == r.FACT_SPLIT:
        count = take_back_all(state, out, count, inst, _CORPORATE)
        count = drop_side(state, out, count, inst, _BUY, _CORPORATE)
        count = drop_side(state, out, count, inst, _SELL, _CORPORATE)
    elif kind == r.FACT_TIMER and bars_matter(state):
        count = end_overdue(state, out, count, state.scalars[r.S_NOW], _NO_INST)
        count = tend(state, out, count, _NO_INST, NO)
    if kind in (r.FACT_FILL, r.FACT_REPORT) and state.scalars[r.S_RESIZE_DUE] >= 0:
        due = state.scalars[r.S_RESIZE_DUE]
        why = _STOP_LOSS if state.positions[due, r.P_EXIT_PENDING] == 1 else _TARGET
        if why == _STOP_LOSS or has_target(state, due):
            count = resize(state, out, count, due, state.scalars[r.S_NOW], why)
    if kind == r.FACT_FILL and state.scalars[r.S_PARKED] != 0:
        count = tend(state, out, count, inst, YES)
    elif kind == r.FACT_REPORT and state.scalars[r.S_PARKED] != 0:
        count = tend(state, out, count, _NO_INST, NO)
    return count


@compiled_inner
def step(state: State, fact: Int64Array, out: Int64Array, is_applied: bool) -> int:
    """Apply one fact, unless it is applied already, and decide. `out` takes the effect rows; returns how many."""
    if not is_applied:
        apply_fact(state, fact)
    return decide(state, fact, out)


@compiled_inner
def recover(state: State, fact: Int64Array, effects: Int64Array, count: int) -> None:
    """Apply one fact and what was decided then. Nothing is decided again."""
    apply_fact(state, fact)
    for row in range(count):
        apply_effect(state, effects[row])
