"""Time is a whole number of nanoseconds since 1970 UTC, and always an argument."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NewType, Protocol

Instant = NewType("Instant", int)

MICROSECOND_NS = 1_000
MILLISECOND_NS = 1_000_000
SECOND_NS = 1_000_000_000
MINUTE_NS = 60 * SECOND_NS
HOUR_NS = 60 * MINUTE_NS
DAY_NS = 24 * HOUR_NS


class Clock(Protocol):
    """Where the time comes from. `bootstrap` builds the only real one; simulations build theirs."""

    def now_ns(self) -> Instant:
        """Nanoseconds since 1970 UTC."""
        ...


def rfc3339(at_ns: int) -> str:
    """`1549893600000000001` -> `2019-02-11T14:00:00.000000001Z`; whole seconds carry no fraction."""
    seconds, nanos = divmod(at_ns, SECOND_NS)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{nanos:09d}".rstrip("0") if nanos else ""
    return f"{text}{fraction}Z"


def parse_rfc3339(text: str) -> Instant:
    """The inverse of `rfc3339`; also takes offsets and fewer digits.

    Raises:
        ValueError: the text is not a time, or carries no zone.
    """
    whole, dot, tail = text.partition(".")
    nanos = 0
    if dot:
        digits = tail
        zone = ""
        for mark in ("Z", "z", "+", "-"):
            if mark in tail:
                digits, _, rest = tail.partition(mark)
                zone = mark + rest
                break
        if not digits.isdigit() or len(digits) > 9:
            raise ValueError(f"not a time: {text!r}")
        nanos = int(digits.ljust(9, "0"))
        whole += zone
    moment = datetime.fromisoformat(whole.replace("z", "Z"))
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {text!r}")
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    span = moment - epoch
    return Instant((span.days * 86_400 + span.seconds) * SECOND_NS + nanos)
