"""What an order that somebody asks for leads to: an order for the venue, a parked one, and the legs it brings."""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.arithmetic import muldiv_floor
from seatrial.core.asking import ask, closable_qty, draft, draft_request, refuse, verdict_on
from seatrial.core.compiled import compiled_inner, typed
from seatrial.core.effects import apply_effect
from seatrial.core.exposure import reference_price
from seatrial.core.records import Int64Array, State
from seatrial.core.verdicts import PASSED
from seatrial.domain.orders import LegRole, OrderClass, OrderType, TimeInForce
from seatrial.domain.refusals import RefusalCode

_SIMPLE = int(OrderClass.SIMPLE)
_OCO = int(OrderClass.OCO)
_OTO = int(OrderClass.OTO)
_LIMIT = int(OrderType.LIMIT)
_STOP = int(OrderType.STOP)
_STOP_LIMIT = int(OrderType.STOP_LIMIT)
_TRAILING = int(OrderType.TRAILING_STOP)
_GTC = int(TimeInForce.GTC)
_TAKE_PROFIT = typed(LegRole.TAKE_PROFIT)
_STOP_LOSS = typed(LegRole.STOP_LOSS)
_PASSED = typed(PASSED)
_OFF_TICK = typed(RefusalCode.OFF_TICK)
_COLLAR = typed(RefusalCode.PRICE_COLLAR)
_DISAGREE = typed(RefusalCode.PRICES_DISAGREE)
_PAST = typed(RefusalCode.EXPIRES_IN_THE_PAST)
_TOO_MANY = typed(RefusalCode.TOO_MANY_ORDERS)
_NOTHING_TO_REDUCE = typed(RefusalCode.NOTHING_TO_REDUCE)
_ZERO = typed(0)

Verdict = tuple[int, int, int]


@compiled_inner
def answer(state: State, fact: Int64Array, out: Int64Array, count: int) -> int:
    """Decide on one request. Returns the new count of effects."""
    code, limit, actual = draft_request(state, fact, out, count)
    if code == PASSED:
        code, limit, actual = check_shape(state, fact, out[count])
    if code == PASSED and state.scalars[r.S_HALTED] == 0:
        code, limit, actual = check_place(state, fact)
    if code != PASSED:
        return refuse(state, out, count, code, limit, actual)
    if fact[r.F_CLASS] == _OCO:
        return park_both(state, fact, out, count)
    if fact[r.F_TYPE] == _TRAILING:
        return park_trailing(state, fact, out, count)
    number = out[count, r.E_NUMBER]
    count = ask(state, out, count)
    if fact[r.F_CLASS] == _SIMPLE or out[count - 1, r.E_KIND] != r.EFFECT_APPROVED:
        return count
    qty, side = out[count - 1, r.E_QTY], -fact[r.F_SIDE]
    if fact[r.F_TAKE_PROFIT] != 0:
        count = park_leg(state, fact, out, count, side * qty, number, _TAKE_PROFIT)
    if fact[r.F_STOP_LOSS] != 0:
        count = park_leg(state, fact, out, count, side * qty, number, _STOP_LOSS)
    return count


@compiled_inner
def places_of(fact: Int64Array) -> int:
    """How many parked orders the request would make."""
    if fact[r.F_CLASS] == _SIMPLE:
        return 1 if fact[r.F_TYPE] == _TRAILING else 0
    return (fact[r.F_TAKE_PROFIT] != 0) * 1 + (fact[r.F_STOP_LOSS] != 0) * 1


@compiled_inner
def check_place(state: State, fact: Int64Array) -> Verdict:
    """Whether it lies in time, and in room: parked orders of an account are bounded as its working ones are."""
    if fact[r.F_EXPIRES] != 0 and fact[r.F_EXPIRES] <= state.scalars[r.S_NOW]:
        return _PAST, state.scalars[r.S_NOW], fact[r.F_EXPIRES]
    if places_of(fact) == 0:
        return _PASSED, _ZERO, _ZERO
    account = state.rules[fact[r.F_INST], r.R_ACCOUNT]
    after = _ZERO + places_of(fact)
    for at in range(state.scalars[r.S_PARKED]):
        if state.rules[state.parked[at, r.K_INST], r.R_ACCOUNT] == account:
            after += 1
    room = min(state.limits[account, r.L_ORDERS_WORKING], state.parked.shape[0])
    return (_TOO_MANY, room, after) if after > room else (_PASSED, _ZERO, _ZERO)


@compiled_inner
def check_shape(state: State, fact: Int64Array, row: Int64Array) -> Verdict:
    """Whether trail and legs can be, at the price as it is; a halt and an unknown price are risk's to say."""
    inst, side = fact[r.F_INST], fact[r.F_SIDE]
    last = state.positions[inst, r.P_LAST]
    if state.scalars[r.S_HALTED] != 0 or last <= 0:
        return _PASSED, _ZERO, _ZERO
    if fact[r.F_TYPE] == _TRAILING:
        return check_trail(fact, last)
    if fact[r.F_CLASS] == _SIMPLE:
        return _PASSED, _ZERO, _ZERO
    wanted = 1 if fact[r.F_CLASS] == _OTO else 2
    if places_of(fact) != wanted:
        return _DISAGREE, _ZERO + wanted, _ZERO + places_of(fact)
    entry = last if fact[r.F_CLASS] == _OCO else reference_price(row[r.E_LIMIT], row[r.E_STOP], last)
    ahead = -side if fact[r.F_CLASS] == _OCO else side  # where the profit lies
    verdict = check_leg(state, inst, fact[r.F_TAKE_PROFIT], entry, ahead)
    if verdict[0] == PASSED:
        verdict = check_leg(state, inst, fact[r.F_STOP_LOSS], entry, -ahead)
    if verdict[0] == PASSED and fact[r.F_STOP_LOSS_LIMIT] % state.rules[inst, r.R_TICK] != 0:
        return _OFF_TICK, state.rules[inst, r.R_TICK], fact[r.F_STOP_LOSS_LIMIT]
    return verdict


