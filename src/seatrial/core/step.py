"""`step(state, fact) -> effects`: the whole machine, compiled.

It applies the fact, then decides, and every decision is an effect row that is applied as it is
written. It never matches orders: that is the venue's part, real or emulated (`core.matching`).
"""

from __future__ import annotations

from seatrial.core.applying import apply_effect, apply_fact
from seatrial.core.arithmetic import muldiv_ceil, muldiv_floor
from seatrial.core.breaker import trip_reason
from seatrial.core.compiled import compiled, compiled_inner, typed
from seatrial.core.records import (
    COMMAND_KILL,
    E_ACCOUNT,
    E_ACTUAL,
    E_AT,
    E_BATCH,
    E_CODE,
    E_INST,
    E_KIND,
    E_LIMIT,
    E_LIMIT_VALUE,
    E_NUMBER,
    E_QTY,
    E_REASON,
    E_SIDE,
    E_STOP,
    E_STRATEGY,
    E_TIF,
    E_TYPE,
    EFFECT_APPROVED,
    EFFECT_CANCEL,
    EFFECT_REFUSED,
    EFFECT_TRIPPED,
    F_BATCH,
    F_COMMAND,
    F_INST,
    F_KIND,
    F_LIMIT,
    F_NUMBER,
    F_QTY,
    F_SIDE,
    F_STOP,
    F_STRATEGY,
    F_TIF,
    F_TYPE,
    FACT_BAR,
    FACT_CANCEL_REQUEST,
    FACT_COMMAND,
    FACT_FILL,
    FACT_REBALANCE,
    FACT_REPORT,
    FACT_REQUEST,
    L_STOP_LOSS_PPM,
    L_TRAILING,
    L_TRAILING_PPM,
    O_CANCELING,
    O_FILLED,
    O_INST,
    O_NUMBER,
    O_QTY,
    O_REASON,
    O_SIDE,
    P_COST,
    P_EXIT_PENDING,
    P_EXTREME,
    P_LAST,
    P_QTY,
    P_WORKING_BUY,
    P_WORKING_SELL,
    PPM,
    R_ACCOUNT,
    R_LOT,
    R_VALUE_DIV,
    REASON_BREAKER,
    REASON_KILL,
    REASON_REQUEST,
    REASON_RESIZE,
    REASON_STOP_LOSS,
    REASON_TARGET,
    REASON_TARGET_PART,
    ROW_WIDTH,
    S_HALTED,
    S_NOW,
    S_ORDER_NUMBER,
    S_ORDERS,
    S_RESIZE_DUE,
    Int64Array,
    State,
)
from seatrial.core.risk import PASSED, check
from seatrial.core.sizing import has_target, missing_qty, round_to_lot
from seatrial.domain.orders import OrderType, TimeInForce

_MARKET = typed(OrderType.MARKET)
_DAY = typed(TimeInForce.DAY)
_NO_STRATEGY = typed(-1)
_NO_PRICE = typed(0)
_NO_INST = typed(-1)
_NONE = typed(0)  # effects written so far
_APPROVED = typed(EFFECT_APPROVED)
_REFUSED = typed(EFFECT_REFUSED)
_CANCEL = typed(EFFECT_CANCEL)
_TRIPPED = typed(EFFECT_TRIPPED)
_REQUEST = typed(REASON_REQUEST)
_TARGET = typed(REASON_TARGET)
_TARGET_PART = typed(REASON_TARGET_PART)
_STOP_LOSS = typed(REASON_STOP_LOSS)
_RESIZE = typed(REASON_RESIZE)
_KILL = typed(REASON_KILL)
_BREAKER = typed(REASON_BREAKER)


