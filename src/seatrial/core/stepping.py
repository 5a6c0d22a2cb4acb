"""`step` behind an address: compiled once, whoever calls it, with everything it works on behind one pointer.

What is compiled above `step` would otherwise compile all of it again, once per level. A block of integers says where
the arrays are; whoever binds it keeps them alive.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from numba import cfunc

from seatrial.core import records as r
from seatrial.core.by_address import call_by_address, words_at
from seatrial.core.compiled import CFUNC_OPTIONS, compiled, compiled_inner, typed
from seatrial.core.records import Int64Array, State
from seatrial.core.state_at import STATE_WORDS, rows_at, state_at, write_state
from seatrial.core.step import recover, step

# Places of a block.
B_STEP, B_ALIVE, B_TAIL, B_SELF, B_FACT, B_EFFECTS, B_EFFECT_ROWS = range(7)
B_STATE = 7
BLOCK_WIDTH = B_STATE + STATE_WORDS
STATE_BYTES = 8 * B_STATE
_ROW_BYTES = 8 * r.ROW_WIDTH
STEP, RECOVER, DECIDE = 0, 1, 2
_DECIDE = typed(DECIDE)
_NONE = typed(0)


def step_at(block: int, what: int, count: int) -> int:
    """`step`, `decide` or `recover` on a bound block. B_ALIVE stays 1 where it raised.

    What is decided goes to the rows from B_TAIL on; `recover` applies the first `count` of them.
    """
    b = words_at(block)
    b[B_ALIVE] = 1
    state = state_at(block + STATE_BYTES)
    fact = rows_at(b[B_FACT], 1, r.ROW_WIDTH)[0]
    if what == RECOVER:
        recover(state, fact, rows_at(b[B_EFFECTS], b[B_EFFECT_ROWS], r.ROW_WIDTH), count)
    else:
        tail = b[B_TAIL]
        out = rows_at(b[B_EFFECTS] + tail * _ROW_BYTES, b[B_EFFECT_ROWS] - tail, r.ROW_WIDTH)
        count = step(state, fact, out, what == DECIDE)
    b[B_ALIVE] = 0
    return count


@cache
def compiled_step() -> Any:
    """`step_at` as a C function, compiled when a machine is first made."""
    return cfunc("int64(int64, int64, int64)", **CFUNC_OPTIONS)(step_at)


def bind(block: Int64Array, state: State, fact: Int64Array, effects: Int64Array) -> None:
    """Write down where everything is. The caller keeps block and arrays as long as they are stepped through."""
    assert fact.flags.c_contiguous and effects.flags.c_contiguous, "rows are read one after the other"
    block[B_STEP] = compiled_step().address
    block[B_ALIVE] = 0
    block[B_SELF] = block.ctypes.data
    block[B_FACT] = fact.ctypes.data
    block[B_EFFECTS] = effects.ctypes.data
    block[B_EFFECT_ROWS] = effects.shape[0]
    write_state(block[B_STATE:], state)


@compiled_inner
def step_in(block: Int64Array, tail: int) -> int:
    """`step` for the bound fact row; its effects go to the rows from `tail` on. Returns how many."""
    block[B_TAIL] = tail
    count = call_by_address(block[B_STEP], block[B_SELF], 0, 0)
    assert block[B_ALIVE] == 0, "the machine's step raised; its error stands above"
    return count


@compiled_inner
def step_of(venue: Any, tail: int) -> int:
    """The same for the venue's fact row."""
    return step_in(venue.block, tail)


@compiled_inner
def decide_of(venue: Any, tail: int) -> int:
    """What follows from the venue's fact row, which has been applied; effects from `tail` on. Returns how many."""
    block = venue.block
    block[B_TAIL] = tail
    count = call_by_address(block[B_STEP], block[B_SELF], _DECIDE, _NONE)
    assert block[B_ALIVE] == 0, "the machine's step raised; its error stands above"
    return count


@compiled
def step_now(block: Int64Array, tail: int) -> int:
    """The same for callers outside compiled code."""
    return step_in(block, tail)


@compiled
def recover_now(block: Int64Array, count: int) -> None:
    """Apply the bound fact and the first `count` effect rows. Nothing is decided again."""
    call_by_address(block[B_STEP], block[B_SELF], 1, count)
    assert block[B_ALIVE] == 0, "the machine's recovery raised; its error stands above"
