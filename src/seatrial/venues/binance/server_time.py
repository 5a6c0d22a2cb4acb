"""How far Binance's clock is from ours: a signed request is only good near the venue's own time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from seatrial.domain.faults import VenueFault
from seatrial.domain.time import MILLISECOND_NS, Clock


class ServerTime:
    """Learns the offset once from `GET /time`, again after a -1021, and assumes none while it cannot ask.

    Without an answer the request still goes: in the worst case the venue says -1021, which is a clean refusal.
    """

    def __init__(self, clock: Clock, ask_ms: Callable[[], Awaitable[int]]) -> None:
        self._clock = clock
        self._ask_ms = ask_ms
        self._offset_ns: int | None = None

    async def now_ms(self) -> int:
        """Milliseconds since 1970 by the venue's clock."""
        if self._offset_ns is None:
            try:
                self._offset_ns = await self._measured_ns()
            except VenueFault:
                return self._clock.now_ns() // MILLISECOND_NS
        return (self._clock.now_ns() + self._offset_ns) // MILLISECOND_NS

    def doubt(self) -> None:
        """The venue disagreed: measure again before the next request."""
        self._offset_ns = None

    async def _measured_ns(self) -> int:
        asked_ns = self._clock.now_ns()
        server_ns = await self._ask_ms() * MILLISECOND_NS
        answered_ns = self._clock.now_ns()
        if asked_ns // MILLISECOND_NS <= server_ns // MILLISECOND_NS <= answered_ns // MILLISECOND_NS:
            return 0  # the same clock, as far as milliseconds can tell
        return server_ns - (asked_ns + answered_ns) // 2
