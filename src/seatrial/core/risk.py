"""Pre-trade risk: ordered rules, of which the first that fails is the answer.

The order is `RefusalCode`'s and is a contract. Rules that guard size, money and pace apply to entries;
an order that can only reduce a position passes them, because refusing it would keep risk on.
"""

from __future__ import annotations

from numba import uint64

from seatrial.core import records as r
from seatrial.core.arithmetic import divided, down_to, muldiv_floor
from seatrial.core.breaker import drawdown_floor
from seatrial.core.compiled import compiled_inner, compiled_once
from seatrial.core.exposure import equity, reduces, reference_price
from seatrial.core.ledger import market_value
from seatrial.core.pace_rules import check_rate, check_repetition
from seatrial.core.records import State
from seatrial.core.size_rules import check_exposure, check_order, check_position
from seatrial.core.throttles import likeness
from seatrial.core.verdicts import PASSED, Verdict
from seatrial.domain.refusals import RefusalCode

VALUE_UNITS_MAX = 2**59  # 5.7 thousand million of any currency in one order is a typing error
QTY_UNITS_MAX = 2**60

_HALTED = int(RefusalCode.HALTED)
_BREAKER = int(RefusalCode.BREAKER_TRIPPED)
_CLOSE_ONLY = int(RefusalCode.NEW_POSITIONS_DISABLED)
_EXIT = int(RefusalCode.EXIT_UNDER_WAY)
_RESTRICTED = int(RefusalCode.RESTRICTED_SYMBOL)
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
_DRAWDOWN = int(RefusalCode.MAX_DRAWDOWN)


@compiled_once
def check(state: State, inst: int, side: int, qty: int, limit: int, stop: int, asked: bool) -> Verdict:
    """The verdict on one order: `(PASSED, 0, 0)` or the first rule that fails with both its numbers.

    `asked` says that somebody outside asked for it: such an order may not meddle with a stop-loss at work.
    """
    entry = not reduces(state, inst, side, qty)
    verdict = check_open(state, inst, entry, asked)
    if verdict[0] != PASSED:
        return verdict
    verdict = check_grid(state, inst, qty, limit, stop)
    if verdict[0] != PASSED:
        return verdict
    price = reference_price(limit, stop, state.positions[inst, r.P_LAST])
    worth = market_value(qty, price, state.rules[inst, r.R_VALUE_DIV])
    verdict = check_price(state, inst, worth, limit, stop)
    if verdict[0] != PASSED:
        return verdict
    if side < 0 and state.rules[inst, r.R_SHORTABLE] == 0:
        free = state.positions[inst, r.P_QTY] - state.positions[inst, r.P_WORKING_SELL]
        if qty > free:
            return _SHORT, max(free, 0), qty
    if not entry:
        return PASSED, 0, 0
    verdict = check_losses(state, state.rules[inst, r.R_ACCOUNT])
    if verdict[0] != PASSED:
        return verdict
    verdict = check_order(state, inst, qty, worth)
    if verdict[0] != PASSED:
        return verdict
    verdict = check_position(state, inst, side, qty, price, worth)
    if verdict[0] != PASSED:
        return verdict
    verdict = check_exposure(state, inst, side, qty, price, worth)
    if verdict[0] != PASSED:
        return verdict
    verdict = check_rate(state, state.rules[inst, r.R_ACCOUNT])
    if verdict[0] != PASSED:
        return verdict
    return check_repetition(state, inst, likeness(side, qty, limit, stop))


@compiled_once
def check_open(state: State, inst: int, entry: bool, asked: bool) -> Verdict:
    """What forbids every order, or every entry, whatever its size."""
    account = state.rules[inst, r.R_ACCOUNT]
    if state.scalars[r.S_HALTED] != 0:
        return _HALTED, 0, 1
    if entry and state.accounts[account, r.A_BREAKER] != r.BREAKER_NORMAL:
        return _BREAKER, r.BREAKER_NORMAL, state.accounts[account, r.A_BREAKER]
    by_settings = max(state.limits[account, r.L_CLOSE_ONLY], state.rules[inst, r.R_CLOSE_ONLY])
    if entry and max(state.scalars[r.S_CLOSE_ONLY], by_settings) != 0:
        return _CLOSE_ONLY, 0, 1
    if asked and state.positions[inst, r.P_EXIT_PENDING] == 1:
        return _EXIT, 0, 1
    if entry and state.rules[inst, r.R_RESTRICTED] != 0:
        return _RESTRICTED, 0, 1
    return PASSED, 0, 0


