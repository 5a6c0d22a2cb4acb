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
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import Clock
from seatrial.venues.alpaca.client import AlpacaVenue
from seatrial.venues.binance.client import BinanceVenue
from seatrial.venues.feed import SocketSettings
from seatrial.venues.port import Venue

CONNECTIONS_MAX = 20


@dataclass(frozen=True, slots=True)
class Wire:
    """How the connections of a platform are made; the defaults are those of real sockets in real time."""

    http: Callable[[str], httpx.AsyncClient]  # a client per venue and connection
    sockets: SocketSettings | None = None
    ticks: bool = True


def connect(
    settings: Settings,
    venue: str,
    instruments: Sequence[Instrument],
    *,
    clock: Clock,
    http: httpx.AsyncClient,
    name: str,
    sockets: SocketSettings | None = None,
    ticks: bool = True,
) -> Venue:
    """One connection to a venue: a local one, or in mode paper the venue's own endpoint.

    `name` tells connections apart where they draw chance, as in back-off.

    `sockets` are the habits of its streams; without `ticks` only bars are asked for.

    Raises:
        ConfigurationFault: the mode needs an account there is not.
    """
    require_accounts(settings)
    adapter = _alpaca if venue == "alpaca" else _binance
    connection = adapter(settings, instruments, clock, http, f"{venue} {name}", sockets, ticks)
    return DryVenue(connection) if settings.mode is Mode.DRY_RUN else connection


def http_client(*, outside: bool = False) -> httpx.AsyncClient:
    """A client for one connection. Proxies of the environment apply `outside`, never to local venues."""
    limits = httpx.Limits(max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX)
    hooks: dict[str, list[Callable[..., Any]]] = {"request": [venue_log.begin], "response": [venue_log.tell]}
    return httpx.AsyncClient(limits=limits, trust_env=outside, event_hooks=hooks)


def _alpaca(
    settings: Settings,
    instruments: Sequence[Instrument],
    clock: Clock,
    http: httpx.AsyncClient,
    name: str,
    sockets: SocketSettings | None,
    ticks: bool,
) -> Venue:
    own = uses_own_venues(settings)
    stream = str(settings.values["market_data.websocket_url"])
    account = _account(settings, "alpaca")
    return AlpacaVenue(
        account_at(settings, "alpaca").id,
        http=http,
        urls=local_alpaca(settings.host, settings.ports.alpaca)
        if own
        else paper_alpaca(settings.values["alpaca.base_url"], stream),
        key=account.key,
        secret=account.secret,
        clock=clock,
        random=seeded(settings.seed, name),
        instruments={instrument.symbol: instrument for instrument in instruments},
        sockets=sockets,
        ticks=ticks,
        requests_per_minute_max=alpaca_requests_per_minute(settings),
    )


def _binance(
    settings: Settings,
    instruments: Sequence[Instrument],
    clock: Clock,
    http: httpx.AsyncClient,
    name: str,
    sockets: SocketSettings | None,
    ticks: bool,
) -> Venue:
    own = uses_own_venues(settings)
    urls = (
        local_binance(settings.host, settings.ports.binance)
        if own
        else paper_binance(settings.values["binance.base_url"])
    )
    account = _account(settings, "binance")
    venue = (LocalBinance if own else BinanceVenue)(
        account_at(settings, "binance").id,
        http=http,
        urls=urls,
        key=account.key,
        secret=account.secret,
        clock=clock,
        random=seeded(settings.seed, name),
        instruments={instrument.symbol: instrument for instrument in instruments},
        sockets=sockets,
        ticks=ticks,
    )
    if isinstance(venue, LocalBinance):
        venue.local_at = (http, urls.rest)
    return venue


def _account(settings: Settings, venue: str) -> Credentials:
    """The account of this mode: the local one of the seed, or the one of the environment."""
    if not uses_own_venues(settings):
        return paper_credentials(settings, venue)
    return Credentials(
        local_key(settings.seed, venue, settings.emulator_key),
        local_secret(settings.seed, venue, settings.emulator_secret),
    )
