"""Cash in other currencies than the account's own. Two currencies meet only at a rate that somebody told.

A purse without a rate is worth nothing to the compiled side, which errs to the safe side for what is held; to
readers it makes the account's worth `Insufficient` (`core.money_views`).
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.arithmetic import muldiv_toward_zero, plus
from seatrial.core.compiled import compiled_inner
from seatrial.core.exposure import shift_baselines
from seatrial.core.records import Int64Array, State
from seatrial.domain.money import CASH_SCALE


@compiled_inner
def purse_value(state: State, row: int) -> int:
    """What a purse is worth in the account's own currency, magnitude rounded down; 0 without a rate."""
    return muldiv_toward_zero(state.purses[row, r.W_CASH], state.purses[row, r.W_RATE], CASH_SCALE)


@compiled_inner
def revalue(state: State, row: int, before: int) -> int:
    """Book the change of a purse's worth since it was `before`; returns the change."""
    account = state.accounts[state.purses[row, r.W_ACCOUNT]]
    change = purse_value(state, row) - before
    account[r.A_PURSES] = plus(account[r.A_PURSES], change)
    account[r.A_HOLDINGS] = plus(account[r.A_HOLDINGS], change)
    return change


@compiled_inner
def add_to_purse(state: State, row: int, units: int) -> int:
    """Move cash of another currency in (+) or out (-); returns what that is worth at its rate."""
    before = purse_value(state, row)
    state.purses[row, r.W_CASH] = plus(state.purses[row, r.W_CASH], units)
    return revalue(state, row, before)


@compiled_inner
def take_fee(state: State, inst: int, row: int, fee_units: int) -> None:
    """A commission paid from a purse; at its rate it is part of the trade's result."""
    worth = -add_to_purse(state, row, -fee_units)
    state.purses[row, r.W_FEES] += fee_units
    state.positions[inst, r.P_FEES] += worth
    state.positions[inst, r.P_TRADE_REALIZED] -= worth


@compiled_inner
def apply_rate(state: State, fact: Int64Array) -> None:
    """A rate, and its date. The first one prices what was there already, which is no profit; a late one is history."""
    row = fact[r.F_PURSE] - 1
    purse = state.purses[row]
    if fact[r.F_AT] < purse[r.W_RATE_AT]:
        return
    first = purse[r.W_RATE] == 0
    before = purse_value(state, row)
    purse[r.W_RATE] = fact[r.F_RATE]
    purse[r.W_RATE_AT] = fact[r.F_AT]
    change = revalue(state, row, before)
    if first:
        shift_baselines(state, purse[r.W_ACCOUNT], change)
