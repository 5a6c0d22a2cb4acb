"""How far Binance's clock is from ours: a signed request is only good near the venue's own time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from seatrial.domain.faults import VenueFault
from seatrial.domain.time import MILLISECOND_NS, MINUTE_NS, SECOND_NS, Clock

GOOD_FOR_NS = 30 * MINUTE_NS  # clocks drift: ours by the second in a day, or by a jump when it is set
ASK_AGAIN_NS = 10 * SECOND_NS  # a venue that does not tell its time must not slow every order down


class ServerTime:
    """Learns the offset from `GET /time`: at first, every half hour, after a jump of our clock, and after a -1021.

    While the venue does not tell, the last offset holds, or none. The request still goes: in the worst case the
    venue says -1021, which is a clean refusal.
    """

    def __init__(self, clock: Clock, ask_ms: Callable[[], Awaitable[int]]) -> None:
        self.offset_ns = 0  # theirs less ours
        self._clock = clock
        self._ask_ms = ask_ms
        self._ask_at_ns: int | None = None  # None: before the next request
        self._looked_ns = 0

    async def now_ms(self) -> int:
        """Milliseconds since 1970 by the venue's clock."""
        now_ns = self._clock.now_ns()
        if self._ask_at_ns is None or now_ns >= self._ask_at_ns or now_ns < self._looked_ns:
            await self._look()
        self._looked_ns = self._clock.now_ns()
        return (self._looked_ns + self.offset_ns) // MILLISECOND_NS

    def doubt(self) -> None:
        """The venue disagreed: measure again before the next request."""
        self._ask_at_ns = None

    async def _look(self) -> None:
        try:
            self.offset_ns = await self._measured_ns()
            self._ask_at_ns = self._clock.now_ns() + GOOD_FOR_NS
        except VenueFault:
            self._ask_at_ns = self._clock.now_ns() + ASK_AGAIN_NS

    async def _measured_ns(self) -> int:
        asked_ns = self._clock.now_ns()
        server_ns = await self._ask_ms() * MILLISECOND_NS
        answered_ns = self._clock.now_ns()
        if asked_ns // MILLISECOND_NS <= server_ns // MILLISECOND_NS <= answered_ns // MILLISECOND_NS:
            return 0  # the same clock, as far as milliseconds can tell
        return server_ns - (asked_ns + answered_ns) // 2
