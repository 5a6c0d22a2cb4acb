"""Bars of any length out of minute bars: minutes and hours by UTC, days by session."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby

from seatrial.domain.bars import Bar
from seatrial.domain.faults import RequestFault
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import HOUR_NS, MINUTE_NS, SECOND_NS
from seatrial.emulators.alpaca.bar_shapes import Shape, bar_shape, merged_shape
from seatrial.emulators.alpaca.new_york import new_york
from seatrial.emulators.exchange import Exchange

DAY = 0  # as a span: the session
ACCEPTED = "1Min to 59Min, 1Hour to 23Hour, 1Day"


def span_of(timeframe: str) -> int:
    """A timeframe in nanoseconds; `DAY` for one session.

    Raises:
        RequestFault: another word.
    """
    unit = timeframe.lstrip("0123456789")
    number = timeframe[: len(timeframe) - len(unit)]
    if 1 <= len(number) <= 2:
        count = int(number)
        if unit in ("Min", "T") and 1 <= count <= 59:
            return count * MINUTE_NS
        if unit in ("Hour", "H") and 1 <= count <= 23:
            return count * HOUR_NS
        if unit in ("Day", "D") and count == 1:
            return DAY
    raise RequestFault("timeframe", ACCEPTED, timeframe)


def bars_of(exchange: Exchange, instrument: Instrument, *, span_ns: int, start_ns: int, end_ns: int) -> Iterator[Shape]:
    """Finished bars that start in `[start_ns, end_ns]`, oldest first; spans without a trade are absent."""
    if span_ns == MINUTE_NS:
        for bar in exchange.finished_bars(instrument.symbol, start_ns, end_ns + 1):
            yield bar_shape(bar, instrument)
        return
    starts = _SpanStarts(exchange, span_ns)
    minutes = exchange.finished_bars(instrument.symbol, starts.of(start_ns), end_ns + max(span_ns, 24 * HOUR_NS))
    for begins_ns, group in groupby(minutes, key=lambda bar: starts.of(bar.start_ns)):
        rows: Sequence[Bar] = list(group)
        if start_ns <= begins_ns <= end_ns:
            yield merged_shape(rows, instrument, begins_ns)


class _SpanStarts:
    """Where the span of an instant begins. A day's bar carries New York's midnight, as the real ones."""

    def __init__(self, exchange: Exchange, span_ns: int) -> None:
        self._span_ns = span_ns
        self._opens = [session.open_ns for session in exchange.tape.sessions]
        self._midnights = [_midnight_ns(open_ns) for open_ns in self._opens] if span_ns == DAY else []

    def of(self, at_ns: int) -> int:
        if self._span_ns != DAY:
            return at_ns // self._span_ns * self._span_ns
        index = bisect_right(self._midnights, at_ns) - 1
        return self._midnights[max(0, index)]


def _midnight_ns(at_ns: int) -> int:
    local = new_york(at_ns)
    return at_ns - (local.hour * 3600 + local.minute * 60 + local.second) * SECOND_NS - at_ns % SECOND_NS
