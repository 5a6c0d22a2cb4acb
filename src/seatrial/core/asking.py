"""From a wish to an approval or a refusal: every order of the machine is drafted and asked for here.

A draft is the row of its approval. `ask` puts it before risk and either applies it or turns it into the refusal.
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.arithmetic import muldiv_floor
from seatrial.core.compiled import compiled_inner, typed
from seatrial.core.effects import apply_approved, apply_effect, mix_effect
from seatrial.core.exposure import reference_price
from seatrial.core.parked import counts_as_working, parked_row
from seatrial.core.records import Int64Array, State
from seatrial.core.risk import VALUE_UNITS_MAX, check
from seatrial.core.sizing import round_to_lot
from seatrial.core.verdicts import PASSED
from seatrial.core.working import add_working
from seatrial.domain.orders import OrderType, TimeInForce
from seatrial.domain.refusals import RefusalCode

_MARKET = int(OrderType.MARKET)
_DAY = int(TimeInForce.DAY)
_GTC = int(TimeInForce.GTC)
_GTD = int(TimeInForce.GTD)
_NO_STRATEGY = -1
_APPROVED = typed(r.EFFECT_APPROVED)
_REFUSED = typed(r.EFFECT_REFUSED)
_CANCEL = typed(r.EFFECT_CANCEL)
_TOO_LARGE = typed(RefusalCode.QUANTITY_TOO_LARGE)
_NOTHING_TO_REDUCE = typed(RefusalCode.NOTHING_TO_REDUCE)
_TOO_MANY = typed(RefusalCode.TOO_MANY_ORDERS)
_PASSED = typed(PASSED)
_ZERO = typed(0)


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
def draft(state: State, out: Int64Array, count: int, inst: int, signed_qty: int, batch: int, reason: int) -> None:
    """Write the approval of a market order for the day, for `ask` to put before risk."""
    blank_effect(state, out, count, _APPROVED, inst)
    out[count, r.E_NUMBER] = state.scalars[r.S_ORDER_NUMBER] + 1
    out[count, r.E_SIDE] = 1 if signed_qty > 0 else -1
    out[count, r.E_TYPE] = _MARKET
    out[count, r.E_TIF] = _DAY
    out[count, r.E_QTY] = abs(signed_qty)
    out[count, r.E_BATCH] = batch
    out[count, r.E_REASON] = reason
    out[count, r.E_STRATEGY] = _NO_STRATEGY


@compiled_inner
def refuse(state: State, out: Int64Array, count: int, code: int, limit: int, actual: int) -> int:
    """Turn the draft into its refusal. Returns the new count."""
    inst, side, qty = out[count, r.E_INST], out[count, r.E_SIDE], out[count, r.E_QTY]
    blank_effect(state, out, count, _REFUSED, inst)
    out[count, r.E_SIDE] = side
    out[count, r.E_QTY] = qty
    out[count, r.E_CODE] = code
    out[count, r.E_LIMIT_VALUE] = limit
    out[count, r.E_ACTUAL] = actual
    mix_effect(state, out[count])  # which is all that a refusal changes
    return count + 1


@compiled_inner
def verdict_on(state: State, row: Int64Array) -> tuple[int, int, int]:
    """What risk says to a draft. What a parked order holds back for the order it sends is not counted twice."""
    inst, side, qty = row[r.E_INST], row[r.E_SIDE], row[r.E_QTY]
    parent = parked_row(state, row[r.E_PARENT])
    held_back = qty if parent >= 0 and counts_as_working(state.parked[parent]) else _ZERO
    add_working(state, inst, side, -held_back)
    verdict = check(state, inst, side, qty, row[r.E_LIMIT], row[r.E_STOP], row[r.E_REASON] == r.REASON_REQUEST)
    add_working(state, inst, side, held_back)
    capacity = state.orders.shape[0]
    if verdict[0] == PASSED and state.scalars[r.S_ORDERS] >= capacity:
        return _TOO_MANY, _ZERO + capacity, _ZERO + capacity + 1
    return verdict


@compiled_inner
def ask(state: State, out: Int64Array, count: int) -> int:
    """Put the draft before risk; the effect is an approval or a refusal. Returns the new count."""
    code, limit, actual = verdict_on(state, out[count])
    if code != PASSED:
        return refuse(state, out, count, code, limit, actual)
    mix_effect(state, out[count])
    apply_approved(state, out[count])
    return count + 1


@compiled_inner
def ask_market(state: State, out: Int64Array, count: int, inst: int, signed_qty: int, batch: int, reason: int) -> int:
    """Ask for a market order for the day. Returns the new count."""
    draft(state, out, count, inst, signed_qty, batch, reason)
    return ask(state, out, count)


@compiled_inner
def closable_qty(state: State, inst: int, side: int) -> int:
    """How much an order of this side can take off the position, beside what works already, on the lot grid."""
    position = state.positions[inst]
    held = position[r.P_QTY]
    free = -held - position[r.P_WORKING_BUY] if side > 0 else held - position[r.P_WORKING_SELL]
    return round_to_lot(max(free, 0), state.rules[inst, r.R_LOT])


@compiled_inner
def notional_qty(state: State, inst: int, notional: int, price: int) -> int:
    """The quantity an amount of cash is worth at a price, rounded down to a lot; 0 where no price is known."""
    if price <= 0:
        return 0
    return round_to_lot(muldiv_floor(notional, state.rules[inst, r.R_VALUE_DIV], price), state.rules[inst, r.R_LOT])


@compiled_inner
def draft_request(state: State, fact: Int64Array, out: Int64Array, count: int) -> tuple[int, int, int]:
    """Write the draft of what somebody asks for; the answer is risk's kind, for what only a request can do wrong."""
    inst, side = fact[r.F_INST], fact[r.F_SIDE]
    draft(state, out, count, inst, side * fact[r.F_QTY], fact[r.F_BATCH], r.REASON_REQUEST)
    row = out[count]
    row[r.E_SIDE] = side
    row[r.E_TYPE] = fact[r.F_TYPE]
    row[r.E_TIF] = fact[r.F_TIF] if fact[r.F_TIF] != _GTD else _GTC  # the machine keeps the time, no venue has to
    row[r.E_LIMIT] = fact[r.F_LIMIT]
    row[r.E_STOP] = fact[r.F_STOP]
    row[r.E_STRATEGY] = fact[r.F_STRATEGY]
    row[r.E_FLAGS] = fact[r.F_FLAGS]
    row[r.E_EXPIRES] = fact[r.F_EXPIRES]
    if fact[r.F_NOTIONAL] > VALUE_UNITS_MAX:
        return _TOO_LARGE, _ZERO + VALUE_UNITS_MAX, fact[r.F_NOTIONAL]
    if fact[r.F_QTY] == 0 and fact[r.F_NOTIONAL] > 0:
        price = reference_price(fact[r.F_LIMIT], fact[r.F_STOP], state.positions[inst, r.P_LAST])
        row[r.E_QTY] = notional_qty(state, inst, fact[r.F_NOTIONAL], price)
    if state.scalars[r.S_HALTED] != 0:
        return _PASSED, _ZERO, _ZERO  # risk's own first rule answers
    if fact[r.F_FLAGS] & r.FLAG_REDUCE_ONLY != 0:
        closable = closable_qty(state, inst, side)
        if closable == 0:
            return _NOTHING_TO_REDUCE, _ZERO, row[r.E_QTY]
        row[r.E_QTY] = min(row[r.E_QTY], closable)
    return _PASSED, _ZERO, _ZERO


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
