"""Who brought wrong tokens, and how long they are answered without a look. Bounded in memory and in length.

Nobody with a good token is kept waiting, also behind the same address: guessing 256 random bits is hopeless
anyway, and a lock on an address would be a way to shut others out. What is saved is work and log lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from seatrial.domain.time import SECOND_NS

FREE_MAX: Final = 5  # failures that are answered and logged one by one
WAIT_S_MAX: Final = 60
FORGET_S: Final = 900
ADDRESSES_MAX: Final = 10_000


@dataclass(slots=True)
class _Streak:
    count: int
    last_ns: int
    until_ns: int
    unlogged: int = 0


class Failures:
    """Failures by address."""

    def __init__(self, addresses_max: int = ADDRESSES_MAX) -> None:
        self._streaks: dict[str, _Streak] = {}
        self._addresses_max = addresses_max

    def waiting_s(self, address: str, now_ns: int) -> int:
        """Seconds for which wrong tokens from here are refused unlooked at; 0 for none. Counts this one as unlogged."""
        streak = self._streaks.get(address)
        if streak is None or now_ns >= streak.until_ns:
            return 0
        streak.unlogged += 1
        return -(-(streak.until_ns - now_ns) // SECOND_NS)

    def note(self, address: str, now_ns: int) -> int:
        """One more failure; how many before it went unlogged."""
        streak = self._streaks.pop(address, None)
        if streak is None or now_ns - streak.last_ns > FORGET_S * SECOND_NS:
            streak = _Streak(0, now_ns, now_ns)
            while len(self._streaks) >= self._addresses_max:
                del self._streaks[next(iter(self._streaks))]
        unlogged, streak.unlogged = streak.unlogged, 0
        streak.count += 1
        streak.last_ns = now_ns
        over = streak.count - FREE_MAX
        wait_s = 0 if over < 0 else min(2 ** min(over, 16), WAIT_S_MAX)
        streak.until_ns = now_ns + wait_s * SECOND_NS
        self._streaks[address] = streak
        return unlogged

    def forgive(self, address: str) -> None:
        """A good token came from here."""
        self._streaks.pop(address, None)
