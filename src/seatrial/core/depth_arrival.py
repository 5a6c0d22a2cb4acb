"""The venue kernel for depth and quotes: what an order of ours does when it arrives, is withdrawn or replaced.

The rules are numbered in `docs/concepts/fills_depth.md`.
"""

from __future__ import annotations

from seatrial.core import depth as d
from seatrial.core import depth_orders as o
from seatrial.core.arithmetic import muldiv_ceil, muldiv_floor
from seatrial.core.compiled import compiled, compiled_inner
from seatrial.core.depth_matching import execute
from seatrial.core.depth_orders import DepthVenue
from seatrial.domain.orders import OrderStatus, OrderType, TimeInForce

PPM = 1_000_000
ROOT_BITS = 16  # a root is a fraction of 2**16
FLAG_POST_ONLY = 1

_MARKET = int(OrderType.MARKET)
_LIMIT = int(OrderType.LIMIT)
_IOC = int(TimeInForce.IOC)
_FOK = int(TimeInForce.FOK)
_WORKING = int(OrderStatus.WORKING)
_EXPIRED = int(OrderStatus.EXPIRED)
_REJECTED = int(OrderStatus.REJECTED)


@compiled
def root_of(square: int) -> int:
    """The square root rounded down, by Newton's iteration from above."""
    if square < 2:
        return square
    root = 1 << 32
    better = (root + square // root) >> 1
    while better < root:
        root, better = better, (better + square // better) >> 1
    return root


@compiled
def impact_ticks(venue: DepthVenue, tick: int, lots: int) -> int:
    """The square-root law: taking `lots` at once moves the price by `impact * sqrt(lots / impact_lots)` against us.

    Source: B. Tóth et al., "Anomalous price impact and the critical nature of liquidity" (2011). Rounded up.
    """
    if venue.cells[o.C_IMPACT_PPM] == 0:
        return 0
    price = tick + venue.book.cells[d.B_LOW_TICK]
    root = root_of(muldiv_floor(lots, 1 << 2 * ROOT_BITS, venue.cells[o.C_IMPACT_LOTS]))
    return muldiv_ceil(price * venue.cells[o.C_IMPACT_PPM], root, PPM << ROOT_BITS)


@compiled_inner
def takeable(venue: DepthVenue, side: int, limit: int, bounded: bool, shift: int) -> int:
    """How much an order could take at once, within its limit."""
    book = venue.book
    total = 0
    tick = book.cells[d.B_BEST_ASK if side > 0 else d.B_BEST_BID]
    while 0 <= tick < book.lots.shape[1] and not (bounded and (tick + side * shift - limit) * side > 0):
        total += d.is_there(book, d.ASK if side > 0 else d.BID, tick)
        tick = d.worse_ask(book, tick) if side > 0 else d.worse_bid(book, tick)
    return total


@compiled_inner
def sweep(venue: DepthVenue, number: int, side: int, lots: int, limit: int, bounded: bool) -> tuple[int, int]:
    """Take what is there, level by level from the best; returns the executions and what is left (D-02, D-09)."""
    book = venue.book
    row_of_level = d.ASK if side > 0 else d.BID
    tick = book.cells[d.B_BEST_ASK if side > 0 else d.B_BEST_BID]
    shift = impact_ticks(venue, tick, lots)
    left, count = lots, 0
    while left > 0 and 0 <= tick < book.lots.shape[1]:
        at_tick = tick + side * shift
        if bounded and (at_tick - limit) * side > 0:
            break
        taken = min(left, d.is_there(book, row_of_level, tick))
        if taken > 0:
            left -= taken
            if venue.cells[o.C_CONSUME] == 1:
                d.take(book, row_of_level, tick, taken)
            count = execute(venue, count, number, side, at_tick, taken, 0, left)
        tick = d.worse_ask(book, tick) if side > 0 else d.worse_bid(book, tick)
    return count, left


@compiled
def arrive(
    venue: DepthVenue, number: int, side: int, kind: int, tif: int, flags: int, tick: int, lots: int
) -> tuple[int, int, int]:
    """An order reaches the venue; `tick` counts from the low tick and is not read for a market order.

    Returns:
        `(first, executions, last)`: the venue's first word (WORKING or REJECTED), how many rows of `executed` follow
        it, and its last word where the order ended without filling (EXPIRED), else 0.
    """
    book = venue.book
    bounded = kind == _LIMIT
    if lots <= 0 or not (bounded or kind == _MARKET):
        return _REJECTED, 0, 0
    if bounded and not 0 <= tick < book.lots.shape[1]:
        return _REJECTED, 0, 0  # nothing is known there
    best = book.cells[d.B_BEST_ASK if side > 0 else d.B_BEST_BID]
    if flags & FLAG_POST_ONLY and bounded and (tick - best) * side >= 0:
        return _REJECTED, 0, 0
    if tif == _FOK:
        shift = impact_ticks(venue, best, lots)
        if takeable(venue, side, tick, bounded, shift) < lots:
            return _WORKING, 0, _EXPIRED
    count, left = sweep(venue, number, side, lots, tick, bounded)
    if left == 0:
        return _WORKING, count, 0
    if kind == _MARKET or tif == _IOC:
        return _WORKING, count, _EXPIRED
    if not o.rest(venue, number, side, left, tick, o.standing_ahead(venue, side, tick), 0):
        return _REJECTED if count == 0 else _WORKING, count, 0 if count == 0 else _EXPIRED
    return _WORKING, count, 0


@compiled
def withdraw(venue: DepthVenue, number: int) -> int:
    """Take a resting order off the book; returns what was left of it, or 0 where it does not rest."""
    row = o.resting_row(venue, number)
    if row < 0:
        return 0
    left = venue.orders[row, o.D_LEFT]
    venue.orders[row, o.D_LEFT] = 0
    o.drop_ended(venue)
    return left


@compiled
def keeps_place(venue: DepthVenue, row: int, side: int, tick: int, lots: int) -> bool:
    """Whether a replacement is the same order, only smaller: then it keeps its place in the queue (D-10)."""
    order = venue.orders[row]
    return bool(order[o.D_SIDE] == side and order[o.D_TICK] == tick and lots <= order[o.D_LEFT])
