"""Quotes made from the last print, and said to be: one basis point or one tick to each side of it."""

from __future__ import annotations

from typing import NamedTuple

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.timeline import Print

HALF_SPREAD_DIVISOR = 10_000
SPREAD_MODEL = "derived: last print -/+ max(1 tick, 1 bp), on the tick grid"


class Quote(NamedTuple):
    """Both sides in price units; sizes in round lots of a hundred shares, at least one."""

    bid_units: int
    ask_units: int
    bid_lots: int
    ask_lots: int
    at_ns: int


def quote_from(last: Print, instrument: Instrument) -> Quote:
    """The quote around a print."""
    tick_units = instrument.tick_units
    half_units = max(tick_units, last.price_units // HALF_SPREAD_DIVISOR)
    bid_units = max(tick_units, (last.price_units - half_units) // tick_units * tick_units)
    ask_units = -(-(last.price_units + half_units) // tick_units) * tick_units
    lots = max(1, last.volume_units // (100 * instrument.lot_units))
    return Quote(bid_units, ask_units, lots, lots, last.at_ns)


def newest_quote(exchange: Exchange, symbol: Symbol) -> Quote | None:
    """The quote that stands now; None before the first print."""
    last = exchange.newest_print(symbol)
    return None if last is None else quote_from(last, exchange.instruments[symbol])
