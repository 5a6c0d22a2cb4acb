"""A venue's decimals onto our grids: refused, never rounded."""

from __future__ import annotations

from decimal import Decimal

from seatrial.domain.faults import VenueUnreadable
from seatrial.domain.money import InexactAmount, parse_units


def units(value: Decimal | None, scale: int, field: str) -> int:
    """A decimal as whole units, or `VenueUnreadable` naming the field."""
    if value is None:
        raise VenueUnreadable(f"{field}: missing")
    try:
        return parse_units(str(value), scale)
    except InexactAmount as fault:
        raise VenueUnreadable(f"{field}: {fault}") from fault


def traded_units(value: Decimal | None, scale: int, field: str) -> int:
    """The same for what a trade has more than none of: its quantity and its price."""
    found = units(value, scale, field)
    if found <= 0:
        raise VenueUnreadable(f"{field}: a trade has more than none, was {value}")
    return found
