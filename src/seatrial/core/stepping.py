"""`step` for loops around it: called by address, with everything it works on behind one pointer.

What is compiled above `step` would otherwise compile all of it again, once per level, and hand eleven arrays over by
value with every fact. A block of integers says where the arrays are; whoever binds it keeps them alive.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numba
from numba import cfunc

from seatrial.core import records as r
from seatrial.core.by_address import call_by_address, words_at
from seatrial.core.compiled import CFUNC_OPTIONS, compiled_inner
from seatrial.core.records import Int64Array, State
from seatrial.core.step import step

carray: Any = numba.carray

# Places of a block.
B_STEP, B_ALIVE, B_TAIL, B_SELF = range(4)
B_ARRAYS = 4  # address, rows and columns of each array of a state, in its order, then of the fact and of the effects
BLOCK_WIDTH = B_ARRAYS + 3 * (len(State._fields) + 2)
_FACT = B_ARRAYS + 3 * len(State._fields)
_EFFECTS = _FACT + 3
_ROW_BYTES = 8 * r.ROW_WIDTH


def step_at(block: int, _first: int, _last: int) -> int:
    """`step` on a bound block: the fact row leads to effects from row B_TAIL on. B_ALIVE stays 1 where it raised."""
    b = words_at(block)
    b[B_ALIVE] = 1
    state = State(
        carray(words_at(b[B_ARRAYS]), (b[B_ARRAYS + 1], r.RULES_WIDTH)),
        carray(words_at(b[B_ARRAYS + 3]), (b[B_ARRAYS + 4], r.POSITIONS_WIDTH)),
        carray(words_at(b[B_ARRAYS + 6]), (b[B_ARRAYS + 7], r.ACCOUNTS_WIDTH)),
        carray(words_at(b[B_ARRAYS + 9]), (b[B_ARRAYS + 10], r.LIMITS_WIDTH)),
        carray(words_at(b[B_ARRAYS + 12]), (b[B_ARRAYS + 13], b[B_ARRAYS + 14])),
        carray(words_at(b[B_ARRAYS + 15]), (b[B_ARRAYS + 16], b[B_ARRAYS + 17])),
        carray(words_at(b[B_ARRAYS + 18]), (b[B_ARRAYS + 19], r.ORDERS_WIDTH)),
        carray(words_at(b[B_ARRAYS + 21]), (b[B_ARRAYS + 22], r.PARKED_WIDTH)),
        carray(words_at(b[B_ARRAYS + 24]), (b[B_ARRAYS + 25],)),
        carray(words_at(b[B_ARRAYS + 27]), (b[B_ARRAYS + 28], r.PURSE_WIDTH)),
        carray(words_at(b[B_ARRAYS + 30]), (b[B_ARRAYS + 31], r.DUE_WIDTH)),
    )
    fact = carray(words_at(b[_FACT]), (r.ROW_WIDTH,))
    tail = b[B_TAIL]
    out = carray(words_at(b[_EFFECTS] + tail * _ROW_BYTES), (b[_EFFECTS + 1] - tail, r.ROW_WIDTH))
    count = step(state, fact, out)
    b[B_ALIVE] = 0
    return count


@cache
def compiled_step() -> Any:
    """`step_at` as a C function, compiled when a backtest first needs it."""
    return cfunc("int64(int64, int64, int64)", **CFUNC_OPTIONS)(step_at)


def bind(block: Int64Array, state: State, fact: Int64Array, effects: Int64Array) -> None:
    """Write down where everything is. The caller keeps block and arrays as long as they are stepped through."""
    widths: list[int | None] = [r.RULES_WIDTH, r.POSITIONS_WIDTH, r.ACCOUNTS_WIDTH, r.LIMITS_WIDTH, None, None]
    widths += [r.ORDERS_WIDTH, r.PARKED_WIDTH, None, r.PURSE_WIDTH, r.DUE_WIDTH]
    assert len(widths) == len(state), "a state has another array: say its shape in step_at"
    block[B_STEP] = compiled_step().address
    block[B_ALIVE] = 0
    block[B_SELF] = block.ctypes.data
    for at, array in enumerate((*state, fact, effects)):
        assert array.flags.c_contiguous, "arrays are read row by row"
        width = widths[at] if at < len(state) else None
        assert width is None or array.shape[1] == width, "a state's array is wider than it is read"
        place = B_ARRAYS + 3 * at
        block[place] = array.ctypes.data
        block[place + 1] = array.shape[0]
        block[place + 2] = array.shape[1] if array.ndim > 1 else 1


@compiled_inner
def step_of(venue: Any, tail: int) -> int:
    """`step` for the venue's fact row; its effects go to `venue.effects[tail:]`. Returns how many."""
    block = venue.block
    block[B_TAIL] = tail
    count: int = call_by_address(block[B_STEP], block[B_SELF], 0, 0)
    assert block[B_ALIVE] == 0, "the machine's step raised; its error stands above"
    return count
