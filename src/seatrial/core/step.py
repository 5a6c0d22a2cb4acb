"""`step(state, fact) -> effects`: the whole machine, compiled.

It applies the fact, then decides, and every decision is an effect row that is applied as it is written. It never
matches orders: that is the venue's part, real or emulated (`core.matching`).
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.applying import apply_fact
from seatrial.core.breaker import trip_reason
from seatrial.core.compiled import compiled, compiled_inline, compiled_inner, typed
from seatrial.core.effects import apply_effect
from seatrial.core.marking import begin_fact, end_fact, is_calm, mark
from seatrial.core.records import Int64Array, State
from seatrial.core.risk import PASSED, check
from seatrial.core.sizing import has_target, missing_qty, round_to_lot
from seatrial.core.stops import exit_is_under_way, stop_is_hit
from seatrial.domain.orders import OrderType, TimeInForce

_MARKET = typed(OrderType.MARKET)
_DAY = typed(TimeInForce.DAY)
_NO_STRATEGY = typed(-1)
_NO_PRICE = typed(0)
_NO_INST = typed(-1)
_NONE = _NO_PRICE  # effects
_APPROVED = typed(r.EFFECT_APPROVED)
_REFUSED = typed(r.EFFECT_REFUSED)
_CANCEL = typed(r.EFFECT_CANCEL)
_TRIPPED = typed(r.EFFECT_TRIPPED)
_REQUEST = typed(r.REASON_REQUEST)
_TARGET = typed(r.REASON_TARGET)
_TARGET_PART = typed(r.REASON_TARGET_PART)
_STOP_LOSS = typed(r.REASON_STOP_LOSS)
_RESIZE = typed(r.REASON_RESIZE)
_KILL = typed(r.REASON_KILL)
_BREAKER = typed(r.REASON_BREAKER)
_CORPORATE = typed(r.REASON_CORPORATE_ACTION)


@compiled_inner
def blank_effect(state: State, out: Int64Array, count: int, kind: int, inst: int) -> None:
    """Start an effect row."""
    assert count < out.shape[0]
    for column in range(r.ROW_WIDTH):
        out[count, column] = 0
    out[count, r.E_KIND] = kind
    out[count, r.E_AT] = state.scalars[r.S_NOW]
    out[count, r.E_INST] = inst


@compiled_inner
def ask(
    state: State,
    out: Int64Array,
    count: int,
    inst: int,
    signed_qty: int,
    kind: int,
    tif: int,
    limit: int,
    stop: int,
    batch: int,
    reason: int,
    strategy: int,
) -> int:
    """Put one intent before risk; the effect is an approval or a refusal. Returns the new count."""
    side = 1 if signed_qty > 0 else -1
    qty = abs(signed_qty)
    code, limit_value, actual = check(state, inst, side, qty, limit, stop, reason == r.REASON_REQUEST)
    if code != PASSED:
        blank_effect(state, out, count, _REFUSED, inst)
        out[count, r.E_SIDE] = side
        out[count, r.E_QTY] = qty
        out[count, r.E_CODE] = code
        out[count, r.E_LIMIT_VALUE] = limit_value
        out[count, r.E_ACTUAL] = actual
    else:
        blank_effect(state, out, count, _APPROVED, inst)
        out[count, r.E_NUMBER] = state.scalars[r.S_ORDER_NUMBER] + 1
        out[count, r.E_SIDE] = side
        out[count, r.E_TYPE] = kind
        out[count, r.E_TIF] = tif
        out[count, r.E_QTY] = qty
        out[count, r.E_LIMIT] = limit
        out[count, r.E_STOP] = stop
        out[count, r.E_BATCH] = batch
        out[count, r.E_REASON] = reason
        out[count, r.E_STRATEGY] = strategy
    apply_effect(state, out[count])
    return count + 1


@compiled_inner
def take_back(state: State, out: Int64Array, count: int, row: int, reason: int) -> int:
    """Cancel one working order, once. Returns the new count."""
    if state.orders[row, r.O_CANCELING] == 1:
        return count
    blank_effect(state, out, count, _CANCEL, state.orders[row, r.O_INST])
    out[count, r.E_NUMBER] = state.orders[row, r.O_NUMBER]
    out[count, r.E_REASON] = reason
    apply_effect(state, out[count])
    return count + 1


@compiled_inner
def take_back_all(state: State, out: Int64Array, count: int, inst: int, reason: int) -> int:
    """Cancel every working order of an instrument, or of all where `inst` is -1."""
    for row in range(state.scalars[r.S_ORDERS]):
        if inst in (-1, state.orders[row, r.O_INST]):
            count = take_back(state, out, count, row, reason)
    return count


@compiled_inner
def resize(state: State, out: Int64Array, count: int, inst: int, batch: int, reason: int) -> int:
    """Bring an instrument to what is wanted: cancel what works the other way, else ask for what is missing.

    No order crosses zero: first the position is closed, and what opens the other side follows.
    """
    position = state.positions[inst]
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
    held = position[r.P_QTY] + position[r.P_WORKING_BUY] - position[r.P_WORKING_SELL]
    if held != 0 and (held > 0) != (missing > 0) and abs(missing) > abs(held):
        closing = round_to_lot(-held, state.rules[inst, r.R_LOT])
        if closing != 0:
            missing, reason = closing, _TARGET_PART
    return ask(state, out, count, inst, missing, _MARKET, _DAY, _NO_PRICE, _NO_PRICE, batch, reason, _NO_STRATEGY)


@compiled_inner
def stop_out(state: State, out: Int64Array, count: int, inst: int) -> int:
    """Take a stopped position to zero: everything working is cancelled first, then the rest is closed."""
    position = state.positions[inst]
    if position[r.P_WORKING_BUY] != 0 or position[r.P_WORKING_SELL] != 0:
        return take_back_all(state, out, count, inst, _STOP_LOSS)
    closing = round_to_lot(-position[r.P_QTY], state.rules[inst, r.R_LOT])
    batch = state.scalars[r.S_NOW]
    return ask(state, out, count, inst, closing, _MARKET, _DAY, _NO_PRICE, _NO_PRICE, batch, _STOP_LOSS, _NO_STRATEGY)


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
    count += 1
    for row in range(state.scalars[r.S_ORDERS]):
        order = state.orders[row]
        if state.rules[order[r.O_INST], r.R_ACCOUNT] != account or order[r.O_REASON] == _STOP_LOSS:
            continue
        # An order that works is part of the worst case already, so ask what it adds to the position alone.
        held = state.positions[order[r.O_INST], r.P_QTY]
        left = order[r.O_QTY] - order[r.O_FILLED]
        if held * order[r.O_SIDE] >= 0 or left > abs(held):
            count = take_back(state, out, count, row, _BREAKER)
    return count


@compiled_inner
def guard(state: State, out: Int64Array, count: int, inst: int) -> int:
    """What a new price calls for: the breaker, then the position's own stop."""
    count = trip(state, out, count, inst)
    if state.scalars[r.S_HALTED] == 0 and stop_is_hit(state, inst) and not exit_is_under_way(state, inst):
        count = stop_out(state, out, count, inst)
    return count


