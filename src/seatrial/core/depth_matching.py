"""The venue kernel for depth and quotes: what an event does to orders of ours.

The rules are numbered in `docs/concepts/fills_depth.md` and each is a blotter in `tests/core/test_fills_depth.py`. We
trade against the recording, and the recording does not notice: what we took is remembered level by level (`taken`),
and a trade that reached us is not there for our next order.
"""

from __future__ import annotations

from seatrial.core import depth as d
from seatrial.core import depth_orders as o
from seatrial.core.compiled import compiled, compiled_inner
from seatrial.core.depth import Int64Array
from seatrial.core.depth_orders import DepthVenue
from seatrial.core.queue_position import MICRO, after_change


@compiled_inner
def execute(venue: DepthVenue, count: int, number: int, side: int, tick: int, lots: int, maker: int, left: int) -> int:
    """Write one execution; returns the new count."""
    row = venue.executed[count]
    row[o.X_NUMBER] = number
    row[o.X_SIDE] = side
    row[o.X_TICK] = tick + venue.book.cells[d.B_LOW_TICK]
    row[o.X_LOTS] = lots
    row[o.X_MAKER] = maker
    row[o.X_LEFT] = left
    return count + 1


@compiled_inner
def fill_resting(venue: DepthVenue, count: int, order: Int64Array, available: int, whole: bool) -> tuple[int, int]:
    """Let a resting order take its part at its own price; returns the count and what is left of `available`."""
    lots = order[o.D_LEFT] if whole else min(order[o.D_LEFT], available)
    if lots == 0:
        return count, available
    order[o.D_LEFT] -= lots
    count = execute(venue, count, order[o.D_NUMBER], order[o.D_SIDE], order[o.D_TICK], lots, 1, order[o.D_LEFT])
    return count, available if whole else available - lots


@compiled_inner
def next_in_line(venue: DepthVenue, side: int, bound: int, beyond: int) -> int:
    """Of our orders of a side, the row served next: the better price, then what stands less far back; or -1.

    Only prices strictly better than `bound` count, and only rows not served yet: those that come after the row `beyond`
    in that very order.
    """
    best = -1
    for row in range(venue.cells[o.C_COUNT]):
        order = venue.orders[row]
        if order[o.D_SIDE] != side or order[o.D_LEFT] == 0 or (order[o.D_TICK] - bound) * side <= 0:
            continue
        if beyond >= 0 and not comes_before(venue, beyond, row):
            continue
        if best < 0 or comes_before(venue, row, best):
            best = row
    return best


@compiled_inner
def comes_before(venue: DepthVenue, row: int, other: int) -> bool:
    """Whether one of our orders of a side is served before another."""
    one, two = venue.orders[row], venue.orders[other]
    if one[o.D_TICK] != two[o.D_TICK]:
        return bool((one[o.D_TICK] - two[o.D_TICK]) * one[o.D_SIDE] > 0)
    return row < other


@compiled_inner
def serve_reached(venue: DepthVenue, side: int, tick: int) -> int:
    """The other side told a level at or through prices of ours: it meets them, as far as it goes (D-06)."""
    row_of_level = d.ASK if side > 0 else d.BID
    whole = venue.cells[o.C_WHOLE] >= o.WHOLE_THROUGH
    available = d.is_there(venue.book, row_of_level, tick)
    count = 0
    row = next_in_line(venue, side, tick - side, -1)
    while row >= 0 and available > 0:
        before = available
        count, available = fill_resting(venue, count, venue.orders[row], available, whole)
        if venue.cells[o.C_CONSUME] == 1 and before > available:
            d.take(venue.book, row_of_level, tick, before - available)
        row = next_in_line(venue, side, tick - side, row)
    return count


@compiled_inner
def move_up(venue: DepthVenue, side: int, tick: int, before_lots: int, after_lots: int) -> None:
    """A level of ours was told anew: what is gone and was not traded was cancelled, ahead of us or behind (D-04)."""
    cells = venue.cells
    for row in range(cells[o.C_COUNT]):
        order = venue.orders[row]
        if order[o.D_SIDE] == side and order[o.D_TICK] == tick and order[o.D_AHEAD] >= 0:
            order[o.D_AHEAD] = after_change(
                cells[o.C_MODEL],
                cells[o.C_POWER],
                cells[o.C_UNIT],
                order[o.D_AHEAD],
                order[o.D_TRADED],
                before_lots,
                after_lots,
            )
            order[o.D_TRADED] = 0


@compiled_inner
def serve_trade(venue: DepthVenue, aggressor: int, tick: int, lots: int) -> int:
    """A trade happened: first it meets our better prices (D-05), then our place at its own (D-03)."""
    side = -aggressor
    whole = venue.cells[o.C_WHOLE] >= o.WHOLE_THROUGH
    left = lots
    count = 0
    row = next_in_line(venue, side, tick, -1)
    while row >= 0 and left > 0:
        count, left = fill_resting(venue, count, venue.orders[row], left, whole)
        row = next_in_line(venue, side, tick, row)
    whole = venue.cells[o.C_WHOLE] == o.WHOLE_ALWAYS
    for row in range(venue.cells[o.C_COUNT]):
        order = venue.orders[row]
        if order[o.D_SIDE] != side or order[o.D_TICK] != tick or order[o.D_LEFT] == 0 or order[o.D_AHEAD] < 0:
            continue
        order[o.D_TRADED] += lots * MICRO
        reaches = (left * MICRO - order[o.D_AHEAD]) // MICRO
        order[o.D_AHEAD] = max(order[o.D_AHEAD] - left * MICRO, 0)
        if reaches > 0:
            count, rest = fill_resting(venue, count, order, reaches, whole)
            left -= reaches - rest
    return count


@compiled
def meet(venue: DepthVenue, kind: int, side: int, tick: int, lots: int) -> int:
    """An event happens; `tick` counts from the low tick. Returns how many rows of `executed` were written."""
    book = venue.book
    if kind == d.CLEAR:
        d.clear(book)
        for row in range(venue.cells[o.C_COUNT]):  # the next telling of their levels bounds what stands ahead
            venue.orders[row, o.D_TRADED] = 0
        return 0
    if tick < 0 or tick >= book.lots.shape[1]:
        if kind == d.TRADE and venue.cells[o.C_COUNT] > 0:  # beyond the window is through every price in it
            count = serve_trade(venue, side, tick, lots)
            o.drop_ended(venue)
            return count
        return 0
    if kind == d.TRADE:
        count = serve_trade(venue, side, tick, lots)
    else:
        row = d.BID if side > 0 else d.ASK
        before = book.lots[row, tick]
        if kind == d.TOP:
            d.set_top(book, side, tick, lots)
            come_in_sight(venue, side, tick, lots)
        else:
            d.set_level(book, side, tick, lots)
        move_up(venue, side, tick, before, lots)
        count = serve_reached(venue, -side, tick) if lots > 0 else 0
    if count > 0:
        o.drop_ended(venue)
    return count


@compiled_inner
def come_in_sight(venue: DepthVenue, side: int, tick: int, lots: int) -> None:
    """A quote is the best price of its side: ours beyond it stands first, ours at it behind what is shown (D-07)."""
    for row in range(venue.cells[o.C_COUNT]):
        order = venue.orders[row]
        if order[o.D_SIDE] != side:
            continue
        if (order[o.D_TICK] - tick) * side > 0 or lots == 0:
            order[o.D_AHEAD] = 0
        elif order[o.D_TICK] == tick and order[o.D_AHEAD] < 0:
            order[o.D_AHEAD] = lots * MICRO
