"""When `on_timer` is called: at every so many minutes, or at times of the day.

    every 15 min                          at multiples of it, counted from midnight UTC; also `60 s` and `2 h`
    10:00, 15:50 America/New_York         at these times of that zone

Time is told by bars, so that a backtest, a rehearsal and live trading hear a timer alike: it is told with the first
bars that end at its time or later, and not at all where those come more than `LATE_NS_MAX` later. Of several that
have come due the last is told.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from seatrial.domain.faults import RequestFault
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS

LATE_NS_MAX = 30 * MINUTE_NS  # market time
ACCEPTED = "`every 15 min` (also s and h, up to a day) or `10:00, 15:50 America/New_York`"

_EVERY = re.compile(r"every (\d{1,5}) ?(s|min|m|h)")
_UNITS = {"s": SECOND_NS, "m": MINUTE_NS, "min": MINUTE_NS, "h": HOUR_NS}
_TIMES = re.compile(r"(\d{1,2}:\d{2}(?:, ?\d{1,2}:\d{2})*) ([A-Za-z][A-Za-z0-9_+\-/]{0,62})")
_EPOCH = date(1970, 1, 1)


class Timer(Protocol):
    """Instants, in order, for ever."""

    def last_due(self, until_ns: int) -> int:
        """The last instant at or before `until_ns`."""
        ...


class Interval:
    """Multiples of a span."""

    def __init__(self, span_ns: int) -> None:
        self.span_ns = span_ns

    def last_due(self, until_ns: int) -> int:
        """See `Timer`."""
        return until_ns // self.span_ns * self.span_ns


class TimesOfDay:
    """Some times of every day in one zone; one that a spring change skips is as if the clocks had not changed yet."""

    def __init__(self, times: tuple[time, ...], zone: ZoneInfo) -> None:
        self._times, self._zone = tuple(sorted(times)), zone
        self._day_of = -1
        self._around: list[int] = []

    def last_due(self, until_ns: int) -> int:
        """See `Timer`."""
        day = until_ns // DAY_NS
        if day != self._day_of:
            self._day_of = day
            days = [_EPOCH + timedelta(days=day + ahead) for ahead in (-2, -1, 0, 1)]
            self._around = [self._instant_ns(each, at) for each in days for at in self._times]
        return max(at_ns for at_ns in self._around if at_ns <= until_ns)

    def _instant_ns(self, day: date, at: time) -> int:
        local = datetime.combine(day, at, self._zone)
        return round(local.astimezone(UTC).timestamp()) * SECOND_NS


def parse_timer(text: str) -> Timer | None:
    """A timer in words; None for the empty text, which is none.

    Raises:
        RequestFault: neither of the two forms, or a zone nobody knows.
    """
    words = " ".join(text.split())
    if not words:
        return None
    if found := _EVERY.fullmatch(words.lower()):
        span_ns = int(found[1]) * _UNITS[found[2]]
        if 0 < span_ns <= DAY_NS:
            return Interval(span_ns)
    if found := _TIMES.fullmatch(words):
        try:
            times = tuple(time.fromisoformat(each.strip().zfill(5)) for each in found[1].split(","))
            return TimesOfDay(times, ZoneInfo(found[2]))
        except (ValueError, ZoneInfoNotFoundError, OSError):
            pass
    raise RequestFault("timer", ACCEPTED, text)


class Alarm:
    """Says once per due instant, with which bars it is told."""

    def __init__(self, timer: Timer) -> None:
        self._timer = timer
        self._passed_ns: int | None = None  # what was due until then is told or too old

    def due(self, start_ns: int, end_ns: int) -> int | None:
        """The instant that is told with bars of this span, or None."""
        at_ns = self._timer.last_due(end_ns)
        passed_ns = start_ns if self._passed_ns is None else self._passed_ns
        self._passed_ns = max(at_ns, passed_ns)
        return at_ns if at_ns > passed_ns and end_ns - at_ns <= LATE_NS_MAX else None
