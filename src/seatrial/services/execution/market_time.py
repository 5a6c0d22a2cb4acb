"""Market time as the order path knows it: the venue's, carried forward by our own clock.

On a local venue the market may run at sixty times real time and years away from it, so our clock
alone says nothing; on a live venue both are the same.
"""

from __future__ import annotations

from seatrial.domain.ids import AccountId
from seatrial.domain.time import Clock

PPM = 1_000_000


class MarketTime:
    """One market clock per account.

    Args:
        clock: our own clock.
        speed_ppm: market nanoseconds per million of our nanoseconds; a million for real venues.
    """

    def __init__(self, clock: Clock, *, speed_ppm: int = PPM) -> None:
        self._clock = clock
        self._speed_ppm = speed_ppm
        self._anchors: dict[AccountId, tuple[int, int]] = {}  # market time, our time

    def observe(self, account: AccountId, market_ns: int) -> None:
        """The market said what time it is: a bar's end, a venue's clock. Earlier words than ours change nothing."""
        if not self.known(account) or market_ns > self.now_ns(account):
            self._anchors[account] = (market_ns, self._clock.now_ns())

    def known(self, account: AccountId) -> bool:
        """Whether the market has said anything yet."""
        return account in self._anchors

    def now_ns(self, account: AccountId) -> int:
        """Market time now; our own clock's before the market has said anything."""
        our_ns = self._clock.now_ns()
        if not self.known(account):
            return our_ns
        market_ns, seen_ns = self._anchors[account]
        return market_ns + (our_ns - seen_ns) * self._speed_ppm // PPM

    def latest_ns(self) -> int:
        """The furthest of all accounts: for facts that belong to none."""
        return max((self.now_ns(account) for account in self._anchors), default=self._clock.now_ns())
