"""What the compiled loops tell the machine most, without calling the whole of it.

A bar, a target, a rebalance, the venue's word and a fill are applied by the functions that `step` applies them with.
What follows is decided here where it is plain: nothing, or one more order for a target. Parked orders, breakers, stops,
cancels and orders of other kinds are decided by `step` itself, which is told that the fact is applied.

The fact is the venue's scratch row. Effects go to the venue's rows from `tail` on; every function returns their end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.core import records as r
from seatrial.core.applying import apply_fill, apply_report, apply_target
from seatrial.core.breaker import must_trip
from seatrial.core.compiled import compiled_inner, compiled_once, typed
from seatrial.core.exposure import equity_of
from seatrial.core.marking import begin_fact, end_fact, is_calm, mark
from seatrial.core.records import State
from seatrial.core.sizing import has_target, missing_qty
from seatrial.core.step import ask_missing
from seatrial.core.stepping import decide_of

if TYPE_CHECKING:
    from seatrial.core.venue import VenueState

_TARGET = typed(r.REASON_TARGET)


@compiled_once
def resize_idle(state: State, venue: VenueState, tail: int, inst: int, batch: int) -> int:
    """`step.resize` where nothing of the instrument works and nothing is parked."""
    missing = missing_qty(state, inst)
    if missing == 0:
        return tail
    return ask_missing(state, venue.effects, tail, inst, missing, batch, _TARGET)


@compiled_once
def is_idle(state: State, inst: int) -> bool:
    """Whether nothing of an instrument works, and nothing at all is parked."""
    position = state.positions[inst]
    works = position[r.P_WORKING_BUY] != 0 or position[r.P_WORKING_SELL] != 0
    return not works and state.scalars[r.S_PARKED] == 0


@compiled_inner
def hear_bar(state: State, venue: VenueState, tail: int) -> int:
    """A finished bar."""
    fact = venue.fact
    begin_fact(state, fact[r.F_AT])
    mark(state, fact[r.F_INST], fact[r.F_START], fact[r.F_AT], fact[r.F_HIGH], fact[r.F_LOW], fact[r.F_CLOSE])
    end_fact(state)
    if is_calm(state, fact[r.F_INST]):
        return tail
    return tail + decide_of(venue, tail)


@compiled_once
def hear_target(state: State, venue: VenueState, tail: int) -> int:
    """What a strategy wants; a rebalance follows it."""
    begin_fact(state, venue.fact[r.F_AT])
    apply_target(state, venue.fact)
    end_fact(state)
    return tail


@compiled_once
def hear_rebalance(state: State, venue: VenueState, tail: int) -> int:
    """What is missing is asked for."""
    inst = venue.fact[r.F_INST]
    begin_fact(state, venue.fact[r.F_AT])
    end_fact(state)
    if not is_idle(state, inst):
        return tail + decide_of(venue, tail)
    if not has_target(state, inst):
        return tail
    return resize_idle(state, venue, tail, inst, venue.fact[r.F_BATCH])


@compiled_inner
def hear_report(state: State, venue: VenueState, tail: int) -> int:
    """The venue's word on an order."""
    begin_fact(state, venue.fact[r.F_AT])
    apply_report(state, venue.fact)
    end_fact(state)
    if state.scalars[r.S_PARKED] == 0 and state.scalars[r.S_RESIZE_DUE] < 0:
        return tail
    return tail + decide_of(venue, tail)


@compiled_inner
def hear_fill(state: State, venue: VenueState, tail: int) -> int:
    """A trade. What closed one side of a target that crosses zero is followed by what opens the other."""
    inst = venue.fact[r.F_INST]
    account = state.rules[inst, r.R_ACCOUNT]
    begin_fact(state, venue.fact[r.F_AT])
    apply_fill(state, venue.fact)
    end_fact(state)
    due = state.scalars[r.S_RESIZE_DUE]
    rests = state.scalars[r.S_ORDERS] != 0  # an order that only reduces may work for too much now
    if rests or not is_idle(state, inst) or must_trip(state, account, equity_of(state, account)):
        return tail + decide_of(venue, tail)
    if due < 0:
        return tail
    if due != inst or state.positions[inst, r.P_EXIT_PENDING] == 1 or not has_target(state, inst):
        return tail + decide_of(venue, tail)
    return resize_idle(state, venue, tail, inst, state.scalars[r.S_NOW])
