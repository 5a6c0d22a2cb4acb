"""The newest trades of one symbol, in bounded memory."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from seatrial.emulators.timeline import Print

PRINTS_KEPT_MAX = 5_000


class LastPrints:
    """At least the last `PRINTS_KEPT_MAX` prints of a symbol, at most twice as many; numbers follow each other."""

    def __init__(self, kept_max: int = PRINTS_KEPT_MAX) -> None:
        self._kept_max = kept_max
        self._prints: list[Print] = []

    def add(self, trade: Print) -> None:
        """The newest."""
        if len(self._prints) >= 2 * self._kept_max:
            del self._prints[: self._kept_max]
        self._prints.append(trade)

    @property
    def newest(self) -> Print | None:
        """The last one; None before the first."""
        return self._prints[-1] if self._prints else None

    def between(self, start_ns: int, end_ns: int) -> list[Print]:
        """Those of `[start_ns, end_ns]`, oldest first."""
        first = bisect_left(self._prints, start_ns, key=_at)
        return self._prints[first : bisect_right(self._prints, end_ns, key=_at)]


def _at(trade: Print) -> int:
    return trade.at_ns
