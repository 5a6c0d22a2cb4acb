"""One trade as the public sees it."""

from __future__ import annotations

from typing import NamedTuple

from seatrial.emulators.binance.numbers import SCALE


class MarketTrade(NamedTuple):
    """One trade of the market. `number` counts from one without gaps."""

    number: int
    price_units: int
    volume_units: int
    at_ns: int
    buyer_maker: bool

    @property
    def value_units(self) -> int:
        """Price times volume in 1e-8 of the quote, rounded down."""
        return self.price_units * self.volume_units // SCALE
