"""Pre-trade risk: ordered rules, of which the first that fails is the answer.

The order is `RefusalCode`'s and is a contract. Rules that guard size and money apply to entries;
an order that can only reduce a position passes them, because refusing it would keep risk on.
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.arithmetic import muldiv_floor
from seatrial.core.compiled import compiled_inner
from seatrial.core.exposure import (
    equity,
    gross_worst,
    open_positions,
    reduces,
    reference_price,
    reserved_cash,
    spendable_cash,
    worst_qty,
)
from seatrial.core.ledger import market_value
from seatrial.core.records import State
from seatrial.domain.refusals import RefusalCode
from seatrial.domain.time import MINUTE_NS

VALUE_UNITS_MAX = 2**59  # 5.7 thousand million of any currency in one order is a typing error
QTY_UNITS_MAX = 2**60

PASSED = int(RefusalCode.NONE)

_HALTED = int(RefusalCode.HALTED)
_BREAKER = int(RefusalCode.BREAKER_TRIPPED)
_EXIT = int(RefusalCode.EXIT_UNDER_WAY)
_TOO_LARGE = int(RefusalCode.QUANTITY_TOO_LARGE)
_OFF_TICK = int(RefusalCode.OFF_TICK)
_OFF_LOT = int(RefusalCode.OFF_LOT)
_TOO_SMALL = int(RefusalCode.QUANTITY_TOO_SMALL)
_NO_PRICE = int(RefusalCode.NO_PRICE)
_STALE = int(RefusalCode.STALE_PRICE)
_NOTIONAL_MIN = int(RefusalCode.NOTIONAL_TOO_SMALL)
_COLLAR = int(RefusalCode.PRICE_COLLAR)
_SHORT = int(RefusalCode.SHORT_NOT_ALLOWED)
_DAILY = int(RefusalCode.DAILY_LOSS)
_WEEKLY = int(RefusalCode.WEEKLY_LOSS)
_MONTHLY = int(RefusalCode.MONTHLY_LOSS)
_PER_TRADE = int(RefusalCode.LOSS_PER_TRADE)
_SHARES = int(RefusalCode.MAX_SHARES)
_POSITION = int(RefusalCode.MAX_POSITION_NOTIONAL)
_EXPOSURE = int(RefusalCode.MAX_TOTAL_EXPOSURE)
_OPEN = int(RefusalCode.MAX_OPEN_POSITIONS)
_POWER = int(RefusalCode.BUYING_POWER)
_RATE = int(RefusalCode.ORDER_RATE)
_WORKING = int(RefusalCode.TOO_MANY_ORDERS)

Verdict = tuple[int, int, int]  # code, limit, actual


@compiled_inner
def check(state: State, inst: int, side: int, qty: int, limit: int, stop: int, asked: bool) -> Verdict:
    """The verdict on one order: `(PASSED, 0, 0)` or the first rule that fails with both its numbers.

    `asked` says that somebody outside asked for it: such an order may not meddle with a stop-loss at work.
    """
    account = state.rules[inst, r.R_ACCOUNT]
    entry = not reduces(state, inst, side, qty)
    if state.scalars[r.S_HALTED] != 0:
        return _HALTED, 0, 1
    if entry and state.accounts[account, r.A_BREAKER] != r.BREAKER_NORMAL:
        return _BREAKER, r.BREAKER_NORMAL, state.accounts[account, r.A_BREAKER]
    if asked and state.positions[inst, r.P_EXIT_PENDING] == 1:
        return _EXIT, 0, 1
    verdict = check_grid(state, inst, qty, limit, stop)
    if verdict[0] != PASSED:
        return verdict
    verdict = check_price(state, inst, qty, limit, stop)
    if verdict[0] != PASSED:
        return verdict
    if side < 0 and state.rules[inst, r.R_SHORTABLE] == 0:
        free = state.positions[inst, r.P_QTY] - state.positions[inst, r.P_WORKING_SELL]
        if qty > free:
            return _SHORT, max(free, 0), qty
    if not entry:
        return PASSED, 0, 0
    verdict = check_losses(state, account)
    if verdict[0] != PASSED:
        return verdict
    verdict = check_size(state, inst, side, qty, reference_price(limit, stop, state.positions[inst, r.P_LAST]))
    if verdict[0] != PASSED:
        return verdict
    return check_rate(state, account)


@compiled_inner
def reckonable_qty(price: int, value_div: int) -> int:
    """The largest quantity whose value at a price, with room to add a few, still fits 64 bits."""
    worth_per_unit = VALUE_UNITS_MAX // max(price, 1)
    if worth_per_unit >= QTY_UNITS_MAX // value_div:
        return QTY_UNITS_MAX
    return worth_per_unit * value_div


@compiled_inner
def check_grid(state: State, inst: int, qty: int, limit: int, stop: int) -> Verdict:
    """What can be reckoned with at all, then tick, lot and smallest quantity of the venue."""
    qty_max = reckonable_qty(max(limit, stop, state.positions[inst, r.P_LAST]), state.rules[inst, r.R_VALUE_DIV])
    if qty > qty_max:
        return _TOO_LARGE, qty_max, qty
    tick = state.rules[inst, r.R_TICK]
    if limit % tick != 0:
        return _OFF_TICK, tick, limit
    if stop % tick != 0:
        return _OFF_TICK, tick, stop
    lot = state.rules[inst, r.R_LOT]
    if qty % lot != 0:
        return _OFF_LOT, lot, qty
    if qty < state.rules[inst, r.R_QTY_MIN]:
        return _TOO_SMALL, state.rules[inst, r.R_QTY_MIN], qty
    return PASSED, 0, 0


@compiled_inner
def check_price(state: State, inst: int, qty: int, limit: int, stop: int) -> Verdict:
    """A fresh price must be known, the order worth the venue's minimum, and its prices near the market."""
    limits = state.limits[state.rules[inst, r.R_ACCOUNT]]
    last = state.positions[inst, r.P_LAST]
    if last <= 0:
        return _NO_PRICE, 1, 0
    age = state.scalars[r.S_NOW] - state.positions[inst, r.P_LAST_AT]
    if age > limits[r.L_PRICE_AGE]:
        return _STALE, limits[r.L_PRICE_AGE], age
    worth = market_value(qty, reference_price(limit, stop, last), state.rules[inst, r.R_VALUE_DIV])
    if worth < state.rules[inst, r.R_NOTIONAL_MIN]:
        return _NOTIONAL_MIN, state.rules[inst, r.R_NOTIONAL_MIN], worth
    collar = muldiv_floor(last, limits[r.L_COLLAR_PPM], r.PPM)
    if limit > 0 and abs(limit - last) > collar:
        return _COLLAR, collar, abs(limit - last)
    if stop > 0 and abs(stop - last) > collar:
        return _COLLAR, collar, abs(stop - last)
    return PASSED, 0, 0


