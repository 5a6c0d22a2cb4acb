"""Rounding, by name. Money has eight decimals in every currency."""

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal, getcontext

getcontext().prec = 80

CENT = Decimal("0.00000001")  # the smallest piece of any money
MILLION = Decimal(1_000_000)


def down(value: Decimal, step: Decimal) -> Decimal:
    """Toward minus infinity."""
    return (value / step).to_integral_value(ROUND_FLOOR) * step


def up(value: Decimal, step: Decimal) -> Decimal:
    """Toward plus infinity."""
    return (value / step).to_integral_value(ROUND_CEILING) * step


def toward_zero(value: Decimal, step: Decimal) -> Decimal:
    """The magnitude goes down."""
    return (value / step).to_integral_value(ROUND_DOWN) * step
