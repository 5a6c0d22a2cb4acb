"""What is at stake: equity, gross exposure and the worst case of everything still working."""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.arithmetic import muldiv_ceil, plus
from seatrial.core.compiled import compiled, compiled_inner, compiled_once
from seatrial.core.ledger import market_value
from seatrial.core.records import State

_PEAK_PER_EQUITY_MAX = 1_000


@compiled_once
def equity_of(state: State, account: int) -> int:
    """Cash plus holdings at their last prices, in cash units of the account's currency."""
    return state.accounts[account, r.A_CASH] + state.accounts[account, r.A_HOLDINGS]


@compiled
def equity(state: State, account: int) -> int:
    """The same, for callers outside compiled code."""
    return equity_of(state, account)


@compiled_inner
def move_peak(state: State, account: int, worth: int) -> None:
    """Money came in or went out: the drawdown stays the same share of the peak.

    An account that lost nearly all begins anew with what is paid in.
    """
    after = equity_of(state, account)
    before, peak = after - worth, state.accounts[account, r.A_PEAK]
    if before <= 0 or after <= 0 or peak // before >= _PEAK_PER_EQUITY_MAX:
        state.accounts[account, r.A_PEAK] = max(after, 0)
    else:
        state.accounts[account, r.A_PEAK] = muldiv_ceil(max(peak, before), after, before)


@compiled_inner
def shift_baselines(state: State, account: int, units: int) -> None:
    """Equity changed by what is neither profit nor loss: where it is measured from moves along."""
    row = state.accounts[account]
    row[r.A_DAY_EQUITY] = plus(row[r.A_DAY_EQUITY], units)
    row[r.A_WEEK_EQUITY] = plus(row[r.A_WEEK_EQUITY], units)
    row[r.A_MONTH_EQUITY] = plus(row[r.A_MONTH_EQUITY], units)
    move_peak(state, account, units)


@compiled_inner
def unsettled_cash(state: State, account: int) -> int:
    """Proceeds of sales that are not good yet."""
    total = 0
    for ahead in range(r.SETTLES_IN_MAX):
        total += state.accounts[account, r.A_UNSETTLED + ahead]
    return total


@compiled_inner
def spendable_cash(state: State, account: int) -> int:
    """What a cash account may buy with: what has settled, and the rest only where the account says so."""
    if state.accounts[account, r.A_SPENDS_UNSETTLED] == 1:
        return state.accounts[account, r.A_CASH]
    return state.accounts[account, r.A_CASH] - unsettled_cash(state, account)


@compiled_inner
def holding_value(state: State, inst: int) -> int:
    """What is held of one instrument, at its last price."""
    position = state.positions[inst]
    if position[r.P_QTY] == 0:
        return 0
    return market_value(position[r.P_QTY], position[r.P_LAST], state.rules[inst, r.R_VALUE_DIV])


@compiled_inner
def worst_qty(state: State, inst: int) -> int:
    """The largest magnitude the position can reach if one side of what works fills and the other does not."""
    held = state.positions[inst, r.P_QTY]
    return max(abs(held + state.positions[inst, r.P_WORKING_BUY]), abs(held - state.positions[inst, r.P_WORKING_SELL]))


@compiled_inner
def gross_worst(state: State, account: int) -> int:
    """Sum over instruments of the worst-case position at the last price, in cash units."""
    total = 0
    for inst in range(state.rules.shape[0]):
        if state.rules[inst, r.R_ACCOUNT] != account:
            continue
        qty = worst_qty(state, inst)
        if qty != 0:
            worth = market_value(qty, state.positions[inst, r.P_LAST], state.rules[inst, r.R_VALUE_DIV])
            total = plus(total, worth)
    return total


@compiled_inner
def net_worst(state: State, account: int, side: int) -> int:
    """Long less short at last prices if everything that works on one side fills and nothing on the other."""
    total = 0
    for inst in range(state.rules.shape[0]):
        if state.rules[inst, r.R_ACCOUNT] != account:
            continue
        working = state.positions[inst, r.P_WORKING_BUY] if side > 0 else -state.positions[inst, r.P_WORKING_SELL]
        qty = state.positions[inst, r.P_QTY] + working
        if qty != 0:
            worth = market_value(qty, state.positions[inst, r.P_LAST], state.rules[inst, r.R_VALUE_DIV])
            total = plus(total, worth)
    return total


@compiled_inner
def open_positions(state: State, account: int) -> int:
    """Instruments of the account in which at least a lot is held or could be."""
    total = 0
    for inst in range(state.rules.shape[0]):
        if state.rules[inst, r.R_ACCOUNT] == account and worst_qty(state, inst) >= state.rules[inst, r.R_LOT]:
            total += 1
    return total


@compiled_inner
def reference_price(limit: int, stop: int, last: int) -> int:
    """The price an order is valued at before it fills: its limit, else its stop, else the last price."""
    if limit > 0:
        return limit
    if stop > 0:
        return stop
    return last


@compiled_inner
def reserved_cash(state: State, account: int) -> int:
    """Cash that working buys of the account may still take."""
    total = 0
    for row in range(state.scalars[r.S_ORDERS]):
        order = state.orders[row]
        inst = order[r.O_INST]
        if order[r.O_SIDE] < 0 or state.rules[inst, r.R_ACCOUNT] != account:
            continue
        price = reference_price(order[r.O_LIMIT], order[r.O_STOP], state.positions[inst, r.P_LAST])
        total += market_value(order[r.O_QTY] - order[r.O_FILLED], price, state.rules[inst, r.R_VALUE_DIV])
    return total


@compiled_inner
def reduces(state: State, inst: int, side: int, qty: int) -> bool:
    """Whether an order can only bring the position closer to zero, whatever else fills."""
    held = state.positions[inst, r.P_QTY]
    if side > 0:
        return held + qty + state.positions[inst, r.P_WORKING_BUY] <= 0
    return held - qty - state.positions[inst, r.P_WORKING_SELL] >= 0
