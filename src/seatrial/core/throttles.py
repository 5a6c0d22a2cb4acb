"""How often: orders and messages by the minute and second, orders alike, orders of one symbol that executed.

Windows of a minute, a second and of executions begin where market time is a multiple of them. Orders alike are
looked for back from now.
"""

from __future__ import annotations

from numba import uint64

from seatrial.core import records as r
from seatrial.core.arithmetic import divided
from seatrial.core.compiled import compiled_inner, typed
from seatrial.core.records import State
from seatrial.domain.limits import NO_LIMIT
from seatrial.domain.time import MINUTE_NS, SECOND_NS

_MIX = typed(-7_046_029_254_386_353_131)  # 2**64 over the golden ratio, as a signed number
_OFF = typed(NO_LIMIT)


@compiled_inner
def count_message(state: State, account: int, at_ns: int, orders: int) -> None:
    """Count one message to the venue; `orders` is 1 where it is an order, 0 where it is a cancel."""
    row = state.accounts[account]
    minute, second = at_ns // MINUTE_NS, at_ns // SECOND_NS
    if row[r.A_RATE_MINUTE] != minute:
        row[r.A_RATE_MINUTE] = minute
        row[r.A_RATE_COUNT] = 0
        row[r.A_MINUTE_MESSAGES] = 0
    if row[r.A_RATE_SECOND] != second:
        row[r.A_RATE_SECOND] = second
        row[r.A_SECOND_COUNT] = 0
        row[r.A_SECOND_MESSAGES] = 0
    row[r.A_RATE_COUNT] += orders
    row[r.A_SECOND_COUNT] += orders
    row[r.A_MINUTE_MESSAGES] += 1
    row[r.A_SECOND_MESSAGES] += 1


@compiled_inner
def likeness(side: int, qty: int, limit: int, stop: int) -> int:
    """One number for what makes two orders of a symbol alike: side, quantity and prices, of which the type follows."""
    mixed = side * _MIX
    mixed = (mixed ^ (mixed >> 29) ^ qty) * _MIX
    mixed = (mixed ^ (mixed >> 29) ^ limit) * _MIX
    mixed = (mixed ^ (mixed >> 29) ^ stop) * _MIX
    return mixed ^ (mixed >> 32)


@compiled_inner
def note_order(state: State, inst: int, at_ns: int, like: int) -> None:
    """Remember an order by its likeness, where the account has a limit on orders alike."""
    if state.limits[state.rules[inst, r.R_ACCOUNT], r.L_DUPLICATES] == _OFF:
        return
    position = state.positions[inst]
    slot = position[r.P_RECENT_NEXT]
    position[r.P_RECENT + slot] = like
    position[r.P_RECENT + r.RECENT_ORDERS + slot] = at_ns
    position[r.P_RECENT_NEXT] = (slot + 1) % r.RECENT_ORDERS


@compiled_inner
def orders_alike(state: State, inst: int, like: int) -> int:
    """How many of the remembered orders are alike and lie within the window that ends now."""
    position = state.positions[inst]
    window = state.limits[state.rules[inst, r.R_ACCOUNT], r.L_DUPLICATE_WINDOW]
    count = 0
    for slot in range(r.RECENT_ORDERS):
        age = state.scalars[r.S_NOW] - position[r.P_RECENT + r.RECENT_ORDERS + slot]
        if position[r.P_RECENT + slot] == like and age < window:
            count += 1
    return count


@compiled_inner
def execution_window(state: State, inst: int) -> int:
    """The number of the window that is now."""
    length = state.limits[state.rules[inst, r.R_ACCOUNT], r.L_EXECUTION_WINDOW]
    return divided(uint64(state.scalars[r.S_NOW]), uint64(length))[0]


@compiled_inner
def note_execution(state: State, inst: int) -> None:
    """An order of this symbol executed, for the first time if in parts."""
    position = state.positions[inst]
    window = execution_window(state, inst)
    if position[r.P_EXECUTION_WINDOW] != window:
        position[r.P_EXECUTION_WINDOW] = window
        position[r.P_EXECUTIONS] = 0
    position[r.P_EXECUTIONS] += 1


@compiled_inner
def executions(state: State, inst: int) -> int:
    """Orders of this symbol that executed in the present window."""
    window = execution_window(state, inst)
    return state.positions[inst, r.P_EXECUTIONS] if state.positions[inst, r.P_EXECUTION_WINDOW] == window else 0
