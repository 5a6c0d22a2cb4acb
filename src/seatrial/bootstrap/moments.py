"""Moments as people write them: an age before now, or a time."""

from __future__ import annotations

import re
from typing import Final

from seatrial.bootstrap.clock import WallClock
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, parse_rfc3339, rfc3339

UNITS: Final = {"s": SECOND_NS, "m": MINUTE_NS, "h": HOUR_NS, "d": DAY_NS, "w": 7 * DAY_NS}
_AGE = re.compile(r"(\d{1,6})([smhdw])")


def moment_of(text: str) -> str:
    """`2h` is two hours before now; `2026-11-21T12:00:00+01:00` is that time. RFC 3339 in UTC either way.

    Raises:
        ValueError: neither.
    """
    age = _AGE.fullmatch(text.strip())
    if age is not None:
        return rfc3339(WallClock().now_ns() - int(age[1]) * UNITS[age[2]])
    return rfc3339(parse_rfc3339(text.strip()))
