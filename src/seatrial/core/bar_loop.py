"""The other side of a backtest, compiled: the venue kernel and the machine exchanging facts.

In a rehearsal the same two talk over a wire: an emulator runs `core.matching` on the same prints and
the order path carries the facts. The order of events here is the timeline both keep:

1. at each of a bar's four prints, all instruments trade first, then the machine hears of the fills;
2. at the bar's end, orders for the day expire where a session closes;
3. then the bars are published and strategies decide (`runs/backtest`), all on one state;
4. then what bars and strategies led to reaches the venue.

An order reaches the venue in the instant it is sent and meets the next print.
"""

from __future__ import annotations

from seatrial.core import matching
from seatrial.core import records as r
from seatrial.core import venue as v
from seatrial.core.arithmetic import muldiv_floor
from seatrial.core.compiled import compiled, compiled_inline, compiled_inner, typed
from seatrial.core.exposure import equity_of
from seatrial.core.ledger import trade_value
from seatrial.core.records import Int64Array, State
from seatrial.core.step import hear_bar, step
from seatrial.core.venue import VenueState, blank_fact, close_session, deliver

# Columns of the bars a backtest runs over, sorted by (end, start, instrument).
B_START, B_END, B_OPEN, B_HIGH, B_LOW, B_CLOSE, B_VOLUME, B_INST = range(8)
BARS_WIDTH = 8

_NONE = typed(0)
_FILL = typed(r.FACT_FILL)


@compiled_inner
def fee_of(state: State, venue: VenueState, inst: int, side: int, qty: int, price: int) -> tuple[int, int]:
    """`(fee, in_base)`: taken from what is received, truncated to the unit as the venue does."""
    rate = venue.fees[inst, 0]
    if rate == 0:
        return 0, 0
    if side > 0 and venue.fees[inst, 1] == 1:
        return muldiv_floor(qty, rate, r.PPM), 1
    value = trade_value(side, qty, price, state.rules[inst, r.R_VALUE_DIV])
    return muldiv_floor(value, rate, r.PPM), 0


@compiled_inner
def trade_instrument(
    state: State, venue: VenueState, bar: Int64Array, index: int, participation_ppm: int, pending: int
) -> int:
    """Let print `index` of one bar meet its instrument's orders; returns the new count of pending fills."""
    inst = bar[B_INST]
    count = venue.counts[inst]
    lot = state.rules[inst, r.R_LOT]
    price = matching.print_price(bar[B_OPEN], bar[B_HIGH], bar[B_LOW], bar[B_CLOSE], index)
    volume = matching.print_volume(bar[B_VOLUME], lot, index)
    available = matching.available_units(volume, lot, participation_ppm)
    orders = venue.working[inst]
    executed = matching.match_print(orders, count, price, available, index == 0, venue.executed)
    for row in range(executed):
        trade = venue.executed[row]
        number = trade[matching.EXEC_NUMBER]
        side = orders[matching.find_order(orders, count, number), matching.SIDE]
        qty, at_price = trade[matching.EXEC_QTY], trade[matching.EXEC_PRICE]
        fee, in_base = fee_of(state, venue, inst, side, qty, at_price)
        fill = venue.pending[pending]
        fill[v.L_AT] = matching.print_at_ns(bar[B_START], bar[B_END], index)
        fill[v.L_INST] = inst
        fill[v.L_SIDE] = side
        fill[v.L_QTY] = qty
        fill[v.L_PRICE] = at_price
        fill[v.L_FEE] = fee
        fill[v.L_FEE_IN_BASE] = in_base
        fill[v.L_NUMBER] = number
        fill[v.L_MAKER] = trade[matching.EXEC_MAKER]
        fill[v.L_LEFT] = trade[matching.EXEC_LEFT]
        pending += 1
    if executed > 0:
        venue.counts[inst] = matching.drop_filled(orders, count)
    return pending


@compiled_inline
def hear_fills(state: State, venue: VenueState, pending: int) -> None:
    """The machine hears of the fills of one instant, in order; then what follows reaches the venue."""
    tail = _NONE
    for row in range(pending):
        fill = venue.pending[row]
        blank_fact(venue, _FILL, fill[v.L_AT], fill[v.L_INST], fill[v.L_NUMBER])
        venue.fact[r.F_QTY] = fill[v.L_QTY]
        venue.fact[r.F_SIDE] = fill[v.L_SIDE]
        venue.fact[r.F_PRICE] = fill[v.L_PRICE]
        venue.fact[r.F_FEE] = fill[v.L_FEE]
        venue.fact[r.F_FEE_IN_BASE] = fill[v.L_FEE_IN_BASE]
        for column in range(v.LOG_WIDTH):
            venue.log[venue.tallies[v.T_FILLS], column] = fill[column]
        venue.tallies[v.T_FILLS] += 1
        tail += step(state, venue.fact, venue.effects[tail:])
    deliver(state, venue, tail)


@compiled_inline
def live_group(
    state: State,
    venue: VenueState,
    bars: Int64Array,
    first: int,
    last: int,
    participation_ppm: int,
    closing: Int64Array,
    equity_out: Int64Array,
) -> int:
    """Live through the bars `first..last-1`, which cover one span of time, up to where strategies decide.

    Returns the end of the effects that the bars led to. They are not delivered yet: what is decided in one
    instant is decided on one state, and only then does any of it reach the venue.

    Args:
        closing: (A,), 1 where the account's session closes at the end of these bars.
        equity_out: (A,), takes each account's equity afterwards.
    """
    for index in range(matching.PRINTS_PER_BAR):
        pending = _NONE
        for row in range(first, last):
            if venue.counts[bars[row, B_INST]] > 0:
                pending = trade_instrument(state, venue, bars[row], index, participation_ppm, pending)
        if pending > 0:
            hear_fills(state, venue, pending)
    for account in range(closing.shape[0]):
        if closing[account] == 1:
            state.scalars[r.S_NOW] = max(state.scalars[r.S_NOW], bars[first, B_END])
            close_session(state, venue, account)
    tail = _NONE
    for row in range(first, last):
        inst, start_ns, end_ns = bars[row, B_INST], bars[row, B_START], bars[row, B_END]
        high, low, close = bars[row, B_HIGH], bars[row, B_LOW], bars[row, B_CLOSE]
        tail += hear_bar(state, inst, start_ns, end_ns, high, low, close, venue.effects[tail:])
    for account in range(equity_out.shape[0]):
        equity_out[account] = equity_of(state, account)
    return tail


@compiled
def run_group(
    state: State,
    venue: VenueState,
    bars: Int64Array,
    first: int,
    last: int,
    participation_ppm: int,
    closing: Int64Array,
    equity_out: Int64Array,
) -> int:
    """The same for callers outside compiled code."""
    return live_group(state, venue, bars, first, last, participation_ppm, closing, equity_out)
