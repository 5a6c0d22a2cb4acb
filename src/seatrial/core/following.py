"""Following a target at once: its orders, their fills at the next bar's prints, and what they leave, in one piece.

Where one instrument is traded with nothing else at work, what a target leads to is known beforehand: the position is
closed at the first print, and the other side is opened at that print's end and filled at the second. What such a run of
facts and effects changes is added up here without the rows in between: the ledger's postings, the counts, the chain of
effects and the log are the same to the unit. `may_follow` and `is_quiet` say when that is so; in every other case, and
where any rule might say no, nothing is changed and the facts are told one by one (`core.stretch_loop`).
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core import venue as v
from seatrial.core.asking import draft
from seatrial.core.bar_loop import B_CLOSE, B_END, B_HIGH, B_LOW, B_OPEN, B_START
from seatrial.core.breaker import trip_equity
from seatrial.core.compiled import compiled_inner, compiled_once, typed
from seatrial.core.course import (
    D_SAID,
    D_STRATEGY,
    W_IS_WEIGHT,
    W_QTY,
    W_WEIGHT_PPM,
    Course,
)
from seatrial.core.effects import mix_effect
from seatrial.core.exposure import equity_of
from seatrial.core.fees import FEE_TAKER_PPM, commission_of
from seatrial.core.follow_rules import is_enough, may_close, may_open
from seatrial.core.ledger import judge_trade, market_value, post_moved, take_cash, trade_value
from seatrial.core.marking import let_time_pass
from seatrial.core.matching import print_at_ns, print_price
from seatrial.core.records import Int64Array, State
from seatrial.core.sizing import target_qty, weight_qty
from seatrial.core.throttles import count_message, note_execution
from seatrial.core.venue import VenueState

_NONE = typed(0)
_TARGET, _TARGET_PART = typed(r.REASON_TARGET), typed(r.REASON_TARGET_PART)
_ONE_ORDER = typed(1)

Leg = tuple[int, int, int, int]  # signed quantity, price, value and fee of an order and its only fill


@compiled_inner
def order_and_fill(state: State, venue: VenueState, leg: Leg, reason: int, at_ns: int, worth: int) -> None:
    """An order is approved and works, and fills at `at_ns`; what is held then is worth `worth`."""
    effects, position, account = venue.effects, state.positions[0], state.accounts[0]
    qty, price, value, fee = leg
    draft(state, effects, _NONE, _NONE, qty, state.scalars[r.S_NOW], reason)
    mix_effect(state, effects[0])
    number = state.scalars[r.S_ORDER_NUMBER] + 1
    state.scalars[r.S_ORDER_NUMBER] = number
    count_message(state, _NONE, state.scalars[r.S_NOW], _ONE_ORDER)
    venue.tallies[v.T_ORDERS] += 1
    let_time_pass(state, at_ns)
    side = 1 if qty > 0 else -1
    account[r.A_TRADE_CLOSED] = 0
    take_cash(position, account, fee)
    post_moved(position, account, side, qty, value, price, state.rules[0, r.R_LOT])
    account[r.A_HOLDINGS] = worth
    if account[r.A_TRADE_CLOSED] == 1:
        judge_trade(position, account)
    note_execution(state, _NONE)
    state.scalars[r.S_FACTS] += 2  # the venue's word and the fill
    fill = venue.log[venue.tallies[v.T_FILLS]]
    fill[v.L_AT], fill[v.L_INST], fill[v.L_SIDE], fill[v.L_QTY] = at_ns, 0, side, abs(qty)
    fill[v.L_PRICE], fill[v.L_FEE], fill[v.L_FEE_IN_BASE] = price, fee, 0
    fill[v.L_NUMBER], fill[v.L_MAKER], fill[v.L_LEFT] = number, 0, 0
    venue.tallies[v.T_FILLS] += 1


@compiled_once
def closing_price(state: State, venue: VenueState, held: int, price: int, trip: int) -> tuple[int, int, int]:
    """`(value, fee, equity afterwards)` of taking a position to zero; an equity of `trip` where that is not plain."""
    account = state.accounts[0]
    value = trade_value(-held, abs(held), price, state.rules[0, r.R_VALUE_DIV])
    fee = commission_of(value, venue.fees[0, FEE_TAKER_PPM])
    equity = account[r.A_CASH] - fee + (value if held > 0 else -value)
    lost = account[r.A_LOSSES_IN_ROW] + 1 >= state.limits[0, r.L_BREAKER_LOSSES]
    if (lost and state.limits[0, r.L_BREAKER] == 1) or not may_close(state, abs(held)):
        return value, fee, trip
    return value, fee, equity


@compiled_once
def tell_orders(state: State, venue: VenueState, bar: Int64Array, closing: Leg, opening: Leg, worth: int) -> None:
    """The orders of a target and their fills: what closes at the first print, what opens at the next there is."""
    index = 0
    if closing[0] != 0:
        at_ns = print_at_ns(bar[B_START], bar[B_END], index)
        reason = _TARGET_PART if opening[0] != 0 else _TARGET
        order_and_fill(state, venue, closing, reason, at_ns, _NONE)
        index = 1
    if opening[0] != 0:
        at_ns = print_at_ns(bar[B_START], bar[B_END], index)
        order_and_fill(state, venue, opening, _TARGET, at_ns, worth)


@compiled_inner
def follow(state: State, venue: VenueState, course: Course, row: int, participation_ppm: int) -> bool:
    """Live through what one target leads to at the prints of the bar at `row`, which the caller then tells.

    False, and nothing is changed, where that is not plain.
    """
    said, strategy, bar = course.said[0], course.desk[D_STRATEGY], course.rows[row]
    wanted = weight_qty(state, _NONE, said[W_WEIGHT_PPM]) if said[W_IS_WEIGHT] == 1 else said[W_QTY]
    held, div = state.positions[0, r.P_QTY], state.rules[0, r.R_VALUE_DIV]
    total = target_qty(state, _NONE) - state.targets[0, strategy] + wanted
    if (held > 0 and total > 0) or (held < 0 and total < 0) or held == total:
        return False  # more or less of the same side, or nothing to do
    if not is_enough(state, bar, max(abs(held), abs(total)), participation_ppm):
        return False
    trip, equity = trip_equity(state, _NONE), equity_of(state, _NONE)
    closing, opening, worth, price = (_NONE, _NONE, _NONE, _NONE), (_NONE, _NONE, _NONE, _NONE), _NONE, bar[B_OPEN]
    at_ns = state.scalars[r.S_NOW]
    if held != 0:
        value, fee, equity = closing_price(state, venue, held, price, trip)
        closing = -held, price, value, fee
        at_ns = print_at_ns(bar[B_START], bar[B_END], 0)
        if equity <= trip:
            return False
    if total != 0:
        worth = market_value(total, state.positions[0, r.P_LAST], div)
        if not may_open(state, course.kept, 1 if total > 0 else -1, abs(total), abs(worth), equity, at_ns):
            return False
        price = print_price(price, bar[B_HIGH], bar[B_LOW], bar[B_CLOSE], 1 if held != 0 else 0)
        value = trade_value(total, abs(total), price, div)
        opening = total, price, value, commission_of(value, venue.fees[0, FEE_TAKER_PPM])
        if equity - opening[3] + worth - (value if total > 0 else -value) <= trip:
            return False
    state.targets[0, strategy], state.has_target[0, strategy] = wanted, 1
    state.scalars[r.S_FACTS] += 2  # the target and its rebalance
    course.desk[D_SAID] = 0
    tell_orders(state, venue, bar, closing, opening, worth)
    return True
