"""Longer bars beside the run's own: a strategy that declares `timeframes` is told of each when it is complete.

A span begins with its session (09:30 in New York, midnight UTC where the market never closes) and never crosses the
close, as `seatrial data resample` has it. It is complete with the bar that ends it, or where that bar is missing with
the first bar after it: nothing of a span is shown before. One that was not seen from its beginning is no bar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from seatrial.domain.bars import Bar, Session
from seatrial.domain.faults import RequestFault
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS

TIMEFRAMES = {
    "3m": 3 * MINUTE_NS,
    "5m": 5 * MINUTE_NS,
    "15m": 15 * MINUTE_NS,
    "30m": 30 * MINUTE_NS,
    "1h": HOUR_NS,
    "2h": 2 * HOUR_NS,
    "4h": 4 * HOUR_NS,
    "1d": DAY_NS,
}

SessionsAt = Callable[[int], Sequence[Session]]  # the trading days around an instant


def checked_timeframes(names: tuple[str, ...]) -> tuple[str, ...]:
    """The timeframes a strategy declares, or a `RequestFault` that names the wrong one."""
    for name in names:
        if name not in TIMEFRAMES:
            raise RequestFault("timeframes", f"some of {', '.join(TIMEFRAMES)}", name)
    return names


class Frame:
    """One symbol's bars of one length, as far as the run's own bars have come."""

    def __init__(self, timeframe: str, instrument: Instrument, sessions_at: SessionsAt | None) -> None:
        """Raises `RequestFault` where the market closes at night and nobody says when."""
        if instrument.calendar != "24x7" and sessions_at is None:
            raise RequestFault("timeframes", f"the sessions of {instrument.calendar}, from which spans begin", None)
        self.timeframe = timeframe
        self._span_ns = TIMEFRAMES[timeframe]
        self._instrument = instrument
        self._sessions_at = sessions_at
        self._under_way: Bar | None = None
        self._whole = False  # whether the one under way was seen from its beginning
        self._seen = False

    def on_bar(self, bar: Bar) -> Iterator[Bar]:
        """Take one of the run's own bars; what is complete with it.

        Raises:
            RequestFault: bars that are longer than the span, or do not divide it.
        """
        own_ns = bar.end_ns - bar.start_ns
        if self._span_ns % own_ns:
            raise RequestFault("timeframes", f"multiples of the run's own bars of {own_ns // 10**9} s", self.timeframe)
        span = self._span_of(bar)
        begun = self._under_way
        if begun is not None and (span is None or span[0] != begun.start_ns):
            if self._whole:
                yield begun
            self._under_way = begun = None
        if span is None:
            return
        if begun is None:
            self._whole = self._seen or bar.start_ns == span[0]
            begun = replace(bar, start_ns=span[0], end_ns=span[1])
        else:
            begun = _joined(begun, bar)
        self._seen = True
        done = bar.end_ns == begun.end_ns
        self._under_way = None if done else begun
        if done and self._whole:
            yield begun

    def _span_of(self, bar: Bar) -> tuple[int, int] | None:
        """Where the span of a bar begins and ends; None outside of sessions."""
        if self._sessions_at is None or self._instrument.calendar == "24x7":
            start_ns = bar.start_ns // self._span_ns * self._span_ns
            return start_ns, start_ns + self._span_ns
        for day in self._sessions_at(bar.start_ns):
            if day.open_ns <= bar.start_ns and bar.end_ns <= day.close_ns:
                start_ns = day.open_ns + (bar.start_ns - day.open_ns) // self._span_ns * self._span_ns
                return start_ns, min(start_ns + self._span_ns, day.close_ns)
        return None


def _joined(first: Bar, bar: Bar) -> Bar:
    return replace(
        first,
        high_units=max(first.high_units, bar.high_units),
        low_units=min(first.low_units, bar.low_units),
        close_units=bar.close_units,
        volume_units=first.volume_units + bar.volume_units,
    )
