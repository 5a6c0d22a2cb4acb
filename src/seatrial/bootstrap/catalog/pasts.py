"""Connections to the venues' histories: their real endpoints, or another address that serves the same doors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx

from seatrial.bootstrap.accounts import alpaca_requests_per_minute
from seatrial.bootstrap.addresses import host_of
from seatrial.bootstrap.catalog.fetching import Fetched, FetchOrder, OnProgress, fetch
from seatrial.bootstrap.catalog.importing import archive_of
from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.credentials import Credentials
from seatrial.bootstrap.declarations import BY_NAME
from seatrial.bootstrap.randomness import local_key, local_secret, seeded
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.venue_health import market_time
from seatrial.bootstrap.venue_urls import ALPACA_DATA, alpaca_at, binance_at
from seatrial.domain.faults import ConfigurationFault, VenueFault
from seatrial.market.shapes import Kind
from seatrial.venues.alpaca.door import AlpacaDoor
from seatrial.venues.alpaca.past import AlpacaPast
from seatrial.venues.binance.door import BinanceDoor
from seatrial.venues.binance.past import BinancePast
from seatrial.venues.past import Past, Patience

VENUES = ("alpaca", "binance")
BINANCE_DATA = "https://data-api.binance.vision"  # Binance's host of public market data; it takes no orders
TIMEOUT_SECONDS = 30.0
WEIGHT_PER_MINUTE_MAX = 6_000
LICENCES = {"alpaca": "Alpaca's market data terms", "binance": "Binance's market data terms"}
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def run_fetch(
    settings: Settings,
    venue: str,
    kind: Kind,
    symbols: list[str],
    *,
    start_ns: int,
    end_ns: int,
    url: str,
    feed: str,
    on_progress: OnProgress,
) -> list[Fetched]:
    """Fetch from a venue, over real sockets.

    Raises:
        ConfigurationFault: Alpaca's keys are missing; names the variables.
        RequestFault, VenueFault: see `fetch`.
    """

    async def main() -> list[Fetched]:
        local = host_of(url) in LOOPBACK if url else False
        async with httpx.AsyncClient(trust_env=not local) as http:
            address = url or (ALPACA_DATA if venue == "alpaca" else BINANCE_DATA)
            past = past_of(settings, venue, http, address, local=local, feed=feed)
            shift_ns = await _behind_ns(http, address) if url else 0
            source = f"{venue} at {host_of(address)}" + (f", feed {feed}" if venue == "alpaca" else "")
            order = FetchOrder(venue, kind, symbols, start_ns, end_ns, source, LICENCES[venue])
            return await fetch(archive_of(settings), past, order, _clock(shift_ns), on_progress)

    return asyncio.run(main())


def past_of(settings: Settings, venue: str, http: httpx.AsyncClient, address: str, *, local: bool, feed: str) -> Past:
    """One venue's history behind an address."""
    patience = Patience(seeded(settings.seed, f"fetch {venue}"))
    clock = WallClock()
    if venue == "binance":
        binance = BinanceDoor(
            http=http,
            urls=binance_at(address),
            key="",
            secret="",
            clock=clock,
            timeout_seconds=TIMEOUT_SECONDS,
            weight_per_minute_max=WEIGHT_PER_MINUTE_MAX,
            orders_per_10_seconds_max=1,
        )
        return BinancePast(binance, patience)
    account = _keys(settings, local=local)
    alpaca = AlpacaDoor(
        http=http,
        urls=alpaca_at(address),
        key=account.key,
        secret=account.secret,
        clock=clock,
        timeout_seconds=TIMEOUT_SECONDS,
        requests_per_minute_max=alpaca_requests_per_minute(settings),
    )
    return AlpacaPast(alpaca, patience, feed=feed)


def _keys(settings: Settings, *, local: bool) -> Credentials:
    key, secret = (settings.values[name].reveal() for name in ("alpaca.paper_key", "alpaca.paper_secret"))
    if key and secret:
        return Credentials(key, secret)
    if local:
        return Credentials(
            local_key(settings.seed, "alpaca", settings.emulator_key),
            local_secret(settings.seed, "alpaca", settings.emulator_secret),
        )
    names = " and ".join(BY_NAME[name].known_as for name in ("alpaca.paper_key", "alpaca.paper_secret"))
    raise ConfigurationFault(f"{names} not found: Alpaca tells market data to accounts only; a paper account is enough")


async def _behind_ns(http: httpx.AsyncClient, address: str) -> int:
    """How far the market of an address is behind the wall: an emulated one replays the past."""
    try:
        return WallClock().now_ns() - await market_time(http, address)
    except VenueFault:
        return 0


def _clock(behind_ns: int) -> Callable[[], int]:
    return lambda: WallClock().now_ns() - behind_ns