@compiled_inner
def blank_effect(state: State, out: Int64Array, count: int, kind: int, inst: int) -> None:
    """Start an effect row."""
    assert count < out.shape[0]
    for column in range(ROW_WIDTH):
        out[count, column] = 0
    out[count, E_KIND] = kind
    out[count, E_AT] = state.scalars[S_NOW]
    out[count, E_INST] = inst


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
    code, limit_value, actual = check(state, inst, side, qty, limit, stop)
    if code != PASSED:
        blank_effect(state, out, count, _REFUSED, inst)
        out[count, E_SIDE] = side
        out[count, E_QTY] = qty
        out[count, E_CODE] = code
        out[count, E_LIMIT_VALUE] = limit_value
        out[count, E_ACTUAL] = actual
    else:
        blank_effect(state, out, count, _APPROVED, inst)
        out[count, E_NUMBER] = state.scalars[S_ORDER_NUMBER] + 1
        out[count, E_SIDE] = side
        out[count, E_TYPE] = kind
        out[count, E_TIF] = tif
        out[count, E_QTY] = qty
        out[count, E_LIMIT] = limit
        out[count, E_STOP] = stop
        out[count, E_BATCH] = batch
        out[count, E_REASON] = reason
        out[count, E_STRATEGY] = strategy
    apply_effect(state, out[count])
    return count + 1


@compiled_inner
def take_back(state: State, out: Int64Array, count: int, row: int, reason: int) -> int:
    """Cancel one working order, once. Returns the new count."""
    if state.orders[row, O_CANCELING] == 1:
        return count
    blank_effect(state, out, count, _CANCEL, state.orders[row, O_INST])
    out[count, E_NUMBER] = state.orders[row, O_NUMBER]
    out[count, E_REASON] = reason
    apply_effect(state, out[count])
    return count + 1


@compiled_inner
def take_back_all(state: State, out: Int64Array, count: int, inst: int, reason: int) -> int:
    """Cancel every working order of an instrument, or of all where `inst` is -1."""
    for row in range(state.scalars[S_ORDERS]):
        if inst in (-1, state.orders[row, O_INST]):
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
    against = position[P_WORKING_SELL] if missing > 0 else position[P_WORKING_BUY]
    if against > 0:
        side = -1 if missing > 0 else 1
        why = _STOP_LOSS if reason == _STOP_LOSS else _RESIZE
        for row in range(state.scalars[S_ORDERS]):
            if state.orders[row, O_INST] == inst and state.orders[row, O_SIDE] == side:
                count = take_back(state, out, count, row, why)
        return count
    held = position[P_QTY] + position[P_WORKING_BUY] - position[P_WORKING_SELL]
    if held != 0 and (held > 0) != (missing > 0) and abs(missing) > abs(held):
        closing = round_to_lot(-held, state.rules[inst, R_LOT])
        if closing != 0:
            return ask(
                state, out, count, inst, closing, _MARKET, _DAY, _NO_PRICE, _NO_PRICE, batch, _TARGET_PART, _NO_STRATEGY
            )
    return ask(state, out, count, inst, missing, _MARKET, _DAY, _NO_PRICE, _NO_PRICE, batch, reason, _NO_STRATEGY)


@compiled_inner
def stop_is_hit(state: State, inst: int) -> bool:
    """Whether the last price lies at or beyond the position's stop-loss or trailing stop."""
    position = state.positions[inst]
    held = position[P_QTY]
    if abs(held) < state.rules[inst, R_LOT]:
        return False
    limits = state.limits[state.rules[inst, R_ACCOUNT]]
    last = position[P_LAST]
    entry = muldiv_floor(abs(position[P_COST]), state.rules[inst, R_VALUE_DIV], abs(held))
    fixed, trailing = limits[L_STOP_LOSS_PPM], limits[L_TRAILING_PPM]
    trails = limits[L_TRAILING] == 1 and trailing > 0
    if held > 0:
        if fixed > 0 and last <= muldiv_floor(entry, PPM - fixed, PPM):
            return True
        return trails and last <= muldiv_floor(position[P_EXTREME], PPM - trailing, PPM)
    if fixed > 0 and last >= muldiv_ceil(entry, PPM + fixed, PPM):
        return True
    return trails and last >= muldiv_ceil(position[P_EXTREME], PPM + trailing, PPM)


@compiled_inner
def exit_is_under_way(state: State, inst: int) -> bool:
    """Whether a stop-loss is at work; one whose order came to nothing is not, and is tried again."""
    position = state.positions[inst]
    return position[P_EXIT_PENDING] == 1 and (position[P_WORKING_BUY] != 0 or position[P_WORKING_SELL] != 0)


