"""How many requests a caller may make: a bucket each, filled at a steady rate. Pure but for the time it is given.

Memory is bounded. A caller whose bucket is full again is forgotten without loss; when every remembered one
still matters, there is no room for another and the limiter says that it cannot decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from seatrial.domain.time import SECOND_NS

CALLERS_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """A caller's bucket after one request. `wait_s` is None where the request may pass."""

    limit: int
    remaining: int
    reset_s: int  # seconds until the bucket is full again
    wait_s: int | None = None

    def headers(self) -> dict[str, str]:
        """As every answer tells it."""
        told = {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-reset": str(self.reset_s),
        }
        return told if self.wait_s is None else told | {"retry-after": str(self.wait_s)}


class Limiter:
    """A bucket for `rate_per_second` requests per caller, refilled within one second.

    Kept as one number per caller: the time at which its bucket will be full again.
    """

    def __init__(self, rate_per_second: int, *, callers_max: int = CALLERS_MAX) -> None:
        assert rate_per_second > 0
        self.limit = rate_per_second
        self._each_ns = max(1, SECOND_NS // rate_per_second)
        self._bucket_ns = self._each_ns * rate_per_second
        self._callers_max = callers_max
        self._full_at_ns: dict[str, int] = {}  # in the order of the last request

    def take(self, caller: str, now_ns: int) -> Rate | None:
        """Count one request; None where there is no room to remember another caller: refuse it.

        A clock that went back gives nobody more: time already used up stays used up.
        """
        full_at_ns = self._full_at_ns.pop(caller, None)
        if full_at_ns is None and not self._room(now_ns):
            return None
        used_ns = 0 if full_at_ns is None else min(max(0, full_at_ns - now_ns), self._bucket_ns)
        passes = used_ns + self._each_ns <= self._bucket_ns
        after_ns = used_ns + self._each_ns if passes else used_ns
        self._full_at_ns[caller] = now_ns + after_ns
        wait_ns = used_ns + self._each_ns - self._bucket_ns
        return Rate(
            limit=self.limit,
            remaining=(self._bucket_ns - after_ns) // self._each_ns,
            reset_s=_seconds_up(after_ns),
            wait_s=None if passes else max(1, _seconds_up(wait_ns)),
        )

    def _room(self, now_ns: int) -> bool:
        """Forget whoever's bucket is full again, from the one not heard of for longest."""
        while self._full_at_ns:
            oldest = next(iter(self._full_at_ns))
            if self._full_at_ns[oldest] > now_ns:
                break
            del self._full_at_ns[oldest]
        return len(self._full_at_ns) < self._callers_max

    def __len__(self) -> int:
        return len(self._full_at_ns)


def _seconds_up(duration_ns: int) -> int:
    return -(-duration_ns // SECOND_NS)
