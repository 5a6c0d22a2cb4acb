"""How long to wait before knocking again: doubling, bounded, with jitter so that clients do not march in step."""

from __future__ import annotations

from random import Random


class Backoff:
    """`next_ms()` grows from `first_ms` to `ceiling_ms`; each delay is drawn from its upper half."""

    def __init__(self, random: Random, *, first_ms: int = 500, ceiling_ms: int = 30_000) -> None:
        assert 0 < first_ms <= ceiling_ms
        self._random = random
        self._first_ms = first_ms
        self._ceiling_ms = ceiling_ms
        self._attempt_ms = first_ms

    def next_ms(self) -> int:
        """The delay before the next attempt."""
        delay_ms = self._random.randint((self._attempt_ms + 1) // 2, self._attempt_ms)
        self._attempt_ms = min(2 * self._attempt_ms, self._ceiling_ms)
        return delay_ms

    def reset(self) -> None:
        """An attempt succeeded: the next outage starts small again."""
        self._attempt_ms = self._first_ms
