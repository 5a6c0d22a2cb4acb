"""A bar: what a market did in one span of time, in price and quantity units."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.domain.ids import Symbol


@dataclass(frozen=True, slots=True)
class Bar:
    """Open, high, low, close and volume of `[start_ns, end_ns)`; known only at `end_ns`."""

    symbol: Symbol
    start_ns: int
    end_ns: int
    open_units: int
    high_units: int
    low_units: int
    close_units: int
    volume_units: int


@dataclass(frozen=True, slots=True)
class Session:
    """One trading day of a calendar. `day` is the exchange-local date, `YYYY-MM-DD`."""

    day: str
    open_ns: int
    close_ns: int
    early_close: bool = False
