"""The only real clock. Everything else is given one."""

from __future__ import annotations

import time

from seatrial.domain.time import Instant


class WallClock:
    """Nanoseconds since 1970 UTC, as the machine tells them."""

    def now_ns(self) -> Instant:
        """The wall's time now."""
        return Instant(time.time_ns())
