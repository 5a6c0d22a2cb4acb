"""Money is a whole number of 1e-8 units of a currency. It is never a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import NewType, Self

Currency = NewType("Currency", str)

CASH_SCALE = 10**8  # the same in every currency, so that no table of exponents can be wrong
CASH_DECIMALS = 8


class InexactAmount(ValueError):
    """The text is not a number, or names more digits than a unit can hold."""


class CurrencyMismatch(TypeError):
    """Two currencies met in one sum. Convert first, at a named rate."""


def parse_units(text: str, scale: int) -> int:
    """A decimal text as a whole number of `1/scale`.

    Raises:
        InexactAmount: not a finite number, or between two units.
    """
    try:
        units = Decimal(text) * scale
    except InvalidOperation:
        raise InexactAmount(f"not a number: {text!r}") from None
    if not units.is_finite() or units != units.to_integral_value():
        raise InexactAmount(f"{text} does not fit 1/{scale}")
    return int(units)


def units_text(units: int, scale: int) -> str:
    """The shortest decimal text of `units / scale`: `150` and not `150.0000`."""
    sign = "-" if units < 0 else ""
    whole, rest = divmod(abs(units), scale)
    if not rest:
        return f"{sign}{whole}"
    digits = len(str(scale)) - 1
    return f"{sign}{whole}.{rest:0{digits}d}".rstrip("0")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency, in 1e-8 units."""

    units: int
    currency: Currency

    @classmethod
    def parse(cls, text: str, currency: Currency) -> Self:
        """`Money.parse("10.25", Currency("USD"))`; refuses rather than rounds."""
        return cls(parse_units(text, CASH_SCALE), currency)

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} + {other.currency}")
        return Money(self.units + other.units, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.units, self.currency)

    def __str__(self) -> str:
        return f"{units_text(self.units, CASH_SCALE)} {self.currency}"
