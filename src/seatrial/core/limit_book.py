"""A limit order book with price-time priority, compiled: a batch of messages in, trades out.

Prices are whole ticks in a ladder of bounded height, one first-in-first-out queue of orders per tick, kept
as a doubly linked list so that a cancel costs the same anywhere. Crossing into compiled code costs more
than matching one order, so it pays in batches; one order at a time, `plain_limit_book` is faster. Both give
the same trades, and a test says so.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seatrial.core.compiled import compiled, compiled_inner

Int64Array = NDArray[np.int64]

# Columns of a message. `M_PRICE` counts for limits only, a cancel has its id alone.
M_KIND, M_ID, M_SIDE, M_PRICE, M_QTY = range(5)
MESSAGE_WIDTH = 5
LIMIT, MARKET, CANCEL = 1, 2, 3

# Columns of a trade, at the resting order's price.
T_TAKER, T_MAKER, T_PRICE, T_QTY = range(4)
TRADE_WIDTH = 4

# Columns of an order, whose row is its id. An id is used once.
_PRICE, _LEFT, _NEXT, _PREV = range(4)
_ORDER_WIDTH = 4
_HEAD, _TAIL = 0, 1
_NONE = -1

BEST_BID, BEST_ASK = 0, 1


class LimitBook(NamedTuple):
    """One instrument. Shapes: orders (ids, 4), levels (ticks, 2); `best` is -1 and `ticks` where a side is empty."""

    orders: Int64Array
    levels: Int64Array
    best: Int64Array


def new_limit_book(*, ticks: int, ids: int) -> LimitBook:
    """An empty book for prices `0 .. ticks - 1` and order ids `0 .. ids - 1`."""
    assert ticks > 0
    assert ids > 0
    return LimitBook(
        orders=np.zeros((ids, _ORDER_WIDTH), dtype=np.int64),
        levels=np.full((ticks, 2), _NONE, dtype=np.int64),
        best=np.array([-1, ticks], dtype=np.int64),
    )


@compiled_inner
def take_out(book: LimitBook, number: int) -> None:
    """Unlink a resting order, and move the best price on where its level is empty now."""
    order = book.orders[number]
    level = book.levels[order[_PRICE]]
    if order[_PREV] == _NONE:
        level[_HEAD] = order[_NEXT]
    else:
        book.orders[order[_PREV], _NEXT] = order[_NEXT]
    if order[_NEXT] == _NONE:
        level[_TAIL] = order[_PREV]
    else:
        book.orders[order[_NEXT], _PREV] = order[_PREV]
    order[_LEFT] = 0
    if level[_HEAD] != _NONE:
        return
    if order[_PRICE] == book.best[BEST_BID]:
        price = order[_PRICE] - 1
        while price >= 0 and book.levels[price, _HEAD] == _NONE:
            price -= 1
        book.best[BEST_BID] = price
    elif order[_PRICE] == book.best[BEST_ASK]:
        price = order[_PRICE] + 1
        while price < book.levels.shape[0] and book.levels[price, _HEAD] == _NONE:
            price += 1
        book.best[BEST_ASK] = price


@compiled_inner
def rest(book: LimitBook, number: int, side: int, price: int, qty: int) -> None:
    """Put what is left of a limit order at the end of its level's queue."""
    order = book.orders[number]
    level = book.levels[price]
    order[_PRICE] = price
    order[_LEFT] = qty
    order[_NEXT] = _NONE
    order[_PREV] = level[_TAIL]
    if level[_TAIL] == _NONE:
        level[_HEAD] = number
    else:
        book.orders[level[_TAIL], _NEXT] = number
    level[_TAIL] = number
    if side > 0:
        book.best[BEST_BID] = max(book.best[BEST_BID], price)
    else:
        book.best[BEST_ASK] = min(book.best[BEST_ASK], price)


@compiled_inner
def take(book: LimitBook, number: int, side: int, limit: int, qty: int, trades: Int64Array, count: int) -> int:
    """Trade against the other side up to `limit`. Returns the new count of trades; their sum is what was taken."""
    other = BEST_ASK if side > 0 else BEST_BID
    ticks = book.levels.shape[0]
    while qty > 0:
        price = book.best[other]
        if price < 0 or price >= ticks or (price - limit) * side > 0:
            break
        maker = book.levels[price, _HEAD]
        part = min(qty, book.orders[maker, _LEFT])
        trades[count, T_TAKER] = number
        trades[count, T_MAKER] = maker
        trades[count, T_PRICE] = price
        trades[count, T_QTY] = part
        count += 1
        qty -= part
        book.orders[maker, _LEFT] -= part
        if book.orders[maker, _LEFT] == 0:
            take_out(book, maker)
    return count


@compiled
def match_messages(book: LimitBook, messages: Int64Array, trades: Int64Array) -> int:
    """Live through messages in order; returns how many trades were written.

    A market order never rests. A cancel of an order that does not rest has no effect.

    Args:
        messages: (n, MESSAGE_WIDTH); quantities above 0, prices inside the ladder, ids unused before.
        trades: (capacity, TRADE_WIDTH); every trade ends a resting order or its taker, so `2 n` rows are enough.
    """
    count = 0
    ticks = book.levels.shape[0]
    for row in range(messages.shape[0]):
        message = messages[row]
        number, side, qty = message[M_ID], message[M_SIDE], message[M_QTY]
        if message[M_KIND] == CANCEL:
            if book.orders[number, _LEFT] > 0:
                take_out(book, number)
            continue
        is_limit = message[M_KIND] == LIMIT
        limit = message[M_PRICE] if is_limit else (ticks if side > 0 else -1)
        assert qty > 0
        assert not is_limit or 0 <= limit < ticks
        before = count
        count = take(book, number, side, limit, qty, trades, count)
        for trade in range(before, count):
            qty -= trades[trade, T_QTY]
        if is_limit and qty > 0:
            rest(book, number, side, limit, qty)
    return count
