"""Market time: bars, sessions and expiry follow it; signatures and rate windows follow the API clock.

    market = anchor + (api_now - started) * speed

Whether it is virtual or wall time depends only on the injected clock. It can be stored as one number
(`now_ns()`) and resumed: a new `MarketClock` with that number as its anchor. So the market stands still
while the venue is down, and nothing happens in it that nobody could see.
"""

from __future__ import annotations

from fractions import Fraction

from seatrial.domain.faults import BadSetting
from seatrial.domain.time import Clock, Instant

SPEED_MAX = 1_000_000


class MarketClock:
    """Market time as a linear function of API time.

    Args:
        api_clock: the venue's API clock.
        anchor_ns: market time now, at construction: a session's open, or what was stored at the last stop.
        speed: market seconds per API second, above zero.

    Raises:
        BadSetting: the speed is not above zero or beyond `SPEED_MAX`.
    """

    def __init__(self, api_clock: Clock, *, anchor_ns: int, speed: Fraction | int | str = 1) -> None:
        self.speed = Fraction(speed)
        if not 0 < self.speed <= SPEED_MAX:
            raise BadSetting(f"speed: accepted is above 0 up to {SPEED_MAX}, was {speed}")
        self._up, self._down = self.speed.numerator, self.speed.denominator  # asked with every request
        self._api_clock = api_clock
        self.anchor_ns = anchor_ns
        self.started_ns = api_clock.now_ns()

    def now_ns(self) -> Instant:
        """Market time, in nanoseconds since 1970 UTC."""
        elapsed_ns = self._api_clock.now_ns() - self.started_ns
        return Instant(self.anchor_ns + elapsed_ns * self._up // self._down)

    def api_now_ns(self) -> Instant:
        """API time, which this clock is a function of."""
        return self._api_clock.now_ns()

    def hold(self, market_ns: int) -> None:
        """Market time is `market_ns` now: the market could not be lived through as fast as was asked for."""
        self.anchor_ns = market_ns
        self.started_ns = self._api_clock.now_ns()

    def wait_ns(self, market_ns: int) -> int:
        """How much API time is left until market time reaches `market_ns`; zero or less when it has."""
        ahead_ns = market_ns - self.anchor_ns
        due_ns = self.started_ns - (-ahead_ns * self._down // self._up)
        return due_ns - self._api_clock.now_ns()
