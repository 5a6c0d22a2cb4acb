"""What is traded where: what the strategies name, or what the settings say instead."""

from __future__ import annotations

from collections.abc import Iterable

from seatrial.bootstrap.accounts import VENUES, venue_of
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.strategy_files import strategies_at
from seatrial.domain.faults import BadSetting
from seatrial.market.catalog import available_symbols
from seatrial.market.instruments import instrument_of
from seatrial.strategy.load import load_strategy

SHOWN = {"alpaca": ("AAPL", "SPY"), "binance": ("BTCUSDT", "ETHUSDT")}  # what local venues list for other people's bots


def strategy_texts(settings: Settings, venue: str) -> dict[str, str]:
    """The parameters that the settings give each strategy of a venue."""
    chosen = settings.symbols[venue]
    return {"symbols": ",".join(chosen)} if chosen else {}


def traded_symbols(settings: Settings, venue: str) -> tuple[str, ...]:
    """What the strategies at a venue trade together; none where none is set, or the venue is left out.

    Raises:
        ConfigurationFault: a strategy does not load.
        BadSetting: one names a symbol of another venue, or two have one name.
    """
    found: dict[str, None] = {}
    for chosen in strategies_at(settings, venue):
        for symbol in load_strategy(chosen.path, strategy_texts(settings, venue)).strategy.symbols:
            if venue_of(instrument_of(symbol)) != venue:
                raise BadSetting(
                    f"strategies.{venue} = {str(chosen.path)!r} trades {symbol}, which is not traded at {venue}"
                )
            found[symbol] = None
    return tuple(found)


def listed_symbols(settings: Settings) -> tuple[str, ...]:
    """What local venues list: everything traded, and a few well-known ones where the data holds them."""
    traded = [symbol for venue in VENUES for symbol in traded_symbols(settings, venue)]
    return tuple(dict.fromkeys([*traded, *_held(settings, (symbol for venue in VENUES for symbol in SHOWN[venue]))]))


def _held(settings: Settings, symbols: Iterable[str]) -> list[str]:
    if settings.values["trades"]:
        return []  # a market of recorded trades holds what is traded, and nothing to look at
    if settings.data is None:
        return list(symbols)
    held = set(available_symbols(settings.data))
    return [symbol for symbol in symbols if symbol in held]