@compiled_inner
def reckonable_qty(price: int, value_div: int) -> int:
    """The largest quantity whose value at a price, with room to add a few, still fits 64 bits."""
    worth_per_unit = divided(uint64(VALUE_UNITS_MAX), uint64(max(price, 1)))[0]
    if worth_per_unit >= divided(uint64(QTY_UNITS_MAX), uint64(value_div))[0]:
        return QTY_UNITS_MAX
    return worth_per_unit * value_div


@compiled_once
def check_grid(state: State, inst: int, qty: int, limit: int, stop: int) -> Verdict:
    """What can be reckoned with at all, then tick, lot and smallest quantity of the venue."""
    qty_max = reckonable_qty(max(limit, stop, state.positions[inst, r.P_LAST]), state.rules[inst, r.R_VALUE_DIV])
    if qty > qty_max:
        return _TOO_LARGE, qty_max, qty
    tick = state.rules[inst, r.R_TICK]
    if limit != 0 and limit % tick != 0:
        return _OFF_TICK, tick, limit
    if stop != 0 and stop % tick != 0:
        return _OFF_TICK, tick, stop
    lot = state.rules[inst, r.R_LOT]
    if down_to(qty, lot) != qty:
        return _OFF_LOT, lot, qty
    if qty < state.rules[inst, r.R_QTY_MIN]:
        return _TOO_SMALL, state.rules[inst, r.R_QTY_MIN], qty
    return PASSED, 0, 0


@compiled_once
def check_price(state: State, inst: int, worth: int, limit: int, stop: int) -> Verdict:
    """A fresh price must be known, the order worth the venue's minimum, and its prices near the market."""
    limits = state.limits[state.rules[inst, r.R_ACCOUNT]]
    last = state.positions[inst, r.P_LAST]
    if last <= 0:
        return _NO_PRICE, 1, 0
    age = state.scalars[r.S_NOW] - state.positions[inst, r.P_LAST_AT]
    if age > limits[r.L_PRICE_AGE]:
        return _STALE, limits[r.L_PRICE_AGE], age
    if worth < state.rules[inst, r.R_NOTIONAL_MIN]:
        return _NOTIONAL_MIN, state.rules[inst, r.R_NOTIONAL_MIN], worth
    if limit <= 0 and stop <= 0:
        return PASSED, 0, 0
    collar = muldiv_floor(last, min(limits[r.L_COLLAR_PPM], state.rules[inst, r.R_COLLAR_PPM]), r.PPM)
    if limit > 0 and abs(limit - last) > collar:
        return _COLLAR, collar, abs(limit - last)
    if stop > 0 and abs(stop - last) > collar:
        return _COLLAR, collar, abs(stop - last)
    return PASSED, 0, 0


@compiled_once
def check_losses(state: State, account: int) -> Verdict:
    """Losses of day, week and month refuse entries until the period turns; a drawdown until a person resets."""
    limits = state.limits[account]
    now = equity(state, account)
    if state.accounts[account, r.A_DAY_EQUITY] - now >= limits[r.L_DAILY_LOSS]:
        return _DAILY, limits[r.L_DAILY_LOSS], state.accounts[account, r.A_DAY_EQUITY] - now
    if state.accounts[account, r.A_WEEK_EQUITY] - now >= limits[r.L_WEEKLY_LOSS]:
        return _WEEKLY, limits[r.L_WEEKLY_LOSS], state.accounts[account, r.A_WEEK_EQUITY] - now
    if state.accounts[account, r.A_MONTH_EQUITY] - now >= limits[r.L_MONTHLY_LOSS]:
        return _MONTHLY, limits[r.L_MONTHLY_LOSS], state.accounts[account, r.A_MONTH_EQUITY] - now
    floor, peak = drawdown_floor(state, account), state.accounts[account, r.A_PEAK]
    if now <= floor:
        return _DRAWDOWN, peak - floor, peak - now
    return PASSED, 0, 0