@compiled_inline
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
        count = ask(
            state,
            out,
            count,
            inst,
            fact[r.F_SIDE] * fact[r.F_QTY],
            fact[r.F_TYPE],
            fact[r.F_TIF],
            fact[r.F_LIMIT],
            fact[r.F_STOP],
            fact[r.F_BATCH],
            _REQUEST,
            fact[r.F_STRATEGY],
        )
    elif kind == r.FACT_CANCEL_REQUEST:
        for row in range(state.scalars[r.S_ORDERS]):
            if state.orders[row, r.O_NUMBER] == fact[r.F_NUMBER]:
                count = take_back(state, out, count, row, _REQUEST)
    elif kind == r.FACT_COMMAND and fact[r.F_COMMAND] == r.COMMAND_KILL:
        count = take_back_all(state, out, count, _NO_INST, _KILL)
    elif kind == r.FACT_FILL:
        count = trip(state, out, count, inst)
    elif kind == r.FACT_SPLIT:
        count = take_back_all(state, out, count, inst, _CORPORATE)
    if kind in (r.FACT_FILL, r.FACT_REPORT) and state.scalars[r.S_RESIZE_DUE] >= 0:
        due = state.scalars[r.S_RESIZE_DUE]
        why = _STOP_LOSS if state.positions[due, r.P_EXIT_PENDING] == 1 else _TARGET
        if why == _STOP_LOSS or has_target(state, due):
            count = resize(state, out, count, due, state.scalars[r.S_NOW], why)
    return count


@compiled
def step(state: State, fact: Int64Array, out: Int64Array) -> int:
    """Apply one fact and decide. `out` takes the effect rows; returns how many."""
    apply_fact(state, fact)
    return decide(state, fact, out)


@compiled_inline
def hear_bar(state: State, inst: int, start_ns: int, end_ns: int, close: int, out: Int64Array) -> int:
    """`step` for a finished bar, without a row to carry it."""
    begin_fact(state, end_ns)
    mark(state, inst, start_ns, end_ns, close)
    end_fact(state)
    return _NONE if is_calm(state, inst) else guard(state, out, _NONE, inst)


@compiled
def recover(state: State, fact: Int64Array, effects: Int64Array, count: int) -> None:
    """Apply one fact and what was decided then. Nothing is decided again."""
    apply_fact(state, fact)
    for row in range(count):
        apply_effect(state, effects[row])
