"""`update` of an indicator as a compiled method: it reads its inputs, runs its recurrence and answers.

CPython calls it as it calls `math.sqrt`. Inputs by name, and too many or too few of them, go to the method as it is
written in Python.
"""

from __future__ import annotations

import ctypes
import math
from functools import cache
from typing import Any

from numba import cfunc

from seatrial.core.blocks import numbers_at
from seatrial.core.by_address import floats_at, words_at
from seatrial.core.compiled import CFUNC_OPTIONS, compiled_inner
from seatrial.core.interpreter import (
    attribute_named,
    bytes_in,
    call_with,
    drop,
    float_of,
    has_raised,
    keep,
    none,
    number_of,
    text_in_c,
)
from seatrial.strategy.recurrences import averages, windows

# Places in an indicator's block.
M_LENGTH, M_NUMBERS, M_ANSWER, M_INPUT = range(4)
M_STATE = M_INPUT + 4
STATE_BYTES = 8 * M_STATE
BLOCK_WORD = 2  # of an indicator: the first slot of its class, after count and type; `quicken` makes sure of it
WRITTEN = "update_as_written"  # where a class keeps its method in Python
FASTCALL_KEYWORDS = 0x82
_written = text_in_c(WRITTEN)


@compiled_inner
def taken(it: int, arguments: int, count: int, named: int, wanted: int) -> int:
    """Put the inputs into the indicator's block; its address, or 0 where they are no such numbers."""
    if named != 0 or count != wanted:
        return 0
    memory, given = bytes_in(words_at(it)[BLOCK_WORD]), words_at(arguments)
    for place in range(wanted):
        number = number_of(given[place])
        if number == -1.0 and has_raised() != 0:
            return 0
        floats_at(memory)[M_INPUT + place] = number
    return memory


@compiled_inner
def answered(memory: int, number: float) -> int:
    """A number as an object, None where there is none."""
    floats_at(memory)[M_ANSWER] = number
    if not math.isnan(number):
        return float_of(number)
    keep(none())
    return none()


@compiled_inner
def as_written(it: int, arguments: int, count: int, named: int) -> int:
    """Let the method in Python have it, unless something was raised already."""
    if has_raised() != 0:
        return 0
    method = attribute_named(it, _written())
    if method == 0:
        return 0
    answer = call_with(method, arguments, count, named)
    drop(method)
    return answer


def update_sma(it: int, arguments: int, count: int, named: int) -> int:
    """`sma_next`: the state's first numbers, then the ring."""
    m = taken(it, arguments, count, named, 1)
    if m == 0:
        return as_written(it, arguments, count, named)
    state = numbers_at(m + STATE_BYTES, averages.SMA_STATE)
    ring = numbers_at(m + STATE_BYTES + 8 * averages.SMA_STATE, words_at(m)[M_LENGTH])
    return answered(m, averages.sma_next(ring, state, floats_at(m)[M_INPUT]))


def update_ema(it: int, arguments: int, count: int, named: int) -> int:
    """`ema_next`."""
    m = taken(it, arguments, count, named, 1)
    if m == 0:
        return as_written(it, arguments, count, named)
    x, length, state = floats_at(m), words_at(m)[M_LENGTH], numbers_at(m + STATE_BYTES, words_at(m)[M_NUMBERS])
    return answered(m, averages.ema_next(state, length, x[M_INPUT]))


def update_rsi(it: int, arguments: int, count: int, named: int) -> int:
    """`rsi_next`."""
    m = taken(it, arguments, count, named, 1)
    if m == 0:
        return as_written(it, arguments, count, named)
    x, length, state = floats_at(m), words_at(m)[M_LENGTH], numbers_at(m + STATE_BYTES, words_at(m)[M_NUMBERS])
    return answered(m, averages.rsi_next(state, length, x[M_INPUT]))