@compiled_inner
def check_trail(fact: Int64Array, last: int) -> Verdict:
    """A trail is an amount or a part of the price, above nothing and below all of it; it brings no legs."""
    amount, ppm = fact[r.F_TRAIL], fact[r.F_TRAIL_PPM]
    if (amount > 0) == (ppm > 0) or fact[r.F_CLASS] != _SIMPLE:
        return _DISAGREE, _ZERO + last, amount
    if amount >= last or amount < 0:
        return _DISAGREE, _ZERO + last, amount
    if ppm >= r.PPM or ppm < 0:
        return _DISAGREE, _ZERO + r.PPM, ppm
    return _PASSED, _ZERO, _ZERO


@compiled_inner
def check_leg(state: State, inst: int, price: int, entry: int, direction: int) -> Verdict:
    """A leg's price lies on the tick, beyond the entry's in its own direction, and near the market."""
    if price == 0:
        return _PASSED, _ZERO, _ZERO
    tick, last = state.rules[inst, r.R_TICK], state.positions[inst, r.P_LAST]
    if price % tick != 0:
        return _OFF_TICK, tick, price
    if price < 0 or (price - entry) * direction <= 0:
        return _DISAGREE, _ZERO + entry, price
    of_account = state.limits[state.rules[inst, r.R_ACCOUNT], r.L_COLLAR_PPM]
    collar = muldiv_floor(last, min(of_account, state.rules[inst, r.R_COLLAR_PPM]), r.PPM)
    if abs(price - last) > collar:
        return _COLLAR, collar, abs(price - last)
    return _PASSED, _ZERO, _ZERO


@compiled_inner
def park_trailing(state: State, fact: Int64Array, out: Int64Array, count: int) -> int:
    """A trailing stop passes risk as it is parked, and again as it triggers."""
    code, limit, actual = verdict_on(state, out[count])
    if code != PASSED:
        return refuse(state, out, count, code, limit, actual)
    out[count, r.E_KIND] = r.EFFECT_PARKED
    out[count, r.E_TRAIL] = fact[r.F_TRAIL]
    out[count, r.E_TRAIL_PPM] = fact[r.F_TRAIL_PPM]
    apply_effect(state, out[count])
    return count + 1


@compiled_inner
def park_both(state: State, fact: Int64Array, out: Int64Array, count: int) -> int:
    """An OCO: both legs, for what is held at the most. The take-profit bears the request's own name."""
    out[count, r.E_LIMIT], out[count, r.E_STOP] = fact[r.F_TAKE_PROFIT], fact[r.F_STOP_LOSS]
    if state.scalars[r.S_HALTED] == 0:
        closable = closable_qty(state, fact[r.F_INST], fact[r.F_SIDE])
        if closable == 0:
            return refuse(state, out, count, _NOTHING_TO_REDUCE, _ZERO, out[count, r.E_QTY])
        out[count, r.E_QTY] = min(out[count, r.E_QTY], closable)
    code, limit, actual = verdict_on(state, out[count])
    if code != PASSED:
        return refuse(state, out, count, code, limit, actual)
    signed_qty, number = out[count, r.E_QTY] * fact[r.F_SIDE], out[count, r.E_NUMBER]
    count = park_leg(state, fact, out, count, signed_qty, _ZERO, _TAKE_PROFIT)
    return park_leg(state, fact, out, count, signed_qty, number, _STOP_LOSS)


@compiled_inner
def park_leg(
    state: State, fact: Int64Array, out: Int64Array, count: int, signed_qty: int, parent: int, role: int
) -> int:
    """Park one exit, which works until the position is closed or it is cancelled. Returns the new count."""
    reason = r.REASON_TAKE_PROFIT if role == _TAKE_PROFIT else r.REASON_LEG_STOP
    draft(state, out, count, fact[r.F_INST], signed_qty, fact[r.F_BATCH], reason if parent != 0 else r.REASON_REQUEST)
    row = out[count]
    row[r.E_KIND] = r.EFFECT_PARKED
    row[r.E_TIF] = _GTC
    row[r.E_STRATEGY] = fact[r.F_STRATEGY]
    row[r.E_FLAGS] = (fact[r.F_FLAGS] & r.FLAG_EXTENDED_HOURS) | r.FLAG_REDUCE_ONLY
    row[r.E_PARENT] = parent
    row[r.E_ROLE] = role
    if role == _TAKE_PROFIT:
        row[r.E_TYPE] = _LIMIT
        row[r.E_LIMIT] = fact[r.F_TAKE_PROFIT]
    else:
        row[r.E_TYPE] = _STOP if fact[r.F_STOP_LOSS_LIMIT] == 0 else _STOP_LIMIT
        row[r.E_STOP] = fact[r.F_STOP_LOSS]
        row[r.E_LIMIT] = fact[r.F_STOP_LOSS_LIMIT]
    apply_effect(state, row)
    return count + 1
