"""How often an account may ask: so many requests per minute of API time, windows aligned to the clock."""

from __future__ import annotations

from seatrial.domain.time import MINUTE_NS, SECOND_NS, Clock

RATE_PER_MINUTE = 200

Headers = list[tuple[bytes, bytes]]


class RateWindow:
    """One count per account.

    Args:
        api_clock: the venue's API clock.
        per_minute: 200 as the real venue.
    """

    def __init__(self, api_clock: Clock, per_minute: int) -> None:
        self._api_clock = api_clock
        self._per_minute = per_minute
        self._window = -1
        self._reset = b""
        self._limit = str(per_minute).encode()
        self._used: dict[str, int] = {}

    def take(self, account: str) -> tuple[bool, Headers]:
        """Whether a request may pass, and the headers that say how many are left."""
        window = self._api_clock.now_ns() // MINUTE_NS
        if window != self._window:
            self._window, self._used = window, {}
            self._reset = str((window + 1) * MINUTE_NS // SECOND_NS).encode()
        used = self._used.get(account, 0)
        allowed = used < self._per_minute
        if allowed:
            used = self._used[account] = used + 1
        return allowed, [
            (b"x-ratelimit-limit", self._limit),
            (b"x-ratelimit-remaining", str(self._per_minute - used).encode()),
            (b"x-ratelimit-reset", self._reset),
        ]
