"""Products of integers that do not fit 64 bits, with the rounding in the name.

numba's int64 wraps silently; here every product goes through two 64-bit limbs, and a result that
does not fit is an assertion, never a wrong number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types, uint64
from numba.extending import intrinsic

from seatrial.core.compiled import compiled, compiled_inner, compiled_once

RESULT_MAX = 2**63 - 1
UNITS_MAX = 2**62 - 1  # of any balance: two of them still add up within 64 bits
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_ZERO = np.uint64(0)
_ONE = np.uint64(1)
_TOP = np.uint64(63)
_BITS_OF_A_QUOTIENT = np.uint64(51)  # below them a quotient of floats is at most one off


def _high_half(typing: Any, a: Any, b: Any) -> Any:
    """The upper 64 bits of the product of two unsigned numbers: one instruction of the processor."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(arguments[0], wide), builder.zext(arguments[1], wide))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), generate


def _guessed_quotient(typing: Any, whole: Any, d: Any) -> Any:
    """The quotient of two unsigned numbers below 2**63 by way of floats; at most one off where it is below 2**51."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = [builder.sitofp(each, ir.DoubleType()) for each in arguments]
        return builder.fptosi(builder.fdiv(*wide), ir.IntType(64))

    return types.int64(types.uint64, types.uint64), generate


high_half: Any = intrinsic(_high_half)
guessed_quotient: Any = intrinsic(_guessed_quotient)


@compiled_inner
def _long_divmod(high: Any, low: Any, d: Any) -> tuple[int, int]:
    """`divmod` of a number of two 64-bit halves."""
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


@compiled_once
def divided(whole: Any, d: Any) -> tuple[int, int]:
    """`divmod` of two unsigned numbers below 2**63, the second positive.

    Exact: what floats guess integers put right. The processor's own division of 64 bits takes three times as long.
    """
    if (whole >> _BITS_OF_A_QUOTIENT) < d:
        quotient = guessed_quotient(whole, d)
        rest = int(np.int64(whole) - quotient * np.int64(d))
        if rest < 0:
            quotient -= 1
            rest += int(np.int64(d))
        elif rest >= np.int64(d):
            quotient += 1
            rest -= int(np.int64(d))
        return quotient, rest
    exact = whole // d
    return int(np.int64(exact)), int(np.int64(whole - exact * d))


@compiled_once
def down_to(units: int, step: int) -> int:
    """The last multiple of a positive step that is not beyond `units`, which is not negative."""
    return units - divided(uint64(units), uint64(step))[1]


@compiled_once
def _muldivmod(a: int, b: int, divisor: int) -> tuple[int, int]:
    """`divmod(a * b, divisor)` for non-negative `a`, `b` below 2**63 and a positive divisor."""
    assert (a | b) >= 0
    assert divisor > 0
    x, y, d = uint64(a), uint64(b), uint64(divisor)
    high, low = high_half(x, y), x * y
    if high == _ZERO:
        if low <= uint64(RESULT_MAX):
            return divided(low, d)
        quotient = low // d
        assert quotient <= uint64(RESULT_MAX)
        return int(np.int64(quotient)), int(np.int64(low - quotient * d))
    return _long_divmod(high, low, d)


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
