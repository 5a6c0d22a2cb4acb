"""Which money fact is booked how: corporate actions, interest, settlement and rates."""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.carry import apply_borrow_fee, apply_business_day, apply_interest
from seatrial.core.compiled import compiled, compiled_inner
from seatrial.core.corporate import apply_dividend, apply_split
from seatrial.core.parked_split import split_parked
from seatrial.core.purses import apply_rate
from seatrial.core.records import Int64Array, State


@compiled_inner
def apply_money(state: State, fact: Int64Array, kind: int) -> None:
    """Corporate actions, interest, settlement and rates."""
    if kind == r.FACT_SPLIT:
        apply_split(state, fact)
        split_parked(state, fact)
    elif kind == r.FACT_DIVIDEND:
        apply_dividend(state, fact)
    elif kind == r.FACT_BUSINESS_DAY:
        apply_business_day(state, fact)
    elif kind == r.FACT_INTEREST:
        apply_interest(state, fact)
    elif kind == r.FACT_BORROW_FEE:
        apply_borrow_fee(state, fact)
    elif kind == r.FACT_FX_RATE:
        apply_rate(state, fact)


@compiled
def book_money(state: State, fact: Int64Array) -> None:
    """The same for books outside compiled code. Nothing of the machine is touched but positions, accounts and dues."""
    apply_money(state, fact, fact[r.F_KIND])
