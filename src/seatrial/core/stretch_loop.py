"""Going along a course: calm stretches, groups of bars with all that can happen, and what strategies say.

It keeps the timeline of `core.bar_loop` to the fact: the machine hears of a group of bars, strategies decide on them,
targets and then their rebalances are stepped through, and only then does any of it reach the venue. A compiled
strategy is called by its address and says whole units in the desk both share, and so is what calls `on_bar` of a lone
strategy in Python. A driver of several strategies is told how far it may show bars, and comes back with what was said.
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.bar_loop import B_END, tell_bar
from seatrial.core.by_address import call_by_address
from seatrial.core.calm import find_calm
from seatrial.core.compiled import compiled, compiled_inner, compiled_once, typed
from seatrial.core.course import (
    D_ALIVE,
    D_CLOSES,
    D_DESK,
    D_ONE_BY_ONE,
    D_SAID,
    D_STRATEGY,
    D_TARGETS_ONLY,
    G_CALM,
    G_REACH,
    G_ROW,
    G_TAIL,
    G_TURN,
    W_INST,
    W_IS_WEIGHT,
    W_QTY,
    W_WEIGHT_PPM,
    Course,
    group_end,
    has_room,
    hear_group,
    look_limit,
    note_books,
    note_equity,
)
from seatrial.core.exposure import equity_of
from seatrial.core.follow_rules import is_quiet, may_follow
from seatrial.core.following import follow
from seatrial.core.hearing import hear_rebalance, hear_target
from seatrial.core.records import Int64Array, State
from seatrial.core.run_block import run_of
from seatrial.core.stepping import B_SELF
from seatrial.core.stretches import calm_rows, is_open, mark_stretch
from seatrial.core.venue import VenueState, blank_fact, deliver

LOOK_AHEAD_LEAST, LOOK_AHEAD_MOST = typed(64), typed(4096)  # rows: a decision wastes what was looked at beyond it

_TARGET = typed(r.FACT_TARGET)
_REBALANCE = typed(r.FACT_REBALANCE)
_NONE, _CALM = typed(0), typed(1)


@compiled_inner
def decide_said(state: State, venue: VenueState, course: Course, at_ns: int, tail: int) -> int:
    """Step through what the strategy said, targets first; returns the new end of the effects."""
    count = course.desk[D_SAID]
    for row in range(count):
        said = course.said[row]
        blank_fact(venue, _TARGET, at_ns, said[W_INST], _NONE)
        venue.fact[r.F_STRATEGY] = course.desk[D_STRATEGY]
        venue.fact[r.F_QTY] = said[W_QTY]
        venue.fact[r.F_WEIGHT_PPM] = said[W_WEIGHT_PPM]
        venue.fact[r.F_IS_WEIGHT] = said[W_IS_WEIGHT]
        venue.fact[r.F_BATCH] = at_ns
        tail = hear_target(state, venue, tail)
    for row in range(count):
        blank_fact(venue, _REBALANCE, at_ns, course.said[row, W_INST], _NONE)
        venue.fact[r.F_BATCH] = at_ns
        tail = hear_rebalance(state, venue, tail)
    course.desk[D_SAID] = 0
    return tail


@compiled_inner
def ask_strategy(course: Course, address: int, first: int, last: int) -> int:
    """Let the strategy see the rows `first..last-1`; the row after the group on which it said something, or `last`."""
    return call_by_address(address, course.desk[D_DESK], first, last)


@compiled_inner
def note_asked(course: Course, row: int, reach: int, tail: int, calm: int) -> None:
    """What is shown next: a strategy in Python may step through decisions of its own, and moves G_TAIL then."""
    progress = course.progress
    progress[G_ROW], progress[G_REACH], progress[G_TAIL], progress[G_CALM] = row, reach, tail, calm


@compiled_inner
def look_calm(state: State, course: Course, row: int, limit: int, until_ns: int) -> int:
    """The first row of `row..limit-1` that is not calm, or `limit`."""
    closes, turn = course.desk[D_CLOSES], course.progress[G_TURN:]
    return calm_rows(state, course.bands, course.rows, closes, turn, row, limit, until_ns)


@compiled_inner
def live_one_group(
    state: State, venue: VenueState, course: Course, address: int, row: int, participation_ppm: int
) -> int:
    """One group of bars with all that can happen in it; returns the row after it. See `settle` for what was said."""
    last = group_end(course.rows, row)
    tail = hear_group(state, venue, course, row, last, participation_ppm)
    note_asked(course, row, last, tail, _NONE)
    ask_strategy(course, address, row, last)
    tail = course.progress[G_TAIL]
    if tail > 0:
        settle(state, venue, course, last, tail)
    return last


@compiled_inner
def settle(state: State, venue: VenueState, course: Course, row: int, tail: int) -> None:
    """Take what was said of the rows before `row`, and let it and what waits at `tail` reach the venue."""
    tail = decide_said(state, venue, course, course.rows[row - 1, B_END], tail)
    if tail > 0:
        deliver(state, venue, tail)


@compiled_inner
def live_followed(state: State, venue: VenueState, course: Course, address: int, row: int) -> bool:
    """The end of a bar whose prints filled a target. True where it was calm, and the strategy has yet to see it."""
    tail = tell_bar(state, venue, course.rows[row], _NONE, _NONE)
    if tail == 0 and find_calm(state, course.bands, course.books) > 0:
        return True
    course.equity[0] = equity_of(state, _NONE)
    note_equity(course, row)
    ask_strategy(course, address, row, row + 1)
    if tail > 0:
        settle(state, venue, course, row + 1, tail)
    return False


@compiled_once
def live_stretches(
    state: State, venue: VenueState, course: Course, address: int, last_row: int, participation_ppm: int
) -> None:
    """Live through the rows up to `last_row` with the strategy at `address`.

    What it says waits in the desk until its first consequences are due, so that a target can be followed at once.
    """
    row = course.progress[G_ROW]
    most = LOOK_AHEAD_LEAST
    plain = course.desk[D_TARGETS_ONLY] == 1 and may_follow(state, venue, course)
    noted, known, until_ns = False, False, _NONE  # whether the present books are in the equity line; calm is known
    while row < last_row and course.desk[D_ALIVE] == 0 and has_room(venue, course):
        marked = row  # the rows before it are in the state
        if course.desk[D_SAID] > 0:
            noted = known = False
            most = LOOK_AHEAD_LEAST
            if not (
                plain and is_quiet(state, venue, course, row) and follow(state, venue, course, row, participation_ppm)
            ):
                settle(state, venue, course, row, _NONE)
            elif live_followed(state, venue, course, address, row):
                marked = row + 1
            else:
                row += 1
                continue
        if not known:
            until_ns = find_calm(state, course.bands, course.books)
            known = True
            if is_open(course.rows, course.bands[0]):
                most = LOOK_AHEAD_MOST
        limit = look_limit(course, row, most, last_row)
        reach = marked
        if until_ns > 0 and marked < limit:
            reach = look_calm(state, course, marked, limit, until_ns)
        if reach == row:
            row = live_one_group(state, venue, course, address, row, participation_ppm)
            noted = known = False
            continue
        if not noted:
            note_books(course, row)
            noted = True
        note_asked(course, row, reach, _NONE, _CALM)
        heard = ask_strategy(course, address, row, reach)
        if course.desk[D_ALIVE] == 1:
            break
        stepped = course.progress[G_CALM] == 0  # by the strategy itself, which marked the stretch before
        if not stepped and heard > marked:
            mark_stretch(state, course.rows, course.desk[D_CLOSES], marked, heard)
        row = heard
        most = min(2 * most, LOOK_AHEAD_MOST)
        if stepped:
            settle(state, venue, course, row, course.progress[G_TAIL])
            noted = known = False
            most = LOOK_AHEAD_LEAST
    if course.desk[D_SAID] > 0 and course.desk[D_ALIVE] == 0:
        settle(state, venue, course, row, _NONE)
    course.progress[G_ROW] = row


@compiled_once
def advance(state: State, venue: VenueState, course: Course, last_row: int, participation_ppm: int) -> None:
    """Take what was said of the rows G_ROW..G_REACH, and go on to the next rows that strategies have to see.

    A driver that stepped through decisions of its own leaves no targets in `course.said`, and the end of their
    effects in G_TAIL. A calm stretch has been marked by then (`mark_shown`) or is marked here.
    """
    progress = course.progress
    row, tail = progress[G_REACH], progress[G_TAIL]
    if progress[G_CALM] == 1 and row > progress[G_ROW]:
        mark_stretch(state, course.rows, course.desk[D_CLOSES], progress[G_ROW], row)
    if course.desk[D_SAID] > 0:
        tail = decide_said(state, venue, course, course.rows[row - 1, B_END], tail)
    if tail > 0:
        deliver(state, venue, tail)
    progress[G_ROW], progress[G_REACH], progress[G_TAIL], progress[G_CALM] = row, row, 0, 0
    if row == last_row:
        return
    until_ns = 0 if course.desk[D_ONE_BY_ONE] == 1 else find_calm(state, course.bands, course.books)
    limit = look_limit(course, row, LOOK_AHEAD_MOST, last_row)
    if until_ns > 0 and row < limit:
        progress[G_REACH] = look_calm(state, course, row, limit, until_ns)
    if progress[G_REACH] > row:
        progress[G_CALM] = 1
        note_books(course, row)
        return
    progress[G_REACH] = group_end(course.rows, row)
    progress[G_TAIL] = hear_group(state, venue, course, row, progress[G_REACH], participation_ppm)


@compiled
def mark_shown(block: Int64Array) -> None:
    """Mark the rows that were shown, so that decisions can be stepped through one by one."""
    state, _, course = run_of(block[B_SELF])
    progress = course.progress
    if progress[G_CALM] == 1 and progress[G_REACH] > progress[G_ROW]:
        mark_stretch(state, course.rows, course.desk[D_CLOSES], progress[G_ROW], progress[G_REACH])
    progress[G_CALM] = 0


@compiled
def travel(blocks: Int64Array, address: int, last_row: int, participation_ppm: int) -> None:
    """Go on along the courses of the runs whose blocks these are, one after the other, not beyond `last_row`.

    It is the end of a group of bars. With the address of a strategy: as far as that, or to where a log is full or the
    strategy raised (`D_ALIVE` is then 1). With address 0: to the next rows that strategies in Python have to see.
    """
    for at in range(blocks.shape[0]):
        state, venue, course = run_of(blocks[at])
        if address != 0:
            live_stretches(state, venue, course, address, last_row, participation_ppm)
        else:
            advance(state, venue, course, last_row, participation_ppm)
