"""Whether a position's stop-loss or trailing stop has been reached."""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.arithmetic import muldiv_ceil, muldiv_floor
from seatrial.core.compiled import compiled_inner, compiled_once
from seatrial.core.records import State


@compiled_once
def stop_is_hit(state: State, inst: int) -> bool:
    """Whether the last price lies at or beyond the position's stop-loss or trailing stop."""
    account = state.rules[inst, r.R_ACCOUNT]
    held, last = state.positions[inst, r.P_QTY], state.positions[inst, r.P_LAST]
    fixed = state.limits[account, r.L_STOP_LOSS_PPM]
    trailing = state.limits[account, r.L_TRAILING_PPM] if state.limits[account, r.L_TRAILING] == 1 else 0
    hit = False
    if abs(held) >= state.rules[inst, r.R_LOT]:
        if fixed > 0:
            cost, value_div = abs(state.positions[inst, r.P_COST]), state.rules[inst, r.R_VALUE_DIV]
            hit = is_beyond(held, last, muldiv_floor(cost, value_div, abs(held)), fixed)
        if trailing > 0 and not hit:
            hit = is_beyond(held, last, state.positions[inst, r.P_EXTREME], trailing)
    return hit


@compiled_inner
def is_beyond(held: int, last: int, anchor: int, ppm: int) -> bool:
    """Whether a price has moved against a position by this part of its anchor, or more."""
    if held > 0:
        return last <= muldiv_floor(anchor, r.PPM - ppm, r.PPM)
    return last >= muldiv_ceil(anchor, r.PPM + ppm, r.PPM)


@compiled_once
def exit_is_under_way(state: State, inst: int) -> bool:
    """Whether a stop-loss is at work; one whose order came to nothing is not, and is tried again."""
    works = state.positions[inst, r.P_WORKING_BUY] != 0 or state.positions[inst, r.P_WORKING_SELL] != 0
    return state.positions[inst, r.P_EXIT_PENDING] == 1 and works
