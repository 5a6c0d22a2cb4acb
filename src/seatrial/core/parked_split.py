"""What a split makes of parked exits: they cover as much of the company as before, at the prices of the new shares."""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.compiled import compiled_inner
from seatrial.core.corporate import price_after, qty_after
from seatrial.core.parked import counts_as_working
from seatrial.core.records import Int64Array, State
from seatrial.core.sizing import round_to_lot


@compiled_inner
def split_parked(state: State, fact: Int64Array) -> None:
    """Move quantities and prices of the instrument's exits. What may open is ended by a decision instead."""
    inst, new, old = fact[r.F_INST], fact[r.F_NEW], fact[r.F_OLD]
    for at in range(state.scalars[r.S_PARKED]):
        parked = state.parked[at]
        if parked[r.K_INST] != inst or counts_as_working(parked):
            continue
        for column in (r.K_QTY, r.K_FILLED, r.K_LIVE):
            parked[column] = qty_after(parked[column], new, old)
        for column in (r.K_LIMIT, r.K_STOP):
            parked[column] = on_tick(price_after(parked[column], new, old), state.rules[inst, r.R_TICK])
        for column in (r.K_EXTREME, r.K_TRAIL):
            parked[column] = price_after(parked[column], new, old)
        parked[r.K_QTY] = round_to_lot(parked[r.K_QTY], state.rules[inst, r.R_LOT])


@compiled_inner
def on_tick(price: int, tick: int) -> int:
    """The nearest price an order can have, halves up; 0 stays 0."""
    return (price + tick // 2) // tick * tick
