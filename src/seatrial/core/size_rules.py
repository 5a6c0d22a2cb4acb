"""How much: the order by itself, what would be held of its symbol, and of the whole account if everything fills."""

from __future__ import annotations

from numba import uint64

from seatrial.core import records as r
from seatrial.core.arithmetic import divided, muldiv_floor
from seatrial.core.compiled import compiled_inner, compiled_once
from seatrial.core.exposure import (
    equity,
    gross_worst,
    net_worst,
    open_positions,
    reserved_cash,
    spendable_cash,
    worst_qty,
)
from seatrial.core.ledger import market_value
from seatrial.core.records import State
from seatrial.core.verdicts import PASSED, Verdict
from seatrial.domain.limits import NO_LIMIT
from seatrial.domain.refusals import RefusalCode

_ORDER_QTY = int(RefusalCode.MAX_ORDER_QUANTITY)
_ORDER_VALUE = int(RefusalCode.MAX_ORDER_VALUE)
_PER_TRADE = int(RefusalCode.LOSS_PER_TRADE)
_SHARES = int(RefusalCode.MAX_SHARES)
_POSITION = int(RefusalCode.MAX_POSITION_NOTIONAL)
_POSITION_SHARE = int(RefusalCode.MAX_POSITION_SHARE)
_EXPOSURE = int(RefusalCode.MAX_TOTAL_EXPOSURE)
_NET = int(RefusalCode.MAX_NET_EXPOSURE)
_LEVERAGE = int(RefusalCode.MAX_LEVERAGE)
_OPEN = int(RefusalCode.MAX_OPEN_POSITIONS)
_POWER = int(RefusalCode.BUYING_POWER)


@compiled_inner
def share_limit(shares: int, share_units: int) -> int:
    """A limit in whole shares as quantity units; no limit where the instrument is no share or the limit is off."""
    if share_units == 0 or shares == NO_LIMIT or shares >= divided(uint64(NO_LIMIT), uint64(share_units))[0]:
        return NO_LIMIT
    return shares * share_units


@compiled_inner
def part_of_equity(state: State, account: int, ppm: int) -> int:
    """So many millionths of the account's equity, in cash units; no limit where the limit is off."""
    if ppm == NO_LIMIT:
        return NO_LIMIT
    return muldiv_floor(max(equity(state, account), 0), ppm, r.PPM)


@compiled_once
def check_order(state: State, inst: int, qty: int, worth: int) -> Verdict:
    """The order by itself: its quantity, its value, and what it loses if its stop-loss is reached."""
    rules, limits = state.rules[inst], state.limits[state.rules[inst, r.R_ACCOUNT]]
    qty_max = min(share_limit(limits[r.L_ORDER_SHARES], rules[r.R_SHARE_UNITS]), rules[r.R_ORDER_QTY])
    if qty > qty_max:
        return _ORDER_QTY, qty_max, qty
    worth_max = min(limits[r.L_ORDER_VALUE], rules[r.R_ORDER_VALUE])
    if worth > worth_max:
        return _ORDER_VALUE, worth_max, worth
    at_stop = muldiv_floor(worth, limits[r.L_STOP_LOSS_PPM], r.PPM) if limits[r.L_STOP_LOSS_PPM] > 0 else 0
    if at_stop > limits[r.L_LOSS_PER_TRADE]:
        return _PER_TRADE, limits[r.L_LOSS_PER_TRADE], at_stop
    return PASSED, 0, 0


@compiled_once
def check_position(state: State, inst: int, side: int, qty: int, price: int, worth: int) -> Verdict:
    """What would be held of this symbol if this and all that works on its side fills: quantity, value, share."""
    account = state.rules[inst, r.R_ACCOUNT]
    rules, limits, held = state.rules[inst], state.limits[account], state.positions[inst, r.P_QTY]
    after = abs(held + state.positions[inst, r.P_WORKING_BUY] + qty)
    if side < 0:
        after = abs(held - state.positions[inst, r.P_WORKING_SELL] - qty)
    qty_max = min(share_limit(limits[r.L_MAX_SHARES], rules[r.R_SHARE_UNITS]), rules[r.R_MAX_QTY])
    if after > qty_max:
        return _SHARES, qty_max, after
    notional = worth if after == qty else market_value(after, price, rules[r.R_VALUE_DIV])
    notional_max = min(limits[r.L_POSITION_NOTIONAL], rules[r.R_POSITION_NOTIONAL])
    if notional > notional_max:
        return _POSITION, notional_max, notional
    share = min(limits[r.L_POSITION_SHARE_PPM], rules[r.R_POSITION_SHARE_PPM])
    if notional > part_of_equity(state, account, share):
        return _POSITION_SHARE, part_of_equity(state, account, share), notional
    return PASSED, 0, 0


@compiled_once
def check_exposure(state: State, inst: int, side: int, qty: int, price: int, worth: int) -> Verdict:
    """The whole account if everything fills: gross, net and leverage, number of positions, what can be paid."""
    account, value_div = state.rules[inst, r.R_ACCOUNT], state.rules[inst, r.R_VALUE_DIV]
    limits, held = state.limits[account], state.positions[inst, r.P_QTY]
    after = abs(held + state.positions[inst, r.P_WORKING_BUY] + qty)
    if side < 0:
        after = abs(held - state.positions[inst, r.P_WORKING_SELL] - qty)
    before = worst_qty(state, inst)
    more = max(after - before, 0)
    gross = gross_worst(state, account) + (worth if more == qty else market_value(more, price, value_div))
    if gross > limits[r.L_TOTAL_EXPOSURE]:
        return _EXPOSURE, limits[r.L_TOTAL_EXPOSURE], gross
    if limits[r.L_NET_EXPOSURE] != NO_LIMIT:
        net = side * net_worst(state, account, side) + worth
        if net > limits[r.L_NET_EXPOSURE]:
            return _NET, limits[r.L_NET_EXPOSURE], net
    if gross > part_of_equity(state, account, limits[r.L_LEVERAGE_PPM]):
        return _LEVERAGE, part_of_equity(state, account, limits[r.L_LEVERAGE_PPM]), gross
    count = open_positions(state, account)
    if before < state.rules[inst, r.R_LOT] and count + 1 > limits[r.L_OPEN_POSITIONS]:
        return _OPEN, limits[r.L_OPEN_POSITIONS], count + 1
    if state.accounts[account, r.A_MARGIN] == 1:
        room = equity(state, account)
        if gross > room:
            return _POWER, room, gross
    else:
        room = spendable_cash(state, account) - reserved_cash(state, account)
        if side > 0 and worth > room:
            return _POWER, room, worth
    return PASSED, 0, 0
