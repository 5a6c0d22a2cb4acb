"""What is traded where: what the strategies name, or what the settings say instead."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from seatrial.bootstrap.accounts import VENUES, venue_of
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import BadSetting
from seatrial.market.catalog import available_symbols
from seatrial.market.instruments import instrument_of
from seatrial.strategy.load import load_strategy

SHOWN = {"alpaca": ("AAPL", "SPY"), "binance": ("BTCUSDT", "ETHUSDT")}  # what local venues list for other people's bots


def strategy_texts(settings: Settings, venue: str) -> dict[str, str]:
    """The parameters that the settings give a strategy."""
    chosen = settings.symbols[venue]
    return {"symbols": ",".join(chosen)} if chosen else {}


def traded_symbols(settings: Settings, venue: str) -> tuple[str, ...]:
    """The symbols of the strategy at a venue; none where no strategy is set, or the venue is left out.

    Raises:
        ConfigurationFault: the strategy does not load.
        BadSetting: it names a symbol of another venue.
    """
    path = settings.strategies[venue]
    if not path or venue not in settings.values["trading.venues"]:
        return ()
    symbols = tuple(load_strategy(Path(path), strategy_texts(settings, venue)).strategy.symbols)
    for symbol in symbols:
        if venue_of(instrument_of(symbol)) != venue:
            raise BadSetting(f"strategies.{venue} = {path!r} trades {symbol}, which is not traded at {venue}")
    return symbols


def listed_symbols(settings: Settings) -> tuple[str, ...]:
    """What local venues list: everything traded, and a few well-known ones where the data holds them."""
    traded = [symbol for venue in VENUES for symbol in traded_symbols(settings, venue)]
    return tuple(dict.fromkeys([*traded, *_held(settings, (symbol for venue in VENUES for symbol in SHOWN[venue]))]))


def _held(settings: Settings, symbols: Iterable[str]) -> list[str]:
    if settings.data is None:
        return list(symbols)
    held = set(available_symbols(settings.data))
    return [symbol for symbol in symbols if symbol in held]
