"""Corporate actions: what a split and a dividend make of a position. Neither makes money nor loses any.

A split leaves the cost as it is to the unit, and every number that is counted in shares or per share moves with it:
quantity, last price, best close since entry, targets. Prices go to the nearest unit, halves up. Fractions are paid
out where the fact names a price for them, all of them with one rounding against us.
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.arithmetic import muldiv_ceil, muldiv_floor, plus
from seatrial.core.compiled import compiled_inner
from seatrial.core.exposure import holding_value, shift_baselines
from seatrial.core.ledger import QTY_UNITS_MAX, judge_trade, post_position
from seatrial.core.records import Int64Array, State
from seatrial.core.sizing import round_to_lot


@compiled_inner
def price_after(price: int, new: int, old: int) -> int:
    """A price per share after a split, to the nearest unit, halves up, never to nothing."""
    if price <= 0:
        return 0
    return max((muldiv_floor(price, 2 * old, new) + 1) // 2, 1)


@compiled_inner
def qty_after(qty: int, new: int, old: int) -> int:
    """A signed quantity after a split, magnitude rounded down to the unit."""
    after = muldiv_floor(abs(qty), new, old)
    assert after <= QTY_UNITS_MAX
    return after if qty >= 0 else -after


@compiled_inner
def split_holding(state: State, inst: int, new: int, old: int, whole: int, lieu: int) -> int:
    """Split what is held; returns the cash paid for fractions, negative where those of a short are bought in."""
    position = state.positions[inst]
    lot, value_div = state.rules[inst, r.R_LOT], state.rules[inst, r.R_VALUE_DIV]
    held = position[r.P_QTY]
    side = 1 if held > 0 else -1
    after = qty_after(held, new, old)
    position[r.P_QTY] = after
    paid = 0
    if whole > 0:
        fraction = abs(after) % whole
        # What is paid out, in parts of 1/old of a unit, so that nothing is lost before it is priced.
        parts = fraction * old + (abs(held) % old) * new % old
        paid = muldiv_floor(parts, lieu, value_div * old) if side > 0 else -muldiv_ceil(parts, lieu, value_div * old)
        realized = paid
        if fraction > 0:
            realized = post_position(position, -side * fraction, -paid, lieu)
        else:
            position[r.P_REALIZED] += paid
        position[r.P_TRADE_REALIZED] += realized
    if position[r.P_QTY] == 0 and position[r.P_COST] != 0:
        position[r.P_REALIZED] -= position[r.P_COST]
        position[r.P_TRADE_REALIZED] -= position[r.P_COST]
        position[r.P_COST] = 0
    account = state.accounts[state.rules[inst, r.R_ACCOUNT]]
    account[r.A_CASH] = plus(account[r.A_CASH], paid)
    if abs(held) >= lot and abs(position[r.P_QTY]) < lot:
        account[r.A_TRADE_CLOSED] = 1
        position[r.P_EXIT_PENDING] = 0
        judge_trade(position, account)
    return paid


@compiled_inner
def apply_split(state: State, fact: Int64Array) -> None:
    """Old shares are new shares. The risk baselines move with whatever rounding and cash in lieu did to equity."""
    inst, new, old = fact[r.F_INST], fact[r.F_NEW], fact[r.F_OLD]
    account = state.rules[inst, r.R_ACCOUNT]
    position = state.positions[inst]
    before = holding_value(state, inst)
    position[r.P_LAST] = price_after(position[r.P_LAST], new, old)
    position[r.P_EXTREME] = price_after(position[r.P_EXTREME], new, old)
    for strategy in range(state.targets.shape[1]):
        after = qty_after(state.targets[inst, strategy], new, old)
        state.targets[inst, strategy] = round_to_lot(after, state.rules[inst, r.R_LOT])
    paid = 0
    if position[r.P_QTY] != 0:
        paid = split_holding(state, inst, new, old, fact[r.F_WHOLE], fact[r.F_LIEU])
    change = holding_value(state, inst) - before
    state.accounts[account, r.A_HOLDINGS] = plus(state.accounts[account, r.A_HOLDINGS], change)
    shift_baselines(state, account, change + paid)


@compiled_inner
def apply_dividend(state: State, fact: Int64Array) -> None:
    """What is held is owed the dividend, rounded down; what is short owes it, rounded up. It is result."""
    inst = fact[r.F_INST]
    position, scale = state.positions[inst], state.rules[inst, r.R_SHARE_UNITS]
    held = position[r.P_QTY]
    if held == 0 or scale == 0:
        return
    units = muldiv_floor(held, fact[r.F_PER_SHARE], scale) if held > 0 else 0
    if held < 0:
        units = -muldiv_ceil(-held, fact[r.F_PER_SHARE], scale)
    position[r.P_DIVIDENDS] += units
    owner = state.rules[inst, r.R_ACCOUNT]
    account = state.accounts[owner]
    if fact[r.F_PAY_AT] <= fact[r.F_AT]:
        account[r.A_CASH] = plus(account[r.A_CASH], units)
        return
    row = state.scalars[r.S_DUES]
    assert row < state.dues.shape[0]
    state.dues[row, r.D_ACCOUNT] = owner
    state.dues[row, r.D_INST] = inst
    state.dues[row, r.D_PAY_AT] = fact[r.F_PAY_AT]
    state.dues[row, r.D_UNITS] = units
    state.scalars[r.S_DUES] = row + 1
    account[r.A_DUE] += units
    account[r.A_HOLDINGS] = plus(account[r.A_HOLDINGS], units)


@compiled_inner
def pay_dues(state: State, account: int, at_ns: int) -> None:
    """Pay what is due by now: what was owed becomes cash."""
    kept = 0
    for row in range(state.scalars[r.S_DUES]):
        due = state.dues[row]
        if due[r.D_ACCOUNT] == account and due[r.D_PAY_AT] <= at_ns:
            owner = state.accounts[account]
            owner[r.A_DUE] -= due[r.D_UNITS]
            owner[r.A_HOLDINGS] -= due[r.D_UNITS]
            owner[r.A_CASH] = plus(owner[r.A_CASH], due[r.D_UNITS])
            continue
        for column in range(r.DUE_WIDTH):
            state.dues[kept, column] = due[column]
        kept += 1
    state.scalars[r.S_DUES] = kept
