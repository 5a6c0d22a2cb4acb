"""Entries taken back: what works or is parked and could add to a position, where no new one may be taken."""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.asking import take_back
from seatrial.core.compiled import compiled_inner
from seatrial.core.records import Int64Array, State
from seatrial.core.unparking import drop_entries


@compiled_inner
def take_back_entries(state: State, out: Int64Array, count: int, account: int, reason: int) -> int:
    """Cancel what works in an account and could add to a position, and what is parked to. Returns the new count."""
    for row in range(state.scalars[r.S_ORDERS]):
        order = state.orders[row]
        if state.rules[order[r.O_INST], r.R_ACCOUNT] != account or order[r.O_REASON] == r.REASON_STOP_LOSS:
            continue
        # An order that works is part of the worst case already, so ask what it adds to the position alone.
        held = state.positions[order[r.O_INST], r.P_QTY]
        left = order[r.O_QTY] - order[r.O_FILLED]
        if held * order[r.O_SIDE] >= 0 or left > abs(held):
            count = take_back(state, out, count, row, reason)
    return drop_entries(state, out, count, account, reason)
