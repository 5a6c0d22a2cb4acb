"""The accounts of this house: one per venue, each under the limits of the stage and its own."""

from __future__ import annotations

from seatrial.bootstrap.settings import Settings
from seatrial.domain.ids import AccountId, Symbol, VenueName
from seatrial.domain.instrument import Instrument
from seatrial.domain.limits import Account
from seatrial.domain.money import Currency

VENUES = ("alpaca", "binance")
CURRENCIES = {"alpaca": Currency("USD"), "binance": Currency("USDT")}
CALENDARS = {"alpaca": "XNYS", "binance": "24x7"}


ALPACA_REQUESTS_PER_MINUTE = 200


def alpaca_requests_per_minute(settings: Settings) -> int:
    """The venue's limit as a local market at several times real time needs it: so many per *market* minute."""
    return ALPACA_REQUESTS_PER_MINUTE * max(1, int(settings.speed))


def account_at(settings: Settings, venue: str) -> Account:
    """The account at a venue; it carries the venue's name, as there is one."""
    return Account(
        id=AccountId(venue),
        venue=VenueName(venue),
        currency=CURRENCIES[venue],
        calendar=CALENDARS[venue],
        limits=settings.account_limits.get(venue, settings.limits),
        by_symbol=tuple((Symbol(symbol), own) for symbol, own in sorted(settings.symbol_limits.items())),
    )


def venue_of(instrument: Instrument) -> str:
    """Where an instrument is traded."""
    return str(instrument.venue)
