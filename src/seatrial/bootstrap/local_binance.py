"""A local Binance whose market runs at its own pace: asked for its clock, it answers with market time.

The venue's protocol has only the API's time, which signatures need. On the real venue both are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.bootstrap.venue_health import market_time
from seatrial.venues.binance.client import BinanceVenue
from seatrial.venues.port import VenueClock

if TYPE_CHECKING:
    import httpx

NEVER_NS = 2**62  # a market that does not close


class LocalBinance(BinanceVenue):
    """`BinanceVenue` with the market's clock instead of the API's. `local_at` says where that is told."""

    local_at: tuple[httpx.AsyncClient, str]

    async def clock(self) -> VenueClock:
        """The market clock of the emulated venue."""
        http, rest = self.local_at
        now_ns = await market_time(http, rest)
        return VenueClock(now_ns=now_ns, is_open=True, next_open_ns=now_ns, next_close_ns=NEVER_NS)