@compiled_inner
def check_losses(state: State, account: int) -> Verdict:
    """Losses of the risk day, week and month refuse entries until the period turns."""
    limits = state.limits[account]
    now = equity(state, account)
    if state.accounts[account, r.A_DAY_EQUITY] - now >= limits[r.L_DAILY_LOSS]:
        return _DAILY, limits[r.L_DAILY_LOSS], state.accounts[account, r.A_DAY_EQUITY] - now
    if state.accounts[account, r.A_WEEK_EQUITY] - now >= limits[r.L_WEEKLY_LOSS]:
        return _WEEKLY, limits[r.L_WEEKLY_LOSS], state.accounts[account, r.A_WEEK_EQUITY] - now
    if state.accounts[account, r.A_MONTH_EQUITY] - now >= limits[r.L_MONTHLY_LOSS]:
        return _MONTHLY, limits[r.L_MONTHLY_LOSS], state.accounts[account, r.A_MONTH_EQUITY] - now
    return PASSED, 0, 0


@compiled_inner
def check_size(state: State, inst: int, side: int, qty: int, price: int) -> Verdict:
    """Loss per trade, shares, notional, exposure, number of positions and what can be paid."""
    account = state.rules[inst, r.R_ACCOUNT]
    limits = state.limits[account]
    value_div = state.rules[inst, r.R_VALUE_DIV]
    held = state.positions[inst, r.P_QTY]
    worth = market_value(qty, price, value_div)
    at_stop = muldiv_floor(worth, limits[r.L_STOP_LOSS_PPM], r.PPM)
    if at_stop > limits[r.L_LOSS_PER_TRADE]:
        return _PER_TRADE, limits[r.L_LOSS_PER_TRADE], at_stop
    after = abs(held + state.positions[inst, r.P_WORKING_BUY] + qty)
    if side < 0:
        after = abs(held - state.positions[inst, r.P_WORKING_SELL] - qty)
    shares_max = limits[r.L_MAX_SHARES] * state.rules[inst, r.R_SHARE_UNITS]
    if shares_max > 0 and after > shares_max:
        return _SHARES, shares_max, after
    notional = market_value(after, price, value_div)
    if notional > limits[r.L_POSITION_NOTIONAL]:
        return _POSITION, limits[r.L_POSITION_NOTIONAL], notional
    before = worst_qty(state, inst)
    grown = market_value(max(after - before, 0), price, value_div)
    gross = gross_worst(state, account) + grown
    if gross > limits[r.L_TOTAL_EXPOSURE]:
        return _EXPOSURE, limits[r.L_TOTAL_EXPOSURE], gross
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


@compiled_inner
def check_rate(state: State, account: int) -> Verdict:
    """Entries per minute, and orders working at once."""
    limits = state.limits[account]
    same_minute = state.accounts[account, r.A_RATE_MINUTE] == state.scalars[r.S_NOW] // MINUTE_NS
    count = state.accounts[account, r.A_RATE_COUNT] + 1 if same_minute else 1
    if count > limits[r.L_ORDERS_PER_MINUTE]:
        return _RATE, limits[r.L_ORDERS_PER_MINUTE], count
    working = 1
    for row in range(state.scalars[r.S_ORDERS]):
        if state.rules[state.orders[row, r.O_INST], r.R_ACCOUNT] == account:
            working += 1
    if working > limits[r.L_ORDERS_WORKING]:
        return _WORKING, limits[r.L_ORDERS_WORKING], working
    return PASSED, 0, 0
