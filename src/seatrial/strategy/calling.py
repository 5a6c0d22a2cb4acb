"""The compiled half of a strategy in Python: a C function that calls `on_bar` for bar after bar.

The machine's loop calls it by address, as it calls a compiled strategy. While the strategy says nothing, nothing but
its own code runs: the bar it sees is put together here, its declared indicators are set, and a list is looked at.
A bar's view is used again for the next bar where nobody has kept it, as `zip` does with its tuples.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from numba import cfunc

from seatrial.core import course as loop
from seatrial.core.bar_loop import B_END, B_INST, B_OPEN, B_START, B_VOLUME
from seatrial.core.by_address import floats_at, words_at
from seatrial.core.compiled import CFUNC_OPTIONS, compiled_inner
from seatrial.core.interpreter import (
    VECTOR_OFFSET,
    call_bare,
    call_method,
    dict_size,
    drop,
    empty_dict,
    float_of,
    int_of,
    keep,
    list_item,
    list_size,
    new_of,
    put_item,
    set_attribute,
)

# Places of the desk that belong to the strategy: addresses of arrays and objects that the driver keeps.
(
    D_ROWS,
    D_WIDTH,
    D_INSTS,  # by instrument, `INST_WIDTH` each
    D_VIEW,  # the type of a bar's view
    D_REUSES,  # 1 where a view that nobody kept is used again
    D_ON_BAR,  # the name
    D_ARGUMENTS,  # scratch, the strategy, the context, the view, and five places for what is shown
    D_DECISIONS,  # the list that the context fills
    D_HANDLES,  # the context's orders
    D_STANDING,  # the wishes that stand while nothing happens
    D_PROGRESS,
    D_OPENS,  # 1 where every batch in which anything may have happened is opened, handles or not
    D_OPENED,  # called as a batch begins, where there are orders that may have ended meanwhile
    D_CLOSED,  # called as a batch ends in which something was decided
    D_WARM,  # called after a bar of the warm-up on which something was decided
    D_KEPT,  # decisions before that bar
    D_NOW,  # the context's clock
    D_SEEN,  # bars shown, by the symbol's place
    D_WARMUP,
    D_ROW,  # the row after what was shown last
    D_GOES_ON,  # 1 where nothing of what was decided is for the machine
    D_LINES,  # declared indicators, `LINE_WIDTH` each
    D_LINE_COUNT,
    D_VALUE,  # the name of what a line shows
    D_FIRST,  # the first row of the answers
    D_NONE,
) = range(loop.D_FREE, loop.D_FREE + 26)
DESK_WIDTH = loop.D_FREE + 26

# Of an instrument: its place among the strategy's symbols or -1, its name, its scales.
I_PLACE, I_SYMBOL, I_PRICE_SCALE, I_QTY_SCALE = range(4)
INST_WIDTH = 4
# Of a line: the object, its instrument, its numbers as if they began with the first row of all, or its answers.
L_OBJECT, L_INST, L_NUMBERS, L_ANSWERS = range(4)
LINE_WIDTH = 4
# The moments of the view shown last, and the view: the end of one bar is the start of the next.
S_START, S_START_OBJECT, S_END, S_END_OBJECT, S_VIEW = range(5)


@compiled_inner
def times_of(shown: Any, start_ns: int, end_ns: int) -> None:
    """Let `shown` hold a bar's start and end as objects."""
    if shown[S_END] == start_ns:
        shown[S_START], shown[S_END] = shown[S_END], shown[S_START]
        shown[S_START_OBJECT], shown[S_END_OBJECT] = shown[S_END_OBJECT], shown[S_START_OBJECT]
    if shown[S_START] != start_ns:
        drop(shown[S_START_OBJECT])
        shown[S_START], shown[S_START_OBJECT] = start_ns, int_of(start_ns)
    if shown[S_END] != end_ns:
        drop(shown[S_END_OBJECT])
        shown[S_END], shown[S_END_OBJECT] = end_ns, int_of(end_ns)


@compiled_inner
def view_row(d: Any, shown: Any, at: int, inst: Any) -> int:
    """The view of the bar whose row begins at word `at`."""
    rows, view = words_at(d[D_ROWS]), shown[S_VIEW]
    if view == 0 or d[D_REUSES] == 0 or words_at(view)[0] != 1:
        if view != 0:
            drop(view)
        view = shown[S_VIEW] = new_of(d[D_VIEW], 8)
    times_of(shown, rows[at + B_START], rows[at + B_END])
    keep(inst[I_SYMBOL])
    put_item(view, 0, inst[I_SYMBOL])
    keep(shown[S_START_OBJECT])
    put_item(view, 1, shown[S_START_OBJECT])
    keep(shown[S_END_OBJECT])
    put_item(view, 2, shown[S_END_OBJECT])
    for place in range(4):
        put_item(view, 3 + place, float_of(rows[at + B_OPEN + place] / inst[I_PRICE_SCALE]))
    put_item(view, 7, float_of(rows[at + B_VOLUME] / inst[I_QTY_SCALE]))
    return view


