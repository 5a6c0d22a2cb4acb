"""A run over depth or quotes, compiled: the recording, the venue kernel and the machine, each hearing of the others.

In the order of time. At one instant: what the market does, then words of the venue that are heard, then requests
that reach it, then the mark, then the strategy. What is due exactly at an event comes after it.

Orders take the way they take everywhere: a request is a fact, risk answers, an approval travels to the venue for as
long as the latency says, and the venue's words travel back and are facts again.
"""

from __future__ import annotations

from typing import Any

from seatrial.core import depth as d
from seatrial.core import depth_orders as o
from seatrial.core import depth_run as k
from seatrial.core import in_flight as m
from seatrial.core.compiled import compiled, compiled_inner, typed
from seatrial.core.depth import Int64Array
from seatrial.core.depth_facts import log_mark, write_decision, write_mark, write_word
from seatrial.core.depth_matching import meet
from seatrial.core.depth_messages import reach, send_decision, send_effects, words_of
from seatrial.core.depth_run import DepthRun, desk_of
from seatrial.core.records import State
from seatrial.core.stepping import step_in

_FIRST_EFFECT = typed(0)
ROOM = 8  # rows kept free in the logs

# What came of something that was due.
DONE, DECIDES, TELLS, TELLS_FILL, TELLS_MARK = range(5)


@compiled_inner
def pass_by(venue: o.DepthVenue, events: Int64Array, row: int, last: int, due_ns: int) -> tuple[int, int]:
    """Live through events until an order of ours trades or something is due.

    Returns the row of the first event not lived through, and how many rows of `executed` the one before it wrote.
    """
    book, cells = venue.book, venue.cells
    low_tick, window = book.cells[d.B_LOW_TICK], book.lots.shape[1]
    while row < last:
        event = events[row]
        if event[d.V_AT] > due_ns:
            return row, 0
        kind, side = event[d.V_KIND], event[d.V_SIDE]
        tick, lots = event[d.V_TICK] - low_tick, event[d.V_LOTS]
        row += 1
        if o.touches(cells, kind, side, tick, lots):
            count = meet(venue, kind, side, tick, lots)
            if count > 0:
                return row, count
        elif kind == d.DEPTH:
            if 0 <= tick < window:
                d.set_level(book, side, tick, lots)
        elif kind == d.CLEAR:
            d.clear(book)
        elif kind == d.TOP and 0 <= tick < window:
            d.set_top(book, side, tick, lots)
    return row, 0


@compiled_inner
def next_due(run: DepthRun) -> int:
    """When something other than the market is due."""
    return min(run.cells[k.K_DECIDES], run.cells[k.K_MARKS_AT], m.due_at(run.words), m.due_at(run.requests))


@compiled_inner
def is_full(run: DepthRun) -> bool:
    """Whether the logs must be read before anything more is written."""
    return bool(run.cells[k.K_FILLS] > run.fills.shape[0] - ROOM or run.cells[k.K_MARKS] > run.marks.shape[0] - ROOM)


@compiled_inner
def begin_due(state: State, run: DepthRun, due_ns: int) -> int:
    """Begin the one thing that is due; returns which it was, TELLS where a fact is written and waits for `step`."""
    cells = run.cells
    cells[k.K_NOW] = due_ns
    if m.due_at(run.words) == due_ns:
        return TELLS_FILL if write_word(state, run) else TELLS
    if m.due_at(run.requests) == due_ns:
        reach(run)
        return DONE
    if cells[k.K_MARKS_AT] == due_ns:
        cells[k.K_MARKS_AT] = m.NEVER if cells[k.K_ENDING] == 1 else due_ns + cells[k.K_MARK_INTERVAL]
        return TELLS_MARK if write_mark(run) else DONE
    cells[k.K_DECIDES] = due_ns + cells[k.K_INTERVAL]
    return DECIDES


@compiled
def live(state: State, run: DepthRun, events: Int64Array, first: int, last: int, decides: Any) -> int:
    """Live through the events `first..last-1`; returns the row of the first not lived through.

    It returns early where the logs are full or the strategy stopped: then the caller reads the logs, or raises. Once
    K_ENDING is set it goes on without events until nothing is under way.

    Args:
        events: (n, EVENT_WIDTH) in order of time.
        decides: a strategy's function, made with `core.depth_desk.decides_by`.
    """
    desk = desk_of(state, run)
    cells = run.cells
    hears_events = cells[k.K_WAKES] & k.WAKE_EVENT
    row = first
    while cells[k.K_STOPPED] == 0 and not is_full(run):
        due_ns = next_due(run)
        cause, happens = 0, DONE
        if row < last:
            before = row
            row, count = pass_by(run.venue, events, row, min(row + 1, last) if hears_events else last, due_ns)
            if row == before:
                happens = begin_due(state, run, due_ns)
            else:
                cells[k.K_NOW] = events[row - 1, d.V_AT]
                words_of(run, count)
                if hears_events:
                    cause = k.WAKE_EVENT
                    for column in range(d.EVENT_WIDTH):
                        run.event[column] = events[row - 1, column]
        elif cells[k.K_ENDING] == 1 and due_ns != m.NEVER:
            happens = begin_due(state, run, due_ns)
        else:
            break
        if happens >= TELLS:
            send_effects(run, 0, step_in(run.block, _FIRST_EFFECT), 0, 0, 0)
            if happens == TELLS_MARK:
                log_mark(state, run)
        if happens == TELLS_FILL:
            cause = cells[k.K_WAKES] & k.WAKE_FILL
        elif happens == DECIDES:
            cause = k.WAKE_TIMER
        if cause != 0:
            cells[k.K_CAUSE] = cause
            if decides(desk) != 0:
                cells[k.K_STOPPED] = 1
            out = 0
            while out < cells[k.K_OUT]:
                write_decision(run, out)
                if not send_decision(run, out, step_in(run.block, _FIRST_EFFECT)):
                    out += 1
            cells[k.K_OUT] = 0
    return row


@compiled
def replay(venue: o.DepthVenue, events: Int64Array, first: int, last: int) -> int:
    """Only the book, no orders: for checks of a recording. Returns how often the book was found crossed."""
    book = venue.book
    low_tick = book.cells[d.B_LOW_TICK]
    crossed = 0
    for row in range(first, last):
        event = events[row]
        meet(venue, event[d.V_KIND], event[d.V_SIDE], event[d.V_TICK] - low_tick, event[d.V_LOTS])
        if book.cells[d.B_BEST_BID] >= book.cells[d.B_BEST_ASK]:
            crossed += 1
    return crossed
