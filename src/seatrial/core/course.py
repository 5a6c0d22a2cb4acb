"""Where a run is in its bars, and what it writes down on the way: the part of a backtest that is no machine.

One course belongs to one run. `core.stretch_loop` goes along it, with or without Python between the stretches.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from seatrial.core import records as r
from seatrial.core import venue as v
from seatrial.core.bar_loop import B_END, B_INST, BARS_WIDTH, live_group
from seatrial.core.blocks import RecordAt, record_at
from seatrial.core.calm import BANDS_WIDTH, BOOKS_WIDTH, K_REST
from seatrial.core.compiled import compiled_inner, compiled_once, typed
from seatrial.core.marking import let_time_pass
from seatrial.core.records import Int64Array, State
from seatrial.core.stepping import step_of
from seatrial.core.stretches import LINE_WIDTH, N_ACCOUNT, N_INST, N_LAST, N_QTY, N_REST, N_ROW
from seatrial.core.venue import VenueState

# Places of the desk between a loop and its strategy.
D_SAID = 0  # rows of `said` written by the last call
D_ALIVE = 1  # 1 while the strategy runs: it stays so where the strategy raised
D_STRATEGY = 2  # its column in the table of targets
D_DESK = 3  # the desk's own address
D_ONE_BY_ONE = 4  # 1 where every group of bars is heard by itself, calm or not
D_CLOSES = 5  # where the closes of the only instrument lie, as if from the first row of all on
D_TARGETS_ONLY = 6  # 1 where the strategy says targets and steps through nothing itself
D_FREE = 7  # the first place that belongs to the strategy

# Columns of what a strategy said: a target of one instrument each.
W_INST, W_QTY, W_WEIGHT_PPM, W_IS_WEIGHT = range(4)
SAID_WIDTH = 4

# Columns of the sessions' closes: while the bars from row X_ROW on are lived through, or just before them.
X_ROW, X_ACCOUNT, X_AT, X_DURING = range(4)
CLOSES_WIDTH = 4

# Columns of the money facts: a fact's own, then the row of the first bar that is lived through after it.
Y_ROW = r.ROW_WIDTH
TIMETABLE_WIDTH = r.ROW_WIDTH + 1

# Places of the progress.
G_ROW, G_CLOSE, G_LINE = range(3)
G_REACH = 3  # a driver in Python shows the rows from G_ROW up to here
G_TAIL = 4  # the end of the effects that wait for what it decides
G_CALM = 5  # 1 where nothing but prices can change meanwhile
G_MONEY = 6  # the next money fact
G_TURN = 7  # when the next risk day begins, then its first row: see `core.stretches.calm_rows`
PROGRESS_WIDTH = 9
KEPT_OF_A_SIDE = 3  # what `core.follow_rules` keeps of buys, and of sales

_NONE = typed(0)


class Course(NamedTuple):
    """What a run needs beside state and venue. `rows` is a bar table, or merged bars with B_INST."""

    rows: Int64Array
    marks: Int64Array  # what is special about each row, or empty: see `core.venue`
    closes: Int64Array  # (sessions, CLOSES_WIDTH), by X_ROW
    timetable: Int64Array  # (money facts, TIMETABLE_WIDTH), by Y_ROW
    desk: Int64Array
    said: Int64Array  # (instruments, SAID_WIDTH)
    line: Int64Array  # (rows at once, LINE_WIDTH)
    progress: Int64Array
    bands: Int64Array  # scratch
    books: Int64Array  # scratch
    group: Int64Array  # scratch: the bars of one group with all columns
    closing: Int64Array  # scratch
    equity: Int64Array  # scratch
    kept: Int64Array  # scratch of `core.following`


COURSE_AT = RecordAt(
    "CourseAt",
    {
        "rows": (0,),
        "marks": (),
        "closes": (CLOSES_WIDTH,),
        "timetable": (TIMETABLE_WIDTH,),
        "desk": (),
        "said": (SAID_WIDTH,),
        "line": (LINE_WIDTH,),
        "progress": (),
        "bands": (BANDS_WIDTH,),
        "books": (BOOKS_WIDTH,),
        "group": (BARS_WIDTH,),
        "closing": (),
        "equity": (),
        "kept": (),
    },
)
course_at: Any = record_at(COURSE_AT)


def new_course(
    rows: Int64Array,
    marks: Int64Array,
    closes: Int64Array,
    desk: Int64Array,
    state: State,
    *,
    line_rows: int,
    timetable: Int64Array | None = None,
) -> Course:
    """A course from the first row on. `desk` is shared with the strategy."""
    desk[D_DESK] = desk.ctypes.data
    instruments, accounts = len(state.rules), len(state.accounts)
    return Course(
        rows=rows,
        marks=marks,
        closes=closes,
        timetable=np.zeros((0, TIMETABLE_WIDTH), dtype=np.int64) if timetable is None else timetable,
        desk=desk,
        said=np.zeros((instruments, SAID_WIDTH), dtype=np.int64),
        line=np.zeros((line_rows, LINE_WIDTH), dtype=np.int64),
        progress=np.zeros(PROGRESS_WIDTH, dtype=np.int64),
        bands=np.zeros((instruments, BANDS_WIDTH), dtype=np.int64),
        books=np.zeros((accounts, BOOKS_WIDTH), dtype=np.int64),
        group=np.zeros((instruments, BARS_WIDTH), dtype=np.int64),
        closing=np.zeros(accounts, dtype=np.int64),
        equity=np.zeros(accounts, dtype=np.int64),
        kept=np.zeros(2 * KEPT_OF_A_SIDE, dtype=np.int64),
    )


@compiled_inner
def group_end(rows: Int64Array, first: int) -> int:
    """The row after the last bar that ends when the bar at `first` does."""
    last = first + 1
    while last < rows.shape[0] and rows[last, B_END] == rows[first, B_END]:
        last += 1
    return last


@compiled_once
def copy_group(venue: VenueState, course: Course, first: int, last: int) -> None:
    """One group's bars with all columns, and their marks, for the venue kernel."""
    rows, of_one = course.rows, course.rows.shape[1] == B_INST
    for row in range(first, last):
        bar = course.group[row - first]
        for column in range(B_INST):
            bar[column] = rows[row, column]
        bar[B_INST] = 0 if of_one else rows[row, B_INST]
        if course.marks.shape[0] > 0:
            venue.marks[row - first] = course.marks[row]


