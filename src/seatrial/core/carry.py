"""What a day costs and settles: interest, the fee for borrowed shares, proceeds that become good.

Rates are parts per million a year and come with the fact that charges them, so that a replay charges what was charged
then. A year has 360 days, days are calendar days, and every charge rounds against us to a cash unit of 1e-8.
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.arithmetic import muldiv_ceil, muldiv_floor, plus
from seatrial.core.compiled import compiled_inner
from seatrial.core.corporate import pay_dues
from seatrial.core.exposure import unsettled_cash
from seatrial.core.records import Int64Array, State

YEAR_DAYS = 360


@compiled_inner
def short_value(state: State, account: int) -> int:
    """What buying back every short of an account would cost at the last prices, rounded up."""
    total = 0
    for inst in range(state.rules.shape[0]):
        held = state.positions[inst, r.P_QTY]
        if held < 0 and state.rules[inst, r.R_ACCOUNT] == account:
            worth = muldiv_ceil(-held, state.positions[inst, r.P_LAST], state.rules[inst, r.R_VALUE_DIV])
            total = plus(total, worth)
    return total


@compiled_inner
def apply_interest(state: State, fact: Int64Array) -> None:
    """Cash less what the shorts are worth, whose proceeds are held: below zero it is borrowed, above it is free.

    Only what has settled earns.
    """
    account = fact[r.F_ACCOUNT]
    row = state.accounts[account]
    free = plus(row[r.A_CASH], -short_value(state, account))
    earned = 0
    if free < 0:
        earned = -muldiv_ceil(-free, fact[r.F_DEBIT_PPM] * fact[r.F_DAYS], r.PPM * YEAR_DAYS)
    elif free > unsettled_cash(state, account):
        good = free - unsettled_cash(state, account)
        earned = muldiv_floor(good, fact[r.F_CREDIT_PPM] * fact[r.F_DAYS], r.PPM * YEAR_DAYS)
    row[r.A_CASH] = plus(row[r.A_CASH], earned)
    row[r.A_INTEREST] += earned


@compiled_inner
def apply_borrow_fee(state: State, fact: Int64Array) -> None:
    """The fee of one short position, on its value at the last price."""
    inst = fact[r.F_INST]
    position = state.positions[inst]
    if position[r.P_QTY] >= 0:
        return
    worth = muldiv_ceil(-position[r.P_QTY], position[r.P_LAST], state.rules[inst, r.R_VALUE_DIV])
    fee = muldiv_ceil(worth, fact[r.F_DEBIT_PPM] * fact[r.F_DAYS], r.PPM * YEAR_DAYS)
    account = state.accounts[state.rules[inst, r.R_ACCOUNT]]
    account[r.A_CASH] = plus(account[r.A_CASH], -fee)
    position[r.P_BORROW_FEES] += fee


@compiled_inner
def apply_business_day(state: State, fact: Int64Array) -> None:
    """One day nearer to good for all that is not; then dividends whose day has come."""
    account = fact[r.F_ACCOUNT]
    row = state.accounts[account]
    for ahead in range(r.SETTLES_IN_MAX - 1):
        row[r.A_UNSETTLED + ahead] = row[r.A_UNSETTLED + ahead + 1]
    row[r.A_UNSETTLED + r.SETTLES_IN_MAX - 1] = 0
    row[r.A_SETTLES_IN] = fact[r.F_SETTLES_IN]
    pay_dues(state, account, fact[r.F_AT])
