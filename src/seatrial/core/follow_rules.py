"""When a target may be followed at once (`core.following`): where every rule of risk is surely passed."""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core import venue as v
from seatrial.core.bar_loop import B_INST, B_VOLUME
from seatrial.core.compiled import compiled_inner, compiled_once, typed
from seatrial.core.course import (
    D_SAID,
    G_CLOSE,
    G_MONEY,
    KEPT_OF_A_SIDE,
    X_ROW,
    Y_ROW,
    Course,
)
from seatrial.core.exposure import unsettled_cash
from seatrial.core.fees import FEE_BUY_IN_BASE, FEE_PURSE, FEE_STEP
from seatrial.core.prints import share_of
from seatrial.core.records import Int64Array, State
from seatrial.core.risk import check, check_grid, check_price
from seatrial.core.venue import VenueState
from seatrial.core.verdicts import PASSED
from seatrial.domain.limits import NO_LIMIT
from seatrial.domain.time import MINUTE_NS, SECOND_NS

_NONE = typed(0)
_AROUND = 16  # a verdict on an order holds for prices within a part of so many
_OFF = typed(NO_LIMIT)

# What is kept of the last buy, and then of the last sale, that risk let through: its quantity, and the prices for which
# that holds.
Q_QTY, Q_LOW, Q_HIGH = range(3)
_OF_A_SIDE = typed(KEPT_OF_A_SIDE)


@compiled_inner
def may_follow(state: State, venue: VenueState, course: Course) -> bool:
    """Whether a run is of the kind: what cannot change while it goes on."""
    if state.rules.shape[0] != 1 or state.accounts.shape[0] != 1 or course.rows.shape[1] != B_INST:
        return False
    rules, limits, fees = state.rules[0], state.limits[0], venue.fees[0]
    plain_fees = fees[FEE_PURSE] == 0 and fees[FEE_STEP] == 0 and fees[FEE_BUY_IN_BASE] == 0
    by_equity = min(limits[r.L_POSITION_SHARE_PPM], rules[r.R_POSITION_SHARE_PPM], limits[r.L_LEVERAGE_PPM])
    by_memory = min(limits[r.L_DUPLICATES], limits[r.L_EXECUTIONS], limits[r.L_DRAWDOWN_PPM])
    return plain_fees and venue.options[v.IMPACT_PPM] == 0 and by_equity == _OFF and by_memory == _OFF


@compiled_inner
def is_quiet(state: State, venue: VenueState, course: Course, row: int) -> bool:
    """Whether there is one target, nothing else waits, and the bar at `row` is like any other."""
    scalars, position, account = state.scalars, state.positions[0], state.accounts[0]
    waits = scalars[r.S_ORDERS] | scalars[r.S_PARKED] | scalars[r.S_EXPIRING] | venue.counts[0]
    forbids = scalars[r.S_HALTED] | scalars[r.S_CLOSE_ONLY] | account[r.A_BREAKER]
    stops = position[r.P_EXIT_PENDING] | position[r.P_STOPPED_SIDE] | position[r.P_RESIZE_PENDING]
    elsewhere = account[r.A_PURSES] | account[r.A_DUE] | account[r.A_SETTLES_IN]
    if waits | forbids | stops | elsewhere != 0 or course.desk[D_SAID] != 1:
        return False
    if account[r.A_STARTED] == 0 or position[r.P_LAST] == 0 or position[r.P_LAST_AT] != scalars[r.S_NOW]:
        return False
    closes, money, progress = course.closes, course.timetable, course.progress
    if progress[G_CLOSE] < closes.shape[0] and closes[progress[G_CLOSE], X_ROW] == row:
        return False
    if progress[G_MONEY] < money.shape[0] and money[progress[G_MONEY], Y_ROW] == row:
        return False
    return course.marks.shape[0] == 0 or course.marks[row] == 0


