"""Connections to venues: adapters with their address, keys, clock and HTTP client."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx

from seatrial.bootstrap.accounts import account_at, alpaca_requests_per_minute
from seatrial.bootstrap.dry_run import DryVenue
from seatrial.bootstrap.local_binance import LocalBinance
from seatrial.bootstrap.randomness import local_key, local_secret, seeded
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.stages import Mode
from seatrial.bootstrap.venue_urls import local_alpaca, local_binance
from seatrial.domain.faults import ConfigurationFault
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import Clock
from seatrial.venues.alpaca.client import AlpacaVenue
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
    """One connection to a local venue. `name` tells connections apart where they draw chance, as in back-off.

    `sockets` are the habits of its streams; without `ticks` only bars are asked for.

    Raises:
        ConfigurationFault: the mode needs a venue this version cannot reach.
    """
    if settings.mode in (Mode.PAPER, Mode.LIVE):
        raise ConfigurationFault(
            f"mode = {settings.mode} ({settings.sources['mode']}) is not there yet: "
            "this version trades on local venues, use sim or dry_run"
        )
    adapter = _alpaca if venue == "alpaca" else _binance
    connection = adapter(settings, instruments, clock, http, f"{venue} {name}", sockets, ticks)
    return DryVenue(connection) if settings.mode is Mode.DRY_RUN else connection


def http_client() -> httpx.AsyncClient:
    """A client for one connection; proxies of the environment do not apply to local venues."""
    limits = httpx.Limits(max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX)
    return httpx.AsyncClient(limits=limits, trust_env=False)


def _alpaca(
    settings: Settings,
    instruments: Sequence[Instrument],
    clock: Clock,
    http: httpx.AsyncClient,
    name: str,
    sockets: SocketSettings | None,
    ticks: bool,
) -> Venue:
    return AlpacaVenue(
        account_at(settings, "alpaca").id,
        http=http,
        urls=local_alpaca(settings.host, settings.ports.alpaca),
        key=local_key(settings.seed, "alpaca", settings.emulator_key),
        secret=local_secret(settings.seed, "alpaca", settings.emulator_secret),
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
    urls = local_binance(settings.host, settings.ports.binance)
    venue = LocalBinance(
        account_at(settings, "binance").id,
        http=http,
        urls=urls,
        key=local_key(settings.seed, "binance", settings.emulator_key),
        secret=local_secret(settings.seed, "binance", settings.emulator_secret),
        clock=clock,
        random=seeded(settings.seed, name),
        instruments={instrument.symbol: instrument for instrument in instruments},
        sockets=sockets,
        ticks=ticks,
    )
    venue.local_at = (http, urls.rest)
    return venue
