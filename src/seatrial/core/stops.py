"""Whether a position's stop-loss or trailing stop has been reached."""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.arithmetic import muldiv_ceil, muldiv_floor
from seatrial.core.compiled import compiled_inner
from seatrial.core.records import State


@compiled_inner
def stop_is_hit(state: State, inst: int) -> bool:
    """Whether the last price lies at or beyond the position's stop-loss or trailing stop."""
    position = state.positions[inst]
    held = position[r.P_QTY]
    if abs(held) < state.rules[inst, r.R_LOT]:
        return False
    limits = state.limits[state.rules[inst, r.R_ACCOUNT]]
    last = position[r.P_LAST]
    entry = muldiv_floor(abs(position[r.P_COST]), state.rules[inst, r.R_VALUE_DIV], abs(held))
    fixed, trailing = limits[r.L_STOP_LOSS_PPM], limits[r.L_TRAILING_PPM]
    trails = limits[r.L_TRAILING] == 1 and trailing > 0
    if held > 0:
        if fixed > 0 and last <= muldiv_floor(entry, r.PPM - fixed, r.PPM):
            return True
        return trails and last <= muldiv_floor(position[r.P_EXTREME], r.PPM - trailing, r.PPM)
    if fixed > 0 and last >= muldiv_ceil(entry, r.PPM + fixed, r.PPM):
        return True
    return trails and last >= muldiv_ceil(position[r.P_EXTREME], r.PPM + trailing, r.PPM)


@compiled_inner
def exit_is_under_way(state: State, inst: int) -> bool:
    """Whether a stop-loss is at work; one whose order came to nothing is not, and is tried again."""
    position = state.positions[inst]
    return position[r.P_EXIT_PENDING] == 1 and (position[r.P_WORKING_BUY] != 0 or position[r.P_WORKING_SELL] != 0)
