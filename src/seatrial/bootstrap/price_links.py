"""Ways to prices beside the venues' own streams: Binance's public door, and CoinGecko after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from seatrial.bootstrap.credentials import uses_own_venues
from seatrial.bootstrap.links import http_client
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.venue_urls import local_binance, paper_binance
from seatrial.services.price_sources import BinanceRest, CoinGeckoPrices
from seatrial.services.prices import PriceSource

COINGECKO = "https://api.coingecko.com/api/v3"


@dataclass(frozen=True, slots=True)
class PriceLinks:
    """The sources in order, and the connection they share."""

    sources: Sequence[PriceSource]
    http: httpx.AsyncClient

    async def close(self) -> None:
        """Release the connection."""
        await self.http.aclose()


def open_price_links(settings: Settings) -> PriceLinks:
    """The sources of this mode: the emulated ones beside local venues, else the real ones."""
    own = uses_own_venues(settings)
    http = http_client(outside=not own)
    urls = (
        local_binance(settings.host, settings.ports.binance)
        if own
        else paper_binance(settings.values["binance.base_url"])
    )
    gecko = f"http://{settings.host}:{settings.ports.coingecko}/api/v3" if own else COINGECKO
    key = settings.values["coingecko.key"].reveal()
    return PriceLinks((BinanceRest(http, urls.rest_v3), CoinGeckoPrices(http, gecko, key)), http)
