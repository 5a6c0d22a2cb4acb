"""A local Binance whose market runs at its own pace: asked for its clock, it answers with market time.

The venue's protocol has only the API's time, which signatures need. On the real venue both are the same.
"""

from __future__ import annotations

from seatrial.bootstrap.venue_health import market_time
from seatrial.venues.binance.client import BinanceVenue
from seatrial.venues.port import VenueClock

NEVER_NS = 2**62  # a market that does not close


class LocalBinance(BinanceVenue):
    """`BinanceVenue` with the market's clock instead of the API's."""

    async def clock(self) -> VenueClock:
        """The market clock of the emulated venue."""
        now_ns = await market_time(self._connection.http, self._urls.rest)
        return VenueClock(now_ns=now_ns, is_open=True, next_open_ns=now_ns, next_close_ns=NEVER_NS)
