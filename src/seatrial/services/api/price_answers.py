"""What market-data answers: prices and bars, each with its source and its market time."""

from __future__ import annotations

import msgspec

from seatrial.services.api.numbers import ExactNumber, When


class PriceAnswer(msgspec.Struct):
    """A price somebody quoted or traded at `as_of`; `derived` says from what, where it was not told as a trade."""

    symbol: str
    price: ExactNumber
    as_of: When
    source: str
    derived: str | None
    stale: bool


class PricesAnswer(msgspec.Struct):
    """Every price that is known."""

    prices: list[PriceAnswer]


class BarRow(msgspec.Struct):
    """One bar; `timestamp` is its end, when it was known."""

    start: When
    timestamp: When
    open: ExactNumber
    high: ExactNumber
    low: ExactNumber
    close: ExactNumber
    volume: ExactNumber


class BarsAnswer(msgspec.Struct):
    """The newest bars, oldest first."""

    symbol: str
    source: str
    as_of: When | None
    stale: bool
    bars: list[BarRow]
