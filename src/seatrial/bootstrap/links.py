"""Connections to venues: adapters with their address, keys, clock and HTTP client."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from seatrial.bootstrap import venue_log
from seatrial.bootstrap.accounts import account_at, alpaca_requests_per_minute
from seatrial.bootstrap.credentials import Credentials, paper_credentials, require_accounts, uses_own_venues
from seatrial.bootstrap.dry_run import DryVenue
from seatrial.bootstrap.local_binance import LocalBinance
from seatrial.bootstrap.randomness import local_key, local_secret, seeded
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.stages import Mode
from seatrial.bootstrap.venue_urls import local_alpaca, local_binance, paper_alpaca, paper_binance
from seatrial.domain.ids import AccountId
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import Clock
from seatrial.venues.alpaca.client import AlpacaVenue
from seatrial.venues.binance.client import BinanceVenue
from seatrial.venues.connection import Connection
from seatrial.venues.feed import SocketSettings
from seatrial.venues.port import Venue
from seatrial.venues.standing import Examinable

CONNECTIONS_MAX = 20
REAL_SOCKETS = SocketSettings(ping_seconds=20.0, silence_seconds=60.0)


@dataclass(frozen=True, slots=True)
class Line:
    """What one connection is made with."""

    clock: Clock
    http: httpx.AsyncClient
    name: str  # tells connections apart where they draw chance, as in back-off
    sockets: SocketSettings = REAL_SOCKETS
    ticks: bool = True  # without, only bars are asked for


@dataclass(frozen=True, slots=True)
class Wire:
    """How the connections of a platform are made; the defaults are those of real sockets in real time."""

    http: Callable[[str], httpx.AsyncClient]  # a client per venue and connection
    sockets: SocketSettings = REAL_SOCKETS
    ticks: bool = True


def connect(settings: Settings, venue: str, instruments: Sequence[Instrument], line: Line) -> Venue:
    """One connection to a venue: a local one, or in mode paper the venue's own endpoint.

    Raises:
        ConfigurationFault: the mode needs an account there is not.
    """
    require_accounts(settings)
    adapter = adapter_of(settings, venue, instruments, line)
    return DryVenue(adapter) if settings.mode is Mode.DRY_RUN else adapter


def adapter_of(settings: Settings, venue: str, instruments: Sequence[Instrument], line: Line) -> Examinable:
    """The same, bare: only for whoever sends no command.

    Raises:
        ConfigurationFault: the mode needs an account there is not.
    """
    account = account_at(settings, venue).id
    connection = connection_of(settings, account, account_of(settings, venue), instruments, line)
    return _alpaca(settings, connection) if venue == "alpaca" else _binance(settings, connection)


def connection_of(
    settings: Settings, account: AccountId, keys: Credentials, instruments: Sequence[Instrument], line: Line
) -> Connection:
    """What an adapter is built on."""
    return Connection(
        account=account,
        http=line.http,
        key=keys.key,
        secret=keys.secret,
        clock=line.clock,
        random=seeded(settings.seed, f"{account} {line.name}"),
        instruments={instrument.symbol: instrument for instrument in instruments},
        sockets=line.sockets,
        ticks=line.ticks,
    )


def http_client(*, outside: bool = False, logged: bool = True) -> httpx.AsyncClient:
    """A client for one connection. Proxies of the environment apply `outside`, never to local venues."""
    limits = httpx.Limits(max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX)
    hooks: dict[str, list[Callable[..., Any]]] = {}
    if logged:
        hooks = {"request": [venue_log.begin], "response": [venue_log.tell]}
    return httpx.AsyncClient(limits=limits, trust_env=outside, event_hooks=hooks)


def _alpaca(settings: Settings, connection: Connection) -> Examinable:
    stream = str(settings.values["market_data.websocket_url"])
    urls = (
        local_alpaca(settings.host, settings.ports.alpaca)
        if uses_own_venues(settings)
        else paper_alpaca(settings.values["alpaca.base_url"], stream)
    )
    return AlpacaVenue(connection, urls, requests_per_minute_max=alpaca_requests_per_minute(settings))


def _binance(settings: Settings, connection: Connection) -> Examinable:
    if uses_own_venues(settings):
        return LocalBinance(connection, local_binance(settings.host, settings.ports.binance))
    return BinanceVenue(connection, paper_binance(settings.values["binance.base_url"]))


def account_of(settings: Settings, venue: str) -> Credentials:
    """The account of this mode: the local one of the seed, or the one of the environment."""
    if not uses_own_venues(settings):
        return paper_credentials(settings, venue)
    return Credentials(
        local_key(settings.seed, venue, settings.emulator_key),
        local_secret(settings.seed, venue, settings.emulator_secret),
    )
