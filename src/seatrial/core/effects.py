"""How a decision changes the state, now or in recovery, and the chain that every fingerprint contains."""

from __future__ import annotations

from numba import uint64

from seatrial.core import records as r
from seatrial.core.compiled import compiled_inner, compiled_once, typed
from seatrial.core.parked import apply_parked, apply_sent_child, apply_unparked
from seatrial.core.records import Int64Array, State
from seatrial.core.throttles import count_message, likeness, note_order
from seatrial.core.working import add_working, order_row
from seatrial.domain.orders import OrderStatus

_PENDING = int(OrderStatus.PENDING)
_ORDER, _MERE_MESSAGE = typed(1), typed(0)

# splitmix64's constants: a well-mixed chain over every effect ever applied
_MIX_A = uint64(0x9E3779B97F4A7C15)
_MIX_B = uint64(0xBF58476D1CE4E5B9)
_MIX_C = uint64(0x94D049BB133111EB)
_S30, _S27, _S31 = uint64(30), uint64(27), uint64(31)


@compiled_once
def mix_effect(state: State, effect: Int64Array) -> None:
    """Chain one effect into the running hash that every fingerprint contains.

    Four lanes take every fourth column each, so that their multiplications overlap; then the lanes are chained.
    """
    chain = uint64(state.scalars[r.S_EFFECTS_HASH])
    first, second, third, fourth = chain, chain ^ _MIX_A, chain ^ _MIX_B, chain ^ _MIX_C
    for column in range(0, r.ROW_WIDTH, 4):
        first = (first ^ uint64(effect[column])) * _MIX_B + _MIX_A
        second = (second ^ uint64(effect[column + 1])) * _MIX_C + _MIX_A
        third = (third ^ uint64(effect[column + 2])) * _MIX_B + _MIX_C
        fourth = (fourth ^ uint64(effect[column + 3])) * _MIX_C + _MIX_B
        first ^= first >> _S27
        second ^= second >> _S30
        third ^= third >> _S31
        fourth ^= fourth >> _S27
    for lane in (first, second, third, fourth):
        chain = (chain ^ lane) + _MIX_A
        chain = (chain ^ (chain >> _S30)) * _MIX_B
        chain = (chain ^ (chain >> _S27)) * _MIX_C
        chain ^= chain >> _S31
    state.scalars[r.S_EFFECTS_HASH] = chain


@compiled_once
def apply_approved(state: State, effect: Int64Array) -> None:
    """An approved order works from now on, in the worst case."""
    inst = effect[r.E_INST]
    row = state.scalars[r.S_ORDERS]
    assert row < state.orders.shape[0]
    order = state.orders[row]
    order[r.O_NUMBER] = effect[r.E_NUMBER]
    order[r.O_INST] = inst
    order[r.O_SIDE] = effect[r.E_SIDE]
    order[r.O_TYPE] = effect[r.E_TYPE]
    order[r.O_TIF] = effect[r.E_TIF]
    order[r.O_QTY] = effect[r.E_QTY]
    order[r.O_FILLED] = 0
    order[r.O_LIMIT] = effect[r.E_LIMIT]
    order[r.O_STOP] = effect[r.E_STOP]
    order[r.O_STATUS] = _PENDING
    order[r.O_REASON] = effect[r.E_REASON]
    order[r.O_CANCELING] = 0
    order[r.O_FLAGS] = effect[r.E_FLAGS]
    order[r.O_EXPIRES] = effect[r.E_EXPIRES]
    order[r.O_PARENT] = effect[r.E_PARENT]
    if effect[r.E_EXPIRES] != 0:
        state.scalars[r.S_EXPIRING] += 1
    if effect[r.E_PARENT] != 0:
        apply_sent_child(state, effect[r.E_PARENT], effect[r.E_QTY])
    state.scalars[r.S_ORDERS] = row + 1
    state.scalars[r.S_ORDER_NUMBER] = effect[r.E_NUMBER]
    add_working(state, inst, effect[r.E_SIDE], effect[r.E_QTY])
    count_message(state, state.rules[inst, r.R_ACCOUNT], effect[r.E_AT], _ORDER)
    like = likeness(effect[r.E_SIDE], effect[r.E_QTY], effect[r.E_LIMIT], effect[r.E_STOP])
    note_order(state, inst, effect[r.E_AT], like)
    position = state.positions[inst]
    if effect[r.E_REASON] == r.REASON_TARGET:
        position[r.P_RESIZE_PENDING] = 0
    elif effect[r.E_REASON] == r.REASON_TARGET_PART:
        position[r.P_RESIZE_PENDING] = 1
    elif effect[r.E_REASON] == r.REASON_STOP_LOSS:
        position[r.P_EXIT_PENDING] = 1
        position[r.P_STOPPED_SIDE] = -effect[r.E_SIDE]


@compiled_inner
def apply_effect(state: State, effect: Int64Array) -> None:
    """Change the state as a decision says, now or in recovery."""
    mix_effect(state, effect)
    kind = effect[r.E_KIND]
    if kind == r.EFFECT_APPROVED:
        apply_approved(state, effect)
    elif kind == r.EFFECT_CANCEL:
        row = order_row(state, effect[r.E_NUMBER])
        if row < 0:
            return
        state.orders[row, r.O_CANCELING] = 1
        count_message(state, state.rules[effect[r.E_INST], r.R_ACCOUNT], effect[r.E_AT], _MERE_MESSAGE)
        position = state.positions[effect[r.E_INST]]
        ours = state.orders[row, r.O_REASON] != r.REASON_REQUEST
        if effect[r.E_REASON] == r.REASON_RESIZE or (effect[r.E_REASON] == r.REASON_CORPORATE_ACTION and ours):
            position[r.P_RESIZE_PENDING] = 1
        elif effect[r.E_REASON] == r.REASON_STOP_LOSS:
            position[r.P_RESIZE_PENDING] = 1
            position[r.P_EXIT_PENDING] = 1
            position[r.P_STOPPED_SIDE] = 1 if position[r.P_QTY] > 0 else -1
    elif kind == r.EFFECT_PARKED:
        apply_parked(state, effect)
    elif kind == r.EFFECT_UNPARKED:
        apply_unparked(state, effect[r.E_NUMBER])
    elif kind == r.EFFECT_TRIPPED:
        account = effect[r.E_ACCOUNT]
        state.accounts[account, r.A_BREAKER] = r.BREAKER_TRIPPED
        state.accounts[account, r.A_COOLDOWN_ENDS] = effect[r.E_AT] + state.limits[account, r.L_BREAKER_COOLDOWN]
