"""The orders that work: rows in the order of their numbers, and what of them can still fill."""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.compiled import compiled_inner
from seatrial.core.records import State


@compiled_inner
def order_row(state: State, number: int) -> int:
    """The row of a working order, or -1."""
    for row in range(state.scalars[r.S_ORDERS]):
        if state.orders[row, r.O_NUMBER] == number:
            return row
    return -1


@compiled_inner
def add_working(state: State, inst: int, side: int, qty: int) -> None:
    """Change how much of an instrument is working on one side."""
    column = r.P_WORKING_BUY if side > 0 else r.P_WORKING_SELL
    state.positions[inst, column] += qty
    assert state.positions[inst, column] >= 0


@compiled_inner
def end_order(state: State, row: int) -> None:
    """Take an order off the working rows; what was open of it stops counting."""
    order = state.orders[row]
    inst = order[r.O_INST]
    add_working(state, inst, order[r.O_SIDE], -(order[r.O_QTY] - order[r.O_FILLED]))
    if order[r.O_EXPIRES] != 0:
        state.scalars[r.S_EXPIRING] -= 1
    last = state.scalars[r.S_ORDERS] - 1
    for later in range(row, last):  # rows stay in the order of their numbers
        for column in range(r.ORDERS_WIDTH):
            state.orders[later, column] = state.orders[later + 1, column]
    state.scalars[r.S_ORDERS] = last


@compiled_inner
def note_nothing_works(state: State, inst: int, follow: bool) -> None:
    """When the last working order of an instrument ended and a resize waits for that, it is due now."""
    position = state.positions[inst]
    if position[r.P_RESIZE_PENDING] == 0 or position[r.P_WORKING_BUY] != 0 or position[r.P_WORKING_SELL] != 0:
        return
    position[r.P_RESIZE_PENDING] = 0
    if follow:
        state.scalars[r.S_RESIZE_DUE] = inst
