"""The markets of the emulated venues: which symbols at which venue, and what each lives through."""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.bootstrap.emulation.asked import AUTO, BARS, PRINTS, Asked
from seatrial.bootstrap.emulation.bar_markets import bar_market
from seatrial.bootstrap.emulation.event_markets import event_market, finest_events
from seatrial.bootstrap.markets import VenueMarket
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import NoData, RequestFault
from seatrial.domain.instrument import Instrument
from seatrial.market.catalog import available_symbols
from seatrial.market.instruments import instrument_of
from seatrial.market.synthetic import CRYPTO, EQUITIES

VENUES = ("alpaca", "binance")


def emulated_markets(settings: Settings, asked: Asked, now_ns: int) -> list[VenueMarket]:
    """A market for each venue that lists a symbol. Each keeps its own calendar.

    Raises:
        NoData, DataFault: what is asked for is not in the data, or breaks a rule.
        RequestFault: not a symbol, or events asked for where fills are those of prints.
    """
    instruments = [listed_as(symbol) for symbol in asked.symbols or _well_known(settings)]
    by_venue = {name: [one for one in instruments if one.venue == name] for name in VENUES}
    return [_market(settings, asked, listed, now_ns) for listed in by_venue.values() if listed]


def listed_as(symbol: str) -> Instrument:
    """The instrument a symbol names; `BTC/USD` is a coin at Alpaca, which only others trade."""
    base, slash, quote = symbol.partition("/")
    if slash and quote == "USD" and base.isalnum():
        from seatrial.emulators.alpaca.assets import alpaca_coin

        return alpaca_coin(base)
    return instrument_of(symbol)


def _well_known(settings: Settings) -> list[str]:
    """What is listed where nobody says: the well-known ones that the data holds bars of."""
    known = [*EQUITIES, *CRYPTO]
    if settings.data is None:
        return known
    held = set(available_symbols(settings.data))
    listed = [symbol for symbol in known if symbol in held]
    if not listed:
        raise NoData(f"{settings.data} has no bars of {', '.join(known)}; name what it has with --symbols")
    return listed


def _market(settings: Settings, asked: Asked, instruments: Sequence[Instrument], now_ns: int) -> VenueMarket:
    if asked.fills == PRINTS and len({one.calendar for one in instruments}) > 1:
        raise RequestFault("--fills", "book, as coins and shares of one venue keep different hours", PRINTS)
    if settings.data is None:
        if asked.replay not in (AUTO, BARS):
            raise RequestFault("--replay", "auto or bars without --data", asked.replay)
        return bar_market(settings, asked, instruments, now_ns)
    kind = asked.replay
    if kind == AUTO:
        kind = BARS if _all_have_bars(settings, instruments) else finest_events(settings.data, instruments) or BARS
    if kind == BARS:
        return bar_market(settings, asked, instruments, now_ns)
    if asked.fills == PRINTS:
        raise RequestFault("--fills", f"book, as {kind} are replayed in one", PRINTS)
    return event_market(settings.data, asked, instruments, kind, now_ns)


def _all_have_bars(settings: Settings, instruments: Sequence[Instrument]) -> bool:
    assert settings.data is not None
    if settings.data.is_file():
        return finest_events(settings.data, instruments) is None
    return {str(one.symbol) for one in instruments} <= set(available_symbols(settings.data))
