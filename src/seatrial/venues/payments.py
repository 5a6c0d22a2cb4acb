"""Cash that a venue moved without a trade, by its own record: dividends, what is withheld, interest, fees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from seatrial.domain.ids import Symbol
from seatrial.domain.money import Currency


@dataclass(frozen=True, slots=True)
class VenuePayment:
    """One entry of the venue's record. `payment_id` is the venue's own; `kind` is its word for what it was.

    `amount_units` are cash units, above 0 where the account was paid.
    """

    payment_id: str
    kind: str
    at_ns: int
    currency: Currency
    amount_units: int
    symbol: Symbol | None = None


@runtime_checkable
class TellsPayments(Protocol):
    """A venue that keeps such a record."""

    async def payments_since(self, at_ns: int) -> Sequence[VenuePayment]:
        """Those at or after a market time, oldest first, over all pages. Raises as the questions of a venue do."""
        ...