@compiled_inner
def show_lines(d: Any, row: int, inst: int) -> None:
    """Set the declared indicators of a symbol to their answers for this bar."""
    lines = words_at(d[D_LINES])
    for at in range(0, d[D_LINE_COUNT] * LINE_WIDTH, LINE_WIDTH):
        if lines[at + L_INST] != inst:
            continue
        if lines[at + L_ANSWERS] != 0:
            set_attribute(lines[at + L_OBJECT], d[D_VALUE], list_item(lines[at + L_ANSWERS], row - d[D_FIRST]))
            continue
        number = floats_at(lines[at + L_NUMBERS])[row]
        if math.isnan(number):
            set_attribute(lines[at + L_OBJECT], d[D_VALUE], d[D_NONE])
        else:
            answer = float_of(number)
            set_attribute(lines[at + L_OBJECT], d[D_VALUE], answer)
            drop(answer)


@compiled_inner
def called(function: int) -> bool:
    """Call a function of no arguments; whether it came back."""
    answer = call_bare(function)
    if answer == 0:
        return False
    drop(answer)
    return True


@compiled_inner
def show_bar(d: Any, shown: Any, row: int, inst_number: int) -> bool:
    """One bar through `on_bar`; whether it came back."""
    inst = words_at(d[D_INSTS] + 8 * INST_WIDTH * inst_number)
    if inst[I_PLACE] < 0:
        return True
    kept = list_size(d[D_DECISIONS])
    show_lines(d, row, inst_number)
    arguments = words_at(d[D_ARGUMENTS])
    arguments[3] = view_row(d, shown, row * d[D_WIDTH], inst)
    answer = call_method(d[D_ON_BAR], d[D_ARGUMENTS] + 8, 3 + VECTOR_OFFSET, 0)
    if answer == 0:
        return False
    drop(answer)
    seen = words_at(d[D_SEEN])
    seen[inst[I_PLACE]] += 1
    if seen[inst[I_PLACE]] <= d[D_WARMUP] and list_size(d[D_DECISIONS]) > kept:
        d[D_KEPT] = kept
        return called(d[D_WARM])
    return True


@compiled_inner
def show_rows(d: Any, shown: Any, first: int, last: int) -> int:
    """Show the rows up to the end of a batch in which something is said; D_ALIVE stays 1 where anything raised."""
    rows, width = words_at(d[D_ROWS]), d[D_WIDTH]
    clock = words_at(d[D_NOW])
    row, begins = first, True
    while row < last:
        end_ns = rows[row * width + B_END]
        if begins:
            clock[0] = end_ns
            looks = d[D_OPENS] == 1 and words_at(d[D_PROGRESS])[loop.G_CALM] == 0
            if (looks or dict_size(d[D_HANDLES]) > 0) and not called(d[D_OPENED]):
                return row
        if not show_bar(d, shown, row, rows[row * width + B_INST] if width > B_INST else 0):
            return row
        row += 1
        begins = row == last or rows[row * width + B_END] != end_ns
        if begins and list_size(d[D_DECISIONS]) > 0:
            d[D_ROW], d[D_GOES_ON] = row, 0
            if not called(d[D_CLOSED]):
                return row
            if d[D_GOES_ON] == 0:
                break
    d[loop.D_ALIVE] = 0
    return row


def show(desk: int, first: int, last: int) -> int:
    """What the machine's loop calls: see `core.stretch_loop.ask_strategy`."""
    d = words_at(desk)
    d[loop.D_ALIVE] = 1
    d[loop.D_SAID] = 0
    shown = words_at(d[D_ARGUMENTS] + 32)
    shown[S_START], shown[S_END], shown[S_VIEW] = 0, 0, 0
    shown[S_START_OBJECT], shown[S_END_OBJECT] = int_of(0), int_of(0)
    if words_at(d[D_PROGRESS])[loop.G_CALM] == 0:
        empty_dict(d[D_STANDING])
    row = show_rows(d, shown, first, last)
    if shown[S_VIEW] != 0:
        drop(shown[S_VIEW])
    drop(shown[S_START_OBJECT])
    drop(shown[S_END_OBJECT])
    return row


ARGUMENTS_WIDTH = 9


@cache
def compiled_show() -> Any:
    """`show` as a C function, compiled when a strategy in Python is first run."""
    return cfunc("int64(int64, int64, int64)", **CFUNC_OPTIONS)(show)
