"""Quotes: the book's where the market has books; otherwise made from the last print, and said to be.

A made quote stands one basis point or one tick to each side of the print.
"""

from __future__ import annotations

from typing import NamedTuple

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.timeline import Print

HALF_SPREAD_DIVISOR = 10_000
SPREAD_MODEL = "derived: last print -/+ max(1 tick, 1 bp), on the tick grid"


class Quote(NamedTuple):
    """Both sides, in price units and quantity units."""

    bid_units: int
    ask_units: int
    bid_qty_units: int
    ask_qty_units: int
    at_ns: int


def quote_from(last: Print, instrument: Instrument) -> Quote:
    """The quote made around a print."""
    tick_units = instrument.tick_units
    half_units = max(tick_units, last.price_units // HALF_SPREAD_DIVISOR)
    bid_units = max(tick_units, (last.price_units - half_units) // tick_units * tick_units)
    ask_units = -(-(last.price_units + half_units) // tick_units) * tick_units
    return Quote(bid_units, ask_units, last.volume_units, last.volume_units, last.at_ns)


def newest_quote(exchange: Exchange, symbol: Symbol) -> Quote | None:
    """The quote that stands now; None before the first print. A book with an empty side has none of its own."""
    shown = exchange.quote(symbol)
    if shown is not None and shown.bid_units and shown.ask_units:
        return Quote(shown.bid_units, shown.ask_units, shown.bid_qty_units, shown.ask_qty_units, shown.at_ns)
    last = exchange.newest_print(symbol)
    return None if last is None else quote_from(last, exchange.instruments[symbol])
