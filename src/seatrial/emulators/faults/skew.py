"""A venue's clock that a fault may set wrong."""

from __future__ import annotations

from seatrial.domain.time import Clock, Instant
from seatrial.emulators.faults.script import FaultScript


class SkewedClock:
    """The API clock as the venue reads it: off by every `clock_skew` in force."""

    def __init__(self, clock: Clock, script: FaultScript) -> None:
        self._clock = clock
        self._script = script

    def now_ns(self) -> Instant:
        """What the venue takes for now."""
        return Instant(self._clock.now_ns() + self._script.skew_ns())
