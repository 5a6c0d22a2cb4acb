"""A market told by depth or by quotes: what rests at each price, as arrays, with the best prices kept.

An event is one row. DEPTH sets what rests at one price; TOP sets the best price of a side and says that nothing else
is known of it, as a quote does; TRADE names its aggressor; CLEAR begins a new recording. Prices are whole ticks,
quantities whole lots. The rules are in `docs/concepts/fills_depth.md`.

What an order of ours took of a level is gone for the next one until an event tells that level again (`taken`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seatrial.core.compiled import compiled, compiled_inner

Int64Array = NDArray[np.int64]

# Columns and kinds of an event, in order of time. A quote is two TOP rows of one instant, the bid's first.
V_KIND, V_AT, V_SIDE, V_TICK, V_LOTS = range(5)
EVENT_WIDTH = 5
DEPTH, TRADE, CLEAR, TOP = 1, 2, 3, 4  # the side of a trade is its aggressor's

BID, ASK = 0, 1
NOTHING = -1

# Cells of a book: the best prices, counted from the low tick, and how many levels were taken from.
B_BEST_BID, B_BEST_ASK, B_LOW_TICK, B_TAKEN = range(4)
BOOK_CELLS = 4


class DepthBook(NamedTuple):
    """What rests by side and tick, inside a window of ticks; beyond it nothing is kept.

    `lots` and `taken` (2, window). `cells` (BOOK_CELLS,): the best bid is -1 and the best ask `window` where a side
    is empty. Ticks inside are counted from the low tick.
    """

    lots: Int64Array
    taken: Int64Array
    cells: Int64Array


def new_depth_book(*, low_tick: int, window: int) -> DepthBook:
    """An empty book for prices from `low_tick` on."""
    cells = np.array([NOTHING, window, low_tick, 0], dtype=np.int64)
    return DepthBook(np.zeros((2, window), dtype=np.int64), np.zeros((2, window), dtype=np.int64), cells)


@compiled
def clear(book: DepthBook) -> None:
    """Forget everything: a new recording begins."""
    book.lots[:] = 0
    book.taken[:] = 0
    book.cells[B_TAKEN] = 0
    book.cells[B_BEST_BID] = NOTHING
    book.cells[B_BEST_ASK] = book.lots.shape[1]


@compiled_inner
def worse_bid(book: DepthBook, tick: int) -> int:
    """The next bid below, or -1."""
    tick -= 1
    while tick >= 0 and book.lots[BID, tick] == 0:
        tick -= 1
    return tick


@compiled_inner
def worse_ask(book: DepthBook, tick: int) -> int:
    """The next ask above, or the window's end."""
    tick += 1
    while tick < book.lots.shape[1] and book.lots[ASK, tick] == 0:
        tick += 1
    return tick


@compiled_inner
def forget_taken(book: DepthBook, row: int, tick: int) -> None:
    """A level is told anew, so all of it is there again."""
    if book.taken[row, tick] != 0:
        book.taken[row, tick] = 0
        book.cells[B_TAKEN] -= 1


@compiled
def take(book: DepthBook, row: int, tick: int, lots: int) -> None:
    """Remember that we took so much of a level."""
    if book.taken[row, tick] == 0:
        book.cells[B_TAKEN] += 1
    book.taken[row, tick] += lots


@compiled_inner
def is_there(book: DepthBook, row: int, tick: int) -> int:
    """What we can still take of a level."""
    return max(book.lots[row, tick] - book.taken[row, tick], 0)


@compiled
def set_level(book: DepthBook, side: int, tick: int, lots: int) -> None:
    """What rests at a price is now this much. What it crosses on the other side is taken to be gone."""
    cells = book.cells
    if cells[B_TAKEN] > 0:
        forget_taken(book, BID if side > 0 else ASK, tick)
    if side > 0:
        book.lots[BID, tick] = lots
        if lots == 0:
            if tick == cells[B_BEST_BID]:
                cells[B_BEST_BID] = worse_bid(book, tick)
        elif tick > cells[B_BEST_BID]:
            cells[B_BEST_BID] = tick
            while cells[B_BEST_ASK] <= tick:
                drop_level(book, ASK, cells[B_BEST_ASK])
                cells[B_BEST_ASK] = worse_ask(book, cells[B_BEST_ASK])
    else:
        book.lots[ASK, tick] = lots
        if lots == 0:
            if tick == cells[B_BEST_ASK]:
                cells[B_BEST_ASK] = worse_ask(book, tick)
        elif tick < cells[B_BEST_ASK]:
            cells[B_BEST_ASK] = tick
            while cells[B_BEST_BID] >= tick:
                drop_level(book, BID, cells[B_BEST_BID])
                cells[B_BEST_BID] = worse_bid(book, cells[B_BEST_BID])


@compiled_inner
def drop_level(book: DepthBook, row: int, tick: int) -> None:
    """A level is gone."""
    book.lots[row, tick] = 0
    if book.cells[B_TAKEN] > 0:
        forget_taken(book, row, tick)


@compiled
def set_top(book: DepthBook, side: int, tick: int, lots: int) -> None:
    """A quote's side: this is its best price and size, and nothing else is known. No lots: the side is empty."""
    row = BID if side > 0 else ASK
    best = book.cells[B_BEST_BID if side > 0 else B_BEST_ASK]
    if 0 <= best < book.lots.shape[1] and best != tick:
        drop_level(book, row, best)
        book.cells[B_BEST_BID if side > 0 else B_BEST_ASK] = NOTHING if side > 0 else book.lots.shape[1]
    set_level(book, side, tick, lots)
