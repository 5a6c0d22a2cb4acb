"""On which grids the numbers of a foreign file must lie, and whose market a symbol is, as far as we know it."""

from __future__ import annotations

from seatrial.domain.faults import RequestFault
from seatrial.domain.instrument import AssetClass, Instrument
from seatrial.market.instruments import instrument_of
from seatrial.market.rules import Grids

UNKNOWN_SCALE = 10**8
US_VENUES = ("alpaca", "unknown", "iex", "sip", "nyse", "nasdaq")


def grids_of(symbol: str, venue: str) -> Grids:
    """The grids of a symbol at its venue; elsewhere, or of a symbol we do not know, the finest a venue has."""
    instrument = _instrument(symbol)
    if instrument is None or not venue.startswith(str(instrument.venue)):
        return Grids(UNKNOWN_SCALE, UNKNOWN_SCALE)
    return Grids(instrument.price_scale, instrument.qty_scale)


def venue_of(symbol: str) -> str:
    """Where a symbol is traded, if nobody says."""
    instrument = _instrument(symbol)
    return "unknown" if instrument is None else str(instrument.venue)


def is_equity(symbol: str) -> bool:
    """A US stock or fund, whose days begin in New York; pairs with a dash or underscore are coins."""
    instrument = _instrument(symbol)
    return instrument is not None and instrument.asset_class is AssetClass.US_EQUITY and "-" not in symbol


def _instrument(symbol: str) -> Instrument | None:
    try:
        return instrument_of(symbol)
    except RequestFault:
        return None


def calendar_of(symbol: str, venue: str) -> str:
    """When a dataset's market is open: `XNYS` for shares told by a US source, `24x7` for all else."""
    return "XNYS" if is_equity(symbol) and venue.startswith(US_VENUES) else "24x7"
