"""Trades on bars, compiled: prints meet the orders of a backtest's venue, and the machine hears of it."""

from __future__ import annotations

from seatrial.core import matching
from seatrial.core import records as r
from seatrial.core import venue as v
from seatrial.core.compiled import compiled_inner, compiled_once, typed
from seatrial.core.fees import FEE_PURSE, fee_of
from seatrial.core.hearing import hear_fill, hear_report
from seatrial.core.records import Int64Array, State
from seatrial.core.venue import VenueState, blank_fact, deliver
from seatrial.domain.orders import OrderStatus

# Columns of the bars a backtest runs over, sorted by (end, start, instrument).
B_START, B_END, B_OPEN, B_HIGH, B_LOW, B_CLOSE, B_VOLUME, B_INST = range(8)
BARS_WIDTH = 8

_NONE = typed(0)
_FILL = typed(r.FACT_FILL)
_REPORT = typed(r.FACT_REPORT)
_CANCELED = int(OrderStatus.CANCELED)


@compiled_inner
def note_trade(venue: VenueState, trade: Int64Array, inst: int, at_ns: int, pending: int) -> int:
    """Remember what one order did at a print until the machine hears of it; returns the new count.

    A trade and an end are two words to the machine, in this order.
    """
    number = trade[matching.EXEC_NUMBER]
    qty, at_price = trade[matching.EXEC_QTY], trade[matching.EXEC_PRICE]
    if qty > 0:
        orders = venue.working[inst]
        side = orders[matching.find_order(orders, venue.counts[inst], number), matching.SIDE]
        fill = venue.pending[pending]
        fill[v.L_AT] = at_ns
        fill[v.L_INST] = inst
        fill[v.L_SIDE] = side
        fill[v.L_QTY] = qty
        fill[v.L_PRICE] = at_price
        fill[v.L_NUMBER] = number
        fill[v.L_MAKER] = trade[matching.EXEC_MAKER]
        fill[v.L_LEFT] = trade[matching.EXEC_LEFT]
        fill[v.L_END] = 0
        pending += 1
    if trade[matching.EXEC_END] != 0:
        end = venue.pending[pending]
        end[v.L_AT] = at_ns
        end[v.L_INST] = inst
        end[v.L_NUMBER] = number
        end[v.L_END] = trade[matching.EXEC_END]
        pending += 1
    return pending


@compiled_inner
def trade_instrument(
    state: State, venue: VenueState, bars: Int64Array, row: int, index: int, participation_ppm: int, pending: int
) -> int:
    """Let print `index` of the bar `row` meet its instrument's orders; returns the new count of pending words."""
    bar = bars[row]
    inst = bar[B_INST]
    count = venue.counts[inst]
    orders = venue.working[inst]
    at_ns = matching.print_at_ns(bar[B_START], bar[B_END], index)
    volume = matching.print_volume(bar[B_VOLUME], state.rules[inst, r.R_LOT], index)
    marks = venue.marks[row] if row < venue.marks.shape[0] else 0
    told = matching.match_print(
        orders,
        count,
        matching.print_price(bar[B_OPEN], bar[B_HIGH], bar[B_LOW], bar[B_CLOSE], index),
        matching.available_units(volume, state.rules[inst, r.R_LOT], participation_ppm),
        index == 0,
        at_ns,
        matching.print_phase(marks, index),
        volume,
        matching.slope_units(venue.options[v.IMPACT_PPM], bar[B_HIGH], bar[B_LOW]),
        venue.executed,
    )
    for at in range(told):
        pending = note_trade(venue, venue.executed[at], inst, at_ns, pending)
    if told > 0:
        venue.counts[inst] = matching.drop_filled(orders, count)
    return pending


@compiled_once
def hear_trades(state: State, venue: VenueState, pending: int) -> None:
    """The machine hears of the trades and ends of one instant, in order; then what follows reaches the venue.

    A fee is taken as the trade is heard: what one has paid from a purse the next does not find there.
    """
    tail = _NONE
    for row in range(pending):
        word = venue.pending[row]
        if word[v.L_END] == 0:
            inst, side, maker = word[v.L_INST], word[v.L_SIDE], word[v.L_MAKER]
            fee, in_base = fee_of(state, venue.fees[inst], inst, side, word[v.L_QTY], word[v.L_PRICE], maker)
            word[v.L_FEE], word[v.L_FEE_IN_BASE] = fee, in_base
            blank_fact(venue, _FILL, word[v.L_AT], word[v.L_INST], word[v.L_NUMBER])
            venue.fact[r.F_QTY] = word[v.L_QTY]
            venue.fact[r.F_SIDE] = word[v.L_SIDE]
            venue.fact[r.F_PRICE] = word[v.L_PRICE]
            venue.fact[r.F_FEE] = word[v.L_FEE]
            venue.fact[r.F_FEE_IN_BASE] = word[v.L_FEE_IN_BASE]
            venue.fact[r.F_PURSE] = venue.fees[word[v.L_INST], FEE_PURSE]
            for column in range(v.LOG_WIDTH):
                venue.log[venue.tallies[v.T_FILLS], column] = word[column]
            venue.tallies[v.T_FILLS] += 1
            tail = hear_fill(state, venue, tail)
        else:
            blank_fact(venue, _REPORT, word[v.L_AT], word[v.L_INST], word[v.L_NUMBER])
            venue.fact[r.F_STATUS] = word[v.L_END]
            venue.tallies[v.T_CANCELS if word[v.L_END] == _CANCELED else v.T_EXPIRED] += 1
            tail = hear_report(state, venue, tail)
    deliver(state, venue, tail)
