"""The role `venues`: both emulated venues over `data/venues.db`, for as long as the process lives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.garbage import leave_out_built
from seatrial.bootstrap.local_venues import LocalVenues
from seatrial.bootstrap.market_identity import claim_market, trades_file
from seatrial.bootstrap.markets import venue_markets
from seatrial.bootstrap.servers import until_first
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.symbols import listed_symbols
from seatrial.bootstrap.trade_markets import market_timeline
from seatrial.domain.time import rfc3339

STORE = "venues.db"


async def serve_venues(settings: Settings, say: Callable[[str], None]) -> None:
    """Until SIGTERM."""
    claim_market(settings)
    timeline = market_timeline(settings, listed_symbols(settings))
    markets = venue_markets(timeline, trades_file(settings))
    venues = LocalVenues(settings, WallClock(), markets, store=settings.state / STORE)
    for line in venues.lines():
        say(line)
    venues.on_end(say)
    ports = settings.ports
    await venues.open({"alpaca": ports.alpaca, "binance": ports.binance, "coingecko": ports.coingecko})
    for venue in venues.venues:
        state = "closed: its data has ended" if venue.exchange.ended else f"at {rfc3339(venue.exchange.now_ns())}"
        say(f"the market of {venue.name} stands {state}")
    leave_out_built()
    try:
        await until_first(asyncio.create_task(venues.failed()))
    finally:
        await venues.close()