def update_atr(it: int, arguments: int, count: int, named: int) -> int:
    """`atr_next`."""
    m = taken(it, arguments, count, named, 3)
    if m == 0:
        return as_written(it, arguments, count, named)
    x, length, state = floats_at(m), words_at(m)[M_LENGTH], numbers_at(m + STATE_BYTES, words_at(m)[M_NUMBERS])
    return answered(m, averages.atr_next(state, length, x[M_INPUT], x[M_INPUT + 1], x[M_INPUT + 2]))


def update_wma(it: int, arguments: int, count: int, named: int) -> int:
    """`wma_next`."""
    m = taken(it, arguments, count, named, 1)
    if m == 0:
        return as_written(it, arguments, count, named)
    x, length, state = floats_at(m), words_at(m)[M_LENGTH], numbers_at(m + STATE_BYTES, words_at(m)[M_NUMBERS])
    return answered(m, windows.wma_next(state, length, x[M_INPUT]))


def update_deviation(it: int, arguments: int, count: int, named: int) -> int:
    """`deviation_next`."""
    m = taken(it, arguments, count, named, 1)
    if m == 0:
        return as_written(it, arguments, count, named)
    x, length, state = floats_at(m), words_at(m)[M_LENGTH], numbers_at(m + STATE_BYTES, words_at(m)[M_NUMBERS])
    return answered(m, windows.deviation_next(state, length, x[M_INPUT]))


def update_slope(it: int, arguments: int, count: int, named: int) -> int:
    """`slope_next`."""
    m = taken(it, arguments, count, named, 1)
    if m == 0:
        return as_written(it, arguments, count, named)
    x, length, state = floats_at(m), words_at(m)[M_LENGTH], numbers_at(m + STATE_BYTES, words_at(m)[M_NUMBERS])
    return answered(m, windows.slope_next(state, length, x[M_INPUT]))


def update_change(it: int, arguments: int, count: int, named: int) -> int:
    """`change_next`."""
    m = taken(it, arguments, count, named, 1)
    if m == 0:
        return as_written(it, arguments, count, named)
    x, length, state = floats_at(m), words_at(m)[M_LENGTH], numbers_at(m + STATE_BYTES, words_at(m)[M_NUMBERS])
    return answered(m, windows.change_next(state, length, x[M_INPUT]))


def update_rate(it: int, arguments: int, count: int, named: int) -> int:
    """`rate_of_change_next`."""
    m = taken(it, arguments, count, named, 1)
    if m == 0:
        return as_written(it, arguments, count, named)
    x, length, state = floats_at(m), words_at(m)[M_LENGTH], numbers_at(m + STATE_BYTES, words_at(m)[M_NUMBERS])
    return answered(m, windows.rate_of_change_next(state, length, x[M_INPUT]))


class MethodDef(ctypes.Structure):
    """CPython's `PyMethodDef`."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


_kept: list[Any] = []  # a method's definition outlives its class


@cache
def quicken(kind: type, update: Any) -> None:
    """Put compiled code in the place of a class's `update`; of the class that wrote it, not of one derived from it."""
    probe = kind(2)
    at = id(probe) + 8 * BLOCK_WORD
    if ctypes.c_int64.from_address(at).value != id(probe._block):
        return  # objects are laid out otherwise: Python goes on
    written = kind.update  # type: ignore[attr-defined]
    inputs = ", ".join(written.__code__.co_varnames[: written.__code__.co_argcount][1:])
    doc = f"update($self, {inputs})\n--\n\n{written.__doc__}"
    compiled_update = cfunc("int64(int64, int64, int64, int64)", **CFUNC_OPTIONS)(update)
    definition = MethodDef(b"update", compiled_update.address, FASTCALL_KEYWORDS, doc.encode())
    _kept.extend((compiled_update, definition))
    new_method = ctypes.pythonapi.PyDescr_NewMethod
    new_method.restype, new_method.argtypes = ctypes.py_object, (ctypes.py_object, ctypes.c_void_p)
    setattr(kind, WRITTEN, written)
    setattr(kind, "update", new_method(kind, ctypes.addressof(definition)))  # noqa: B010 - a class is not written to
