"""The venue's numbers: decimals of eight digits, written as text. This room's own arithmetic.

It deliberately shares nothing with `core.ledger` or the venue adapters: two programs that are wrong
together pass every test.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache

CONTEXT = Context(prec=50, rounding=ROUND_HALF_EVEN)  # wide enough that nothing below ever rounds by itself
SCALE = 10**8
_SCALE = Decimal(SCALE)
ZERO = Decimal(0)
UNIT = Decimal(1).scaleb(-8)
DIGITS_MAX = 8
REMEMBERED_MAX = 16_384  # prices and quantities come again and again


def text(number: Decimal) -> str:
    """`Decimal("0.1")` -> `"0.10000000"`, as the venue writes every amount."""
    return f"{number:.8f}" if number else "0.00000000"  # most of a report are zeros


def down(number: Decimal) -> Decimal:
    """To eight digits, towards minus infinity."""
    return number.quantize(UNIT, rounding=ROUND_FLOOR, context=CONTEXT)


def up(number: Decimal) -> Decimal:
    """To eight digits, towards plus infinity."""
    return number.quantize(UNIT, rounding=ROUND_CEILING, context=CONTEXT)


def product(left: Decimal, right: Decimal) -> Decimal:
    """Exact: eight digits times eight digits."""
    return CONTEXT.multiply(left, right)


def step_down(number: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above `number`."""
    return CONTEXT.multiply(CONTEXT.divide_int(number, step), step)


def on_step(number: Decimal, step: Decimal) -> bool:
    """Whether `number` is a whole multiple of `step`."""
    return CONTEXT.remainder(number, step) == 0


@lru_cache(REMEMBERED_MAX)
def from_units(units: int) -> Decimal:
    """A whole number of 1e-8 as a decimal."""
    return CONTEXT.multiply(Decimal(units), UNIT)


def to_units(number: Decimal) -> int:
    """A decimal as a whole number of 1e-8; the caller has seen to its digits."""
    if not number:
        return 0
    product = CONTEXT.multiply(number, _SCALE)
    units = int(product)
    assert units == product, f"{number} has more than {DIGITS_MAX} digits"
    return units
