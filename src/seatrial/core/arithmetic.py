"""Products of integers that do not fit 64 bits, with the rounding in the name.

numba's int64 wraps silently; here every product goes through two 64-bit limbs, and a result that
does not fit is an assertion, never a wrong number.
"""

from __future__ import annotations

import numpy as np
from numba import uint64

from seatrial.core.compiled import compiled, compiled_inner

RESULT_MAX = 2**63 - 1
UNITS_MAX = 2**62 - 1  # of any balance: two of them still add up within 64 bits
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_ZERO = np.uint64(0)
_ONE = np.uint64(1)
_TOP = np.uint64(63)


@compiled_inner
def _muldivmod(a: int, b: int, divisor: int) -> tuple[int, int]:
    """`divmod(a * b, divisor)` for non-negative `a`, `b` below 2**63 and a positive divisor."""
    assert a >= 0
    assert b >= 0
    assert divisor > 0
    x, y, d = uint64(a), uint64(b), uint64(divisor)
    x_high, x_low = x >> _HALF, x & _LOW
    y_high, y_low = y >> _HALF, y & _LOW
    low_low = x_low * y_low
    middle = x_high * y_low + (low_low >> _HALF)
    middle_low = x_low * y_high + (middle & _LOW)
    high = x_high * y_high + (middle >> _HALF) + (middle_low >> _HALF)
    low = x * y
    if high == _ZERO:
        quotient = low // d
        assert quotient <= uint64(RESULT_MAX)
        return int(np.int64(quotient)), int(np.int64(low - quotient * d))
    assert high < d
    if d <= _LOW:
        # School division in base 2**32: the divisor fits one digit.
        rest = high
        upper = (rest << _HALF) | (low >> _HALF)
        digit_high = upper // d
        rest = upper - digit_high * d
        lower = (rest << _HALF) | (low & _LOW)
        digit_low = lower // d
        rest = lower - digit_low * d
        quotient = (digit_high << _HALF) + digit_low
        assert digit_high <= _LOW >> _ONE
        return int(np.int64(quotient)), int(np.int64(rest))
    rest = high
    quotient = _ZERO
    for _ in range(64):
        # `rest` stays below d <= 2**63 - 1, so the shift cannot lose a bit.
        rest = (rest << _ONE) | (low >> _TOP)
        low = low << _ONE
        quotient = quotient << _ONE
        if rest >= d:
            rest -= d
            quotient |= _ONE
    assert quotient <= uint64(RESULT_MAX)
    return int(np.int64(quotient)), int(np.int64(rest))


@compiled_inner
def plus(a: int, b: int) -> int:
    """`a + b` of two signed amounts; one of 2**62 or more is an assertion, never a wrapped number."""
    total = a + b
    assert (total >= a) == (b >= 0)
    assert -UNITS_MAX <= total <= UNITS_MAX
    return total


@compiled
def muldiv_floor(a: int, b: int, divisor: int) -> int:
    """`a * b / divisor` rounded down; `a` and `b` non-negative."""
    return _muldivmod(a, b, divisor)[0]


@compiled
def muldiv_ceil(a: int, b: int, divisor: int) -> int:
    """`a * b / divisor` rounded up; `a` and `b` non-negative."""
    quotient, rest = _muldivmod(a, b, divisor)
    assert quotient < RESULT_MAX
    return quotient + (1 if rest > 0 else 0)


@compiled
def muldiv_toward_zero(a: int, b: int, divisor: int) -> int:
    """`a * b / divisor` for a signed `a`, with the magnitude rounded down."""
    if a >= 0:
        return muldiv_floor(a, b, divisor)
    return -muldiv_floor(-a, b, divisor)
