"""The venue kernel for depth: a replay of an order book by level, and two quotes working in it.

A recording tells how much rests at each price and what traded, never who stands where. So the place of our
order in its queue is modelled, on the side of caution:

* An order joins behind everything that rests at its price when it arrives, one latency after it was sent.
* Only trades at its price move it forward; of cancels we assume that they happened behind it, until less is
  left at the level than stood ahead.
* It fills when trades at its price have eaten all that was ahead and more, when the market trades through
  its price, or when the other side's best price reaches it. It fills whole.
* Quotes are post-only: one that would trade on arrival is refused.

We trade against the recording, and the recording does not notice. Prices are whole ticks, quantities whole lots.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seatrial.core.compiled import compiled, compiled_inner

Int64Array = NDArray[np.int64]

# Columns and kinds of an event, in order of time. A DEPTH event sets what rests at a price.
V_KIND, V_AT, V_SIDE, V_TICK, V_LOTS = range(5)
EVENT_WIDTH = 5
DEPTH, TRADE, CLEAR = 1, 2, 3  # the side of a trade is its aggressor's

# Columns of a fill of ours.
L_AT, L_SIDE, L_TICK, L_LOTS = range(4)
FILL_WIDTH = 4

BID, ASK = 0, 1
NOTHING = -1

# Columns of a quote: what works, what is on its way to the venue, and fills on their way back.
_TICK, _AHEAD, _NEXT, _ARRIVES, _UNHEARD, _HEARS = range(6)
_QUOTE_WIDTH = 6
_NEVER = np.int64(2**63 - 1)


class DepthBook(NamedTuple):
    """What rests by side and tick, inside a window of ticks; beyond it nothing is kept.

    `lots` (2, window); `best` is the best bid, the best ask (-1 and `window` where a side is empty), both
    counted from `low_tick`. `quotes` are ours.
    """

    lots: Int64Array
    best: Int64Array
    quotes: Int64Array
    low_tick: int


class Quoting(NamedTuple):
    """How two quotes are kept: every `interval_ns` each is moved to `offset_ticks` behind its best price."""

    interval_ns: int
    latency_ns: int
    offset_ticks: int
    lots: int
    position_lots_max: int


def new_depth_book(*, low_tick: int, window: int) -> DepthBook:
    """An empty book for prices from `low_tick` on, without a quote of ours."""
    quotes = np.zeros((2, _QUOTE_WIDTH), dtype=np.int64)
    quotes[:, _TICK] = NOTHING
    quotes[:, _ARRIVES] = _NEVER
    quotes[:, _HEARS] = _NEVER
    best = np.array([NOTHING, window], dtype=np.int64)
    return DepthBook(np.zeros((2, window), dtype=np.int64), best, quotes, low_tick)


@compiled_inner
def clear(book: DepthBook) -> None:
    """Forget everything: a new recording begins."""
    book.lots[:] = 0
    book.best[BID] = NOTHING
    book.best[ASK] = book.lots.shape[1]


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


@compiled
def set_level(book: DepthBook, side: int, tick: int, lots: int) -> None:
    """What rests at a price is now this much. What it crosses on the other side is taken to be gone."""
    if side > 0:
        book.lots[BID, tick] = lots
        if lots == 0:
            if tick == book.best[BID]:
                book.best[BID] = worse_bid(book, tick)
        elif tick > book.best[BID]:
            book.best[BID] = tick
            while book.best[ASK] <= tick:
                book.lots[ASK, book.best[ASK]] = 0
                book.best[ASK] = worse_ask(book, book.best[ASK])
    else:
        book.lots[ASK, tick] = lots
        if lots == 0:
            if tick == book.best[ASK]:
                book.best[ASK] = worse_ask(book, tick)
        elif tick < book.best[ASK]:
            book.best[ASK] = tick
            while book.best[BID] >= tick:
                book.lots[BID, book.best[BID]] = 0
                book.best[BID] = worse_bid(book, book.best[BID])


@compiled_inner
def is_filled(book: DepthBook, quote: Int64Array, row: int, event: Int64Array, tick: int) -> bool:
    """Whether the event, already in the book, fills the quote of side `row`; moves it forward in its queue."""
    ours = quote[_TICK]
    if ours == NOTHING:
        return False
    sign = 1 if row == BID else -1
    if event[V_KIND] == DEPTH:
        if event[V_SIDE] != sign:
            return bool((book.best[1 - row] - ours) * sign <= 0)
        if tick == ours:
            quote[_AHEAD] = min(quote[_AHEAD], event[V_LOTS])
        return False
    if event[V_SIDE] == sign:  # a buyer trades with asks
        return False
    if tick == ours:
        quote[_AHEAD] -= event[V_LOTS]
        return bool(quote[_AHEAD] < 0)
    return bool((tick - ours) * sign < 0)


@compiled_inner
def arrive(book: DepthBook, quote: Int64Array, row: int) -> None:
    """A quote reaches the venue and takes the place of the one before; post-only."""
    tick = quote[_NEXT]
    quote[_ARRIVES] = _NEVER
    quote[_TICK] = NOTHING
    if tick == NOTHING or tick < 0 or tick >= book.lots.shape[1]:
        return
    sign = 1 if row == BID else -1
    if (book.best[1 - row] - tick) * sign > 0:
        quote[_TICK] = tick
        quote[_AHEAD] = book.lots[row, tick]


@compiled_inner
def requote(book: DepthBook, quotes: Int64Array, quoting: Quoting, now_ns: int, known_lots: int) -> int:
    """Decide: hear of fills, then move each quote that is not on its way. Returns the position known."""
    for row in range(2):
        quote = quotes[row]
        if quote[_HEARS] <= now_ns:
            known_lots += quote[_UNHEARD] if row == BID else -quote[_UNHEARD]
            quote[_UNHEARD] = 0
            quote[_HEARS] = _NEVER
    if book.best[BID] == NOTHING or book.best[ASK] == book.lots.shape[1]:
        return known_lots
    for row in range(2):
        quote = quotes[row]
        if quote[_ARRIVES] != _NEVER or quote[_UNHEARD] != 0:
            continue
        sign = 1 if row == BID else -1
        wanted = book.best[row] - sign * quoting.offset_ticks
        if known_lots * sign + quoting.lots > quoting.position_lots_max:
            wanted = NOTHING
        if wanted != quote[_TICK]:
            quote[_NEXT] = wanted
            quote[_ARRIVES] = now_ns + quoting.latency_ns
    return known_lots


@compiled
def replay_quotes(book: DepthBook, events: Int64Array, quoting: Quoting, fills: Int64Array) -> int:
    """Live through events with a quote on each side; returns how many fills were written.

    Args:
        book: a new one.
        events: (n, EVENT_WIDTH) in order of time.
        fills: (capacity, FILL_WIDTH); what finds no row is counted and not written.
    """
    window = book.lots.shape[1]
    quotes = book.quotes
    known_lots = count = 0
    decides = events[0, V_AT] + quoting.interval_ns if len(events) else _NEVER
    for row in range(events.shape[0]):
        event = events[row]
        now_ns = event[V_AT]
        due = min(decides, quotes[BID, _ARRIVES], quotes[ASK, _ARRIVES])
        while due < now_ns:  # what is due at the instant of an event comes after it
            for side in range(2):
                if quotes[side, _ARRIVES] == due:
                    arrive(book, quotes[side], side)
            if decides == due:
                known_lots = requote(book, quotes, quoting, due, known_lots)
                decides += quoting.interval_ns
            due = min(decides, quotes[BID, _ARRIVES], quotes[ASK, _ARRIVES])
        if event[V_KIND] == CLEAR:
            clear(book)
            continue
        tick = event[V_TICK] - book.low_tick
        inside = 0 <= tick < window
        if event[V_KIND] == DEPTH:
            if not inside:
                continue
            set_level(book, event[V_SIDE], tick, event[V_LOTS])
        for side in range(2):
            if is_filled(book, quotes[side], side, event, tick):
                if count < fills.shape[0]:
                    fills[count, L_AT] = now_ns
                    fills[count, L_SIDE] = 1 if side == BID else -1
                    fills[count, L_TICK] = quotes[side, _TICK] + book.low_tick
                    fills[count, L_LOTS] = quoting.lots
                count += 1
                quotes[side, _TICK] = NOTHING
                quotes[side, _UNHEARD] += quoting.lots
                quotes[side, _HEARS] = now_ns + quoting.latency_ns
    return count
