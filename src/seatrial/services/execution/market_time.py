"""Market time as the order path knows it: the venue's, carried forward by our own clock.

On a local venue the market may run at sixty times real time and years away from it, so our clock
alone says nothing; on a live venue both are the same.
"""

from __future__ import annotations

from seatrial.domain.ids import AccountId
from seatrial.domain.time import MINUTE_NS, Clock

PPM = 1_000_000
AHEAD_NS_MAX = 2 * MINUTE_NS


class MarketTime:
    """One market clock per account.

    Args:
        clock: our own clock.
        speed_ppm: market nanoseconds per million of our nanoseconds; a million for real venues.
        ahead_ns_max: how far beyond the market's last word we carry it forward; None without a bound. A local
            market stands still while its venue is down, and at another speed than one it is surely local:
            then the default is two minutes.
    """

    def __init__(self, clock: Clock, *, speed_ppm: int = PPM, ahead_ns_max: int | None = None) -> None:
        self._clock = clock
        self._speed_ppm = speed_ppm
        self._ahead_ns_max = AHEAD_NS_MAX if ahead_ns_max is None and speed_ppm != PPM else ahead_ns_max
        self._anchors: dict[AccountId, tuple[int, int]] = {}  # market time, our time

    def observe(self, account: AccountId, market_ns: int) -> None:
        """The market says what time it is now: a bar that just ended, a venue's clock. Its word beats our sum."""
        self._anchors[account] = (market_ns, self._clock.now_ns())

    def at_least(self, account: AccountId, market_ns: int) -> None:
        """The market is at least so far: a bar that may be history by now."""
        if not self.known(account) or market_ns > self.now_ns(account):
            self.observe(account, market_ns)

    def known(self, account: AccountId) -> bool:
        """Whether the market has said anything yet."""
        return account in self._anchors

    def now_ns(self, account: AccountId) -> int:
        """Market time now; our own clock's before the market has said anything."""
        our_ns = self._clock.now_ns()
        if not self.known(account):
            return our_ns
        market_ns, seen_ns = self._anchors[account]
        ahead_ns = (our_ns - seen_ns) * self._speed_ppm // PPM
        return market_ns + (ahead_ns if self._ahead_ns_max is None else min(ahead_ns, self._ahead_ns_max))

    def wait_ns(self, market_ns: int, look_up_ns: int) -> int:
        """Our own time that so much market time takes; no more than `look_up_ns` where the market may stand still."""
        ours_ns = max(-(-market_ns * PPM // self._speed_ppm), 1)
        return ours_ns if self._ahead_ns_max is None else min(ours_ns, look_up_ns)

    def latest_ns(self) -> int:
        """The furthest of all accounts: for facts that belong to none."""
        return max((self.now_ns(account) for account in self._anchors), default=self._clock.now_ns())
