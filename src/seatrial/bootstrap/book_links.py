"""Connections to the books of Binance, which are public: no account is needed."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from seatrial.bootstrap.accounts import account_at
from seatrial.bootstrap.credentials import uses_own_venues
from seatrial.bootstrap.links import REAL_SOCKETS
from seatrial.bootstrap.randomness import seeded
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.venue_urls import local_binance, paper_binance
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import Clock
from seatrial.venues.binance.books import BinanceBooks
from seatrial.venues.binance.door import BinanceDoor, BinanceUrls
from seatrial.venues.connection import Connection


def book_link(
    settings: Settings, instruments: Sequence[Instrument], *, clock: Clock, http: httpx.AsyncClient
) -> BinanceBooks:
    """The books of these instruments at the local venue, or at the endpoint of mode paper."""
    own = uses_own_venues(settings)
    urls = (
        local_binance(settings.host, settings.ports.binance)
        if own
        else paper_binance(settings.values["binance.base_url"])
    )
    connection = Connection(
        account=account_at(settings, "binance").id,
        http=http,
        key="",
        secret="",
        clock=clock,
        random=seeded(settings.seed, "binance books"),
        instruments={instrument.symbol: instrument for instrument in instruments},
        sockets=REAL_SOCKETS,
        ticks=False,
    )
    return books_at(connection, urls)


def books_at(connection: Connection, urls: BinanceUrls) -> BinanceBooks:
    """The books at these addresses."""
    door = BinanceDoor(
        http=connection.http,
        urls=urls,
        key="",
        secret="",
        clock=connection.clock,
        timeout_seconds=connection.timeout_seconds,
        weight_per_minute_max=6_000,
        orders_per_10_seconds_max=50,
    )
    return BinanceBooks(connection, urls, door)
