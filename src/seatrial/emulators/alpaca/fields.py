"""The members of a request's body: each read by name, or refused by name.

Numbers may come as JSON numbers or as strings; both are read as decimals, never as floats.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from seatrial.domain.instrument import Instrument
from seatrial.emulators.alpaca.refusals import Refusal, malformed, unprocessable

DIGITS_MAX = 40
PRICE_UNITS_MAX = 2**53
CENT = Decimal("0.01")
INFINITE = Decimal("Infinity")

Fields = Mapping[str, Any]

_OBJECT = msgspec.json.Decoder(dict, float_hook=Decimal)


def parse_body(body: bytes) -> dict[str, Any]:
    """A JSON object with its fractions as decimals.

    Raises:
        Refusal: 400, it is not one.
    """
    try:
        parsed: dict[str, Any] = _OBJECT.decode(body)
    except (msgspec.MsgspecError, InvalidOperation, RecursionError, UnicodeDecodeError, ValueError):
        raise Refusal(400, 40010000, "request body format is invalid") from None
    return parsed


def text_in(fields: Fields, name: str) -> str:
    """A text that must be there."""
    value = fields.get(name)
    if value is None or value == "":
        raise malformed(f"{name} is required")
    if not isinstance(value, str):
        raise malformed(f"{name} must be a text")
    return value


def choice_in(fields: Fields, name: str, accepted: tuple[str, ...]) -> str:
    """One of some words."""
    value: str | None = fields.get(name)
    if value in accepted:
        return value
    value = text_in(fields, name)
    if value not in accepted:
        raise malformed(f"invalid {name} {value!r}: accepted are {', '.join(accepted)}")
    return value


def decimal_of(name: str, value: object) -> Decimal:
    """A finite number of bounded length."""
    if isinstance(value, Decimal):
        number = value if len(value.as_tuple().digits) <= DIGITS_MAX else INFINITE
    elif isinstance(value, int) and not isinstance(value, bool):
        number = Decimal(value)
    elif isinstance(value, str) and len(value) <= DIGITS_MAX:
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise malformed(f"{name} must be a number, was {value!r}") from None
    else:
        raise malformed(f"{name} must be a number")
    if not number.is_finite() or abs(number.adjusted()) > DIGITS_MAX:
        raise malformed(f"{name} must be a number of at most {DIGITS_MAX} digits")
    return number


def price_of(name: str, value: object, instrument: Instrument) -> int:
    """A price in price units, on the grid of orders: cents, or a hundredth of one below a dollar."""
    price = decimal_of(name, value)
    words = name.replace("_", " ")
    if price <= 0:
        raise malformed(f"{words} must be > 0")
    units = price * instrument.price_scale
    if units >= PRICE_UNITS_MAX:
        raise malformed(f"{words} is too large")
    whole = int(units)
    tick_units = instrument.tick_units if price >= 1 else 1
    if units != whole or whole % tick_units:
        raise unprocessable(f"invalid {name} {value}. sub-penny increment does not fulfill minimum pricing criteria")
    return whole


def cent_units(instrument: Instrument) -> int:
    """A cent in price units, and at least one of them."""
    return max(1, int(CENT * instrument.price_scale))
