"""From what strategies want to hold to the order that is missing.

    order = wanted - held - what is already working

so running a decision twice changes nothing the second time.
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.arithmetic import down_to, muldiv_toward_zero
from seatrial.core.compiled import compiled_inner
from seatrial.core.exposure import equity
from seatrial.core.records import State


@compiled_inner
def round_to_lot(qty: int, lot: int) -> int:
    """A signed quantity on the lot grid, rounded toward zero."""
    if qty >= 0:
        return down_to(qty, lot)
    return -down_to(-qty, lot)


@compiled_inner
def weight_qty(state: State, inst: int, weight_ppm: int) -> int:
    """The quantity worth `weight_ppm` millionths of the account's equity, on the lot grid.

    Zero where no price is known: no data holds, it never guesses.
    """
    last = state.positions[inst, r.P_LAST]
    if last <= 0:
        return 0
    worth = muldiv_toward_zero(weight_ppm, max(equity(state, state.rules[inst, r.R_ACCOUNT]), 0), r.PPM)
    qty = muldiv_toward_zero(worth, state.rules[inst, r.R_VALUE_DIV], last)
    return round_to_lot(qty, state.rules[inst, r.R_LOT])


@compiled_inner
def target_qty(state: State, inst: int) -> int:
    """What all strategies together want to hold."""
    total = 0
    for strategy in range(state.targets.shape[1]):
        total += state.targets[inst, strategy]
    return total


@compiled_inner
def has_target(state: State, inst: int) -> bool:
    """Whether any strategy has ever set a target here."""
    count = 0
    for strategy in range(state.has_target.shape[1]):
        count += state.has_target[inst, strategy]
    return count > 0


@compiled_inner
def wanted_qty(state: State, inst: int) -> int:
    """What to hold after stop-losses had their say."""
    position = state.positions[inst]
    if position[r.P_EXIT_PENDING] == 1:
        return 0
    total = target_qty(state, inst)
    if position[r.P_STOPPED_SIDE] != 0 and total * position[r.P_STOPPED_SIDE] > 0:
        return 0
    return total


@compiled_inner
def missing_qty(state: State, inst: int) -> int:
    """`wanted - held - working`, signed, on the lot grid."""
    position = state.positions[inst]
    working = position[r.P_WORKING_BUY] - position[r.P_WORKING_SELL]
    return round_to_lot(wanted_qty(state, inst) - position[r.P_QTY] - working, state.rules[inst, r.R_LOT])
