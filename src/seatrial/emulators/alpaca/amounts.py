"""Amounts as Alpaca writes them: decimal text out of whole units, and money that rounds against the account."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal

from seatrial.domain.instrument import Instrument

MONEY = Decimal("0.00000001")
RATIO = Decimal("0.000000001")
ZERO = Decimal(0)
EXACT = Context(prec=60)  # more digits than two 64-bit units multiplied: never rounds behind our back


def amount_of(units: int, scale: int) -> Decimal:
    """`units / scale`, exactly."""
    return EXACT.divide(Decimal(units), Decimal(scale))


def price_of(instrument: Instrument, price_units: int) -> Decimal:
    """A price in dollars."""
    return amount_of(price_units, instrument.price_scale)


def qty_of(instrument: Instrument, qty_units: int) -> Decimal:
    """A number of shares."""
    return amount_of(qty_units, instrument.qty_scale)


def traded_value(instrument: Instrument, price_units: int, qty_units: int, *, buy: bool) -> Decimal:
    """What a trade moves, in dollars at 8 decimals: what is paid rounds up, what is received rounds down."""
    value = amount_of(price_units * qty_units, instrument.price_scale * instrument.qty_scale)
    return value.quantize(MONEY, rounding=ROUND_CEILING if buy else ROUND_DOWN, context=EXACT)


def share_of(whole: Decimal, part_units: int, whole_units: int) -> Decimal:
    """`whole * part / whole_units` at 8 decimals: the cost basis of a part of a position."""
    exact = EXACT.divide(EXACT.multiply(whole, Decimal(part_units)), Decimal(whole_units))
    return exact.quantize(MONEY, rounding=ROUND_HALF_EVEN, context=EXACT)


def text(amount: Decimal) -> str:
    """The shortest plain decimal text: `150` and not `1.5E+2`."""
    plain = format(amount, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in ("-0", "") else plain


def money(amount: Decimal) -> str:
    """An amount of dollars at 8 decimals."""
    return text(amount.quantize(MONEY, context=EXACT))


def ratio(part: Decimal, whole: Decimal) -> str:
    """`part / whole` at 9 decimals; 0 of nothing."""
    return text(EXACT.divide(part, whole).quantize(RATIO, context=EXACT)) if whole else "0"


def price_text(instrument: Instrument, price_units: int) -> str:
    """A price as the venue writes it in an error body: with two decimals at least."""
    whole, _, rest = instrument.price_text(price_units).partition(".")
    return f"{whole}.{rest.ljust(2, '0')}"


def average_text(product: int, qty_units: int, instrument: Instrument) -> str:
    """The average price of executions whose `price_units * qty_units` sum to `product`, at 9 decimals."""
    average = EXACT.divide(Decimal(product), Decimal(qty_units * instrument.price_scale))
    return text(average.quantize(RATIO, context=EXACT))