@compiled_inner
def is_let_through(state: State, kept: Int64Array, side: int, qty: int) -> bool:
    """Whether risk lets an order of this size open a position at about the last price.

    Every rule of size and value is monotone in the price, so what holds a little above and a little below holds in
    between. `check` is asked anew where the size or the price has moved on.
    """
    position = state.positions[0]
    held, last = position[r.P_QTY], position[r.P_LAST]
    of = kept if side > 0 else kept[_OF_A_SIDE:]
    if of[Q_QTY] == qty and of[Q_LOW] <= last <= of[Q_HIGH]:
        return True
    of[Q_QTY], of[Q_LOW], of[Q_HIGH] = qty, last - last // _AROUND, last + last // _AROUND
    position[r.P_QTY] = 0
    for at in range(Q_LOW, Q_HIGH + 1):
        position[r.P_LAST] = of[at]
        code, _, _ = check(state, 0, side, qty, _NONE, _NONE, False)
        if code != PASSED:
            of[Q_QTY] = 0
    position[r.P_QTY], position[r.P_LAST] = held, last
    return of[Q_QTY] != 0


@compiled_inner
def pace_allows(state: State) -> bool:
    """Whether two more orders stay within every rate, in whichever second and minute they fall."""
    limits, account, now_ns = state.limits[0], state.accounts[0], state.scalars[r.S_NOW]
    orders = messages = second_orders = second_messages = 2
    if account[r.A_RATE_MINUTE] == now_ns // MINUTE_NS:
        orders += account[r.A_RATE_COUNT]
        messages += account[r.A_MINUTE_MESSAGES]
    if account[r.A_RATE_SECOND] == now_ns // SECOND_NS:
        second_orders += account[r.A_SECOND_COUNT]
        second_messages += account[r.A_SECOND_MESSAGES]
    by_minute = orders <= limits[r.L_ORDERS_PER_MINUTE] and messages <= limits[r.L_MESSAGES_PER_MINUTE]
    by_second = second_orders <= limits[r.L_ORDERS_PER_SECOND] and second_messages <= limits[r.L_MESSAGES_PER_SECOND]
    return by_minute and by_second


@compiled_inner
def may_open(state: State, kept: Int64Array, side: int, qty: int, worth: int, equity: int, at_ns: int) -> bool:
    """Whether an order passes that opens a position worth `worth` at `at_ns`, while all is cash: `equity`."""
    limits, account, position = state.limits[0], state.accounts[0], state.positions[0]
    if at_ns - position[r.P_LAST_AT] > limits[r.L_PRICE_AGE]:
        return False
    if account[r.A_DAY_EQUITY] - equity >= limits[r.L_DAILY_LOSS]:
        return False
    if account[r.A_WEEK_EQUITY] - equity >= limits[r.L_WEEKLY_LOSS]:
        return False
    if account[r.A_MONTH_EQUITY] - equity >= limits[r.L_MONTHLY_LOSS]:
        return False
    room = equity
    if account[r.A_MARGIN] == 0 and account[r.A_SPENDS_UNSETTLED] == 0:
        room -= unsettled_cash(state, 0)
    return worth <= room and pace_allows(state) and is_let_through(state, kept, side, qty)


@compiled_inner
def may_close(state: State, qty: int) -> bool:
    """Whether an order passes that takes the whole position to zero."""
    code, _, _ = check_grid(state, 0, qty, _NONE, _NONE)
    if code != PASSED:
        return False
    code, _, _ = check_price(state, 0, abs(state.accounts[0, r.A_HOLDINGS]), _NONE, _NONE)
    return bool(code == PASSED)


@compiled_once
def is_enough(state: State, bar: Int64Array, qty: int, participation_ppm: int) -> bool:
    """Whether the part of a print's volume that can be ours surely holds a quantity on the lot grid."""
    volume = bar[B_VOLUME] // 4 - state.rules[0, r.R_LOT]
    return volume > 0 and share_of(volume, participation_ppm) >= qty