@compiled_once
def close_sessions(state: State, venue: VenueState, course: Course, row: int) -> None:
    """Close what closed before the bars at `row` began, and mark what closes as they end."""
    for account in range(course.closing.shape[0]):
        course.closing[account] = 0
    at = course.progress[G_CLOSE]
    while at < course.closes.shape[0] and course.closes[at, X_ROW] == row:
        account = course.closes[at, X_ACCOUNT]
        if course.closes[at, X_DURING] == 1:
            course.closing[account] = 1
        else:
            let_time_pass(state, course.closes[at, X_AT])
            v.close_session(state, venue, account)
        at += 1
    course.progress[G_CLOSE] = at


@compiled_once
def tell_money(state: State, venue: VenueState, course: Course, row: int) -> None:
    """Tell the machine the money facts that come before the bars at `row`; what follows from them reaches the venue."""
    at = course.progress[G_MONEY]
    while at < course.timetable.shape[0] and course.timetable[at, Y_ROW] == row:
        for column in range(r.ROW_WIDTH):
            venue.fact[column] = course.timetable[at, column]
        v.deliver(state, venue, step_of(venue, _NONE))
        at += 1
    course.progress[G_MONEY] = at


@compiled_inner
def note_books(course: Course, row: int) -> None:
    """A calm stretch begins: what each account's equity is made of."""
    at = course.progress[G_LINE]
    for account in range(course.books.shape[0]):
        course.line[at, N_ROW] = row
        course.line[at, N_ACCOUNT] = account
        for column in range(BOOKS_WIDTH):
            course.line[at, N_REST + column] = course.books[account, K_REST + column]
        at += 1
    course.progress[G_LINE] = at


@compiled_once
def note_equity(course: Course, row: int) -> None:
    """The equity after a group that was lived through bar by bar."""
    at = course.progress[G_LINE]
    for account in range(course.equity.shape[0]):
        course.line[at, N_ROW] = row
        course.line[at, N_ACCOUNT] = account
        course.line[at, N_REST] = course.equity[account]
        course.line[at, N_INST] = -1
        course.line[at, N_QTY] = 0
        course.line[at, N_LAST] = 0
        at += 1
    course.progress[G_LINE] = at


@compiled_once
def has_room(venue: VenueState, course: Course) -> bool:
    """Whether both logs can take another group."""
    line_room = course.line.shape[0] - course.progress[G_LINE] >= 2 * course.books.shape[0]
    return line_room and venue.log.shape[0] - venue.tallies[v.T_FILLS] >= venue.pending.shape[0]


@compiled_inner
def look_limit(course: Course, row: int, most: int, last_row: int) -> int:
    """How far to look for calm from `row`: so many rows, no session's close, no money fact, and whole groups."""
    stop = last_row
    if course.progress[G_CLOSE] < course.closes.shape[0]:
        stop = min(stop, course.closes[course.progress[G_CLOSE], X_ROW])
    if course.progress[G_MONEY] < course.timetable.shape[0]:
        stop = min(stop, course.timetable[course.progress[G_MONEY], Y_ROW])
    limit = min(row + most, stop)
    if course.rows.shape[1] > B_INST and row < limit < stop:
        limit = group_end(course.rows, limit - 1)
    return limit


@compiled_inner
def hear_group(state: State, venue: VenueState, course: Course, row: int, last: int, participation_ppm: int) -> int:
    """The group of bars `row..last-1` up to where strategies decide; returns the end of the effects it led to."""
    copy_group(venue, course, row, last)
    close_sessions(state, venue, course, row)
    tell_money(state, venue, course, row)
    tail = live_group(state, venue, course.group, _NONE, last - row, participation_ppm, course.closing, course.equity)
    note_equity(course, row)
    return tail