@compiled_inner
def stop_out(state: State, out: Int64Array, count: int, inst: int) -> int:
    """Take a stopped position to zero: everything working is cancelled first, then the rest is closed."""
    position = state.positions[inst]
    if position[P_WORKING_BUY] != 0 or position[P_WORKING_SELL] != 0:
        return take_back_all(state, out, count, inst, _STOP_LOSS)
    closing = round_to_lot(-position[P_QTY], state.rules[inst, R_LOT])
    batch = state.scalars[S_NOW]
    return ask(state, out, count, inst, closing, _MARKET, _DAY, _NO_PRICE, _NO_PRICE, batch, _STOP_LOSS, _NO_STRATEGY)


@compiled_inner
def trip(state: State, out: Int64Array, count: int, inst: int) -> int:
    """Open the account's breaker where its losses say so, and take its working entries back."""
    account = state.rules[inst, R_ACCOUNT]
    reason, limit, actual = trip_reason(state, account)
    if reason == 0:
        return count
    blank_effect(state, out, count, _TRIPPED, _NO_INST)
    out[count, E_ACCOUNT] = account
    out[count, E_REASON] = reason
    out[count, E_LIMIT_VALUE] = limit
    out[count, E_ACTUAL] = actual
    apply_effect(state, out[count])
    count += 1
    for row in range(state.scalars[S_ORDERS]):
        order = state.orders[row]
        if state.rules[order[O_INST], R_ACCOUNT] != account or order[O_REASON] == _STOP_LOSS:
            continue
        # An order that works is part of the worst case already, so ask what it adds to the position alone.
        held = state.positions[order[O_INST], P_QTY]
        left = order[O_QTY] - order[O_FILLED]
        if held * order[O_SIDE] >= 0 or left > abs(held):
            count = take_back(state, out, count, row, _BREAKER)
    return count


@compiled_inner
def decide(state: State, fact: Int64Array, out: Int64Array) -> int:
    """What follows from the fact just applied. Returns the number of effect rows written and applied."""
    count = _NONE
    kind = fact[F_KIND]
    inst = fact[F_INST]
    if kind == FACT_BAR:
        count = trip(state, out, count, inst)
        if state.scalars[S_HALTED] == 0 and stop_is_hit(state, inst) and not exit_is_under_way(state, inst):
            count = stop_out(state, out, count, inst)
    elif kind == FACT_REBALANCE:
        if has_target(state, inst):
            count = resize(state, out, count, inst, fact[F_BATCH], _TARGET)
    elif kind == FACT_REQUEST:
        count = ask(
            state,
            out,
            count,
            inst,
            fact[F_SIDE] * fact[F_QTY],
            fact[F_TYPE],
            fact[F_TIF],
            fact[F_LIMIT],
            fact[F_STOP],
            fact[F_BATCH],
            _REQUEST,
            fact[F_STRATEGY],
        )
    elif kind == FACT_CANCEL_REQUEST:
        for row in range(state.scalars[S_ORDERS]):
            if state.orders[row, O_NUMBER] == fact[F_NUMBER]:
                count = take_back(state, out, count, row, _REQUEST)
    elif kind == FACT_COMMAND:
        if fact[F_COMMAND] == COMMAND_KILL:
            count = take_back_all(state, out, count, _NO_INST, _KILL)
    elif kind == FACT_FILL:
        count = trip(state, out, count, inst)
    if kind in (FACT_FILL, FACT_REPORT) and state.scalars[S_RESIZE_DUE] >= 0:
        due = state.scalars[S_RESIZE_DUE]
        why = _STOP_LOSS if state.positions[due, P_EXIT_PENDING] == 1 else _TARGET
        if why == _STOP_LOSS or has_target(state, due):
            count = resize(state, out, count, due, state.scalars[S_NOW], why)
    return count


@compiled
def step(state: State, fact: Int64Array, out: Int64Array) -> int:
    """Apply one fact and decide. `out` takes the effect rows; returns how many."""
    apply_fact(state, fact)
    return decide(state, fact, out)


@compiled
def recover(state: State, fact: Int64Array, effects: Int64Array, count: int) -> None:
    """Apply one fact and what was decided then. Nothing is decided again."""
    apply_fact(state, fact)
    for row in range(count):
        apply_effect(state, effects[row])
