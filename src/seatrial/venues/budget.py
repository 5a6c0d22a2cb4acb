"""Our own count of what a venue lets us ask, so that it never has to say 429.

The window slides: in *any* span of the window's length we stay within the limit, however the venue
aligns its own windows. Questions wait; orders are denied; cancels always go, because what reduces
risk must never wait for a limiter.
"""

from __future__ import annotations

import asyncio
from collections import deque
from enum import IntEnum

from seatrial.domain.faults import VenueUnavailable
from seatrial.domain.time import MILLISECOND_NS, MINUTE_NS, SECOND_NS, Clock

_WAIT_NS_MAX = 2 * MINUTE_NS  # a longer ban is told to the caller instead of slept through


class Purpose(IntEnum):
    """What a request is for; the later ones may use what is held back from the earlier ones."""

    QUESTION = 0
    ORDER = 1
    CANCEL = 2


class Budget:
    """At most `limit` weight in any `window_ns`. A tenth is held back from questions, a twentieth from orders too."""

    def __init__(self, clock: Clock, *, limit: int, window_ns: int) -> None:
        self._clock = clock
        self._window_ns = window_ns
        self._ceilings = {
            Purpose.QUESTION: limit - limit // 10,
            Purpose.ORDER: limit - limit // 20,
            Purpose.CANCEL: limit,
        }
        self._spent: deque[tuple[int, int]] = deque()  # (when, weight), oldest first
        self._used = 0
        self._closed_until_ns = 0

    def wait_ns(self, purpose: Purpose, weight: int) -> int:
        """How long until this weight fits; 0 when it fits now."""
        now_ns = self._clock.now_ns()
        self._forget(now_ns)
        if now_ns < self._closed_until_ns:
            return self._closed_until_ns - now_ns
        excess = self._used + weight - self._ceilings[purpose]
        for at_ns, spent in self._spent:
            if excess <= 0:
                break
            excess -= spent
            if excess <= 0:
                return max(at_ns + self._window_ns - now_ns, 1)
        return 0

    def spend(self, weight: int) -> None:
        """Count a request that leaves now."""
        self._spent.append((self._clock.now_ns(), weight))
        self._used += weight

    async def admit(self, purpose: Purpose, weight: int) -> bool:
        """Count the request, waiting first where it may wait. False: an order that does not fit and must not wait.

        Raises:
            VenueUnavailable: a question would have to wait longer than two minutes.
        """
        while purpose != Purpose.CANCEL and (wait_ns := self.wait_ns(purpose, weight)):
            if purpose == Purpose.ORDER:
                return False
            if wait_ns > _WAIT_NS_MAX:
                raise VenueUnavailable(f"the venue's rate limit leaves no room for {wait_ns // SECOND_NS} s")
            await asyncio.sleep(max(wait_ns, MILLISECOND_NS) / SECOND_NS)
        self.spend(weight)
        return True

    def observe(self, used: int) -> None:
        """The venue's own count: others may spend from the same budget, or we did before a restart."""
        self._forget(self._clock.now_ns())
        if used > self._used:
            self.spend(used - self._used)

    def close_until(self, at_ns: int) -> None:
        """The venue said to stay away until then (`Retry-After`)."""
        self._closed_until_ns = max(self._closed_until_ns, at_ns)

    def _forget(self, now_ns: int) -> None:
        while self._spent and self._spent[0][0] + self._window_ns <= now_ns:
            self._used -= self._spent.popleft()[1]
