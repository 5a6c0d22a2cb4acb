"""Bars of any length out of minute bars: minutes and hours by UTC; days, weeks and months by session, coins' by UTC."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from seatrial.domain.bars import Bar
from seatrial.domain.faults import RequestFault
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS
from seatrial.emulators.alpaca.assets import is_coin
from seatrial.emulators.alpaca.bar_shapes import Shape, bar_shape, merged_shape
from seatrial.emulators.alpaca.new_york import midnight_ns, new_york
from seatrial.emulators.exchange import Exchange

ACCEPTED = "1Min to 59Min, 1Hour to 23Hour, 1Day, 1Week, 1Month, 2Month, 3Month, 4Month, 6Month, 12Month"
UNITS = {"Min": "Min", "T": "Min", "Hour": "Hour", "H": "Hour", "Day": "Day", "D": "Day"}
UNITS |= {"Week": "Week", "W": "Week", "Month": "Month", "M": "Month"}
COUNTS = {
    "Min": range(1, 60),
    "Hour": range(1, 24),
    "Day": range(1, 2),
    "Week": range(1, 2),
    "Month": (1, 2, 3, 4, 6, 12),
}


class Span(NamedTuple):
    """How long a bar is: so many of a unit."""

    number: int
    unit: str  # Min, Hour, Day, Week or Month

    @property
    def length_ns(self) -> int:
        """At most."""
        unit_ns = {"Min": MINUTE_NS, "Hour": HOUR_NS, "Day": DAY_NS, "Week": 7 * DAY_NS, "Month": 31 * DAY_NS}
        return self.number * unit_ns[self.unit]


MINUTE, DAY = Span(1, "Min"), Span(1, "Day")


def span_of(timeframe: str) -> Span:
    """A timeframe such as `5Min`.

    Raises:
        RequestFault: another word.
    """
    letters = timeframe.lstrip("0123456789")
    number, unit = timeframe[: len(timeframe) - len(letters)], UNITS.get(letters, "")
    if not 1 <= len(number) <= 2 or int(number) not in COUNTS.get(unit, ()):
        raise RequestFault("timeframe", ACCEPTED, timeframe)
    return Span(int(number), unit)


def bars_of(exchange: Exchange, instrument: Instrument, span: Span, *, start_ns: int, end_ns: int) -> Iterator[Shape]:
    """Finished bars that start in `[start_ns, end_ns]`, oldest first; spans without a trade are absent."""
    if span == MINUTE:
        for bar in exchange.finished_bars(instrument.symbol, start_ns, end_ns + 1):
            yield bar_shape(bar, instrument)
        return
    begins = start_of(exchange, instrument, span)
    minutes = exchange.finished_bars(instrument.symbol, begins(start_ns), end_ns + span.length_ns)
    for begins_ns, group in groupby(minutes, key=lambda bar: begins(bar.start_ns)):
        if start_ns <= begins_ns <= end_ns:
            rows: Sequence[Bar] = list(group)
            yield merged_shape(rows, instrument, begins_ns)


def start_of(exchange: Exchange, instrument: Instrument, span: Span) -> Callable[[int], int]:
    """Where the span of an instant begins: a share's day at New York's midnight, as the real one, a coin's at UTC's."""
    if span.unit in ("Min", "Hour"):
        return lambda at_ns: at_ns // span.length_ns * span.length_ns
    if is_coin(instrument):
        return lambda at_ns: _calendar_start(datetime.fromtimestamp(at_ns // SECOND_NS, UTC), span, _utc_ns)
    opens = [session.open_ns for session in exchange.tape.sessions]
    starts = [_calendar_start(new_york(open_ns), span, midnight_ns) for open_ns in opens]
    midnights = [_calendar_start(new_york(open_ns), DAY, midnight_ns) for open_ns in opens]
    return lambda at_ns: starts[max(0, bisect_right(midnights, at_ns) - 1)]


def _calendar_start(moment: datetime, span: Span, day_ns: Callable[[str], int]) -> int:
    day = moment.date()
    if span.unit == "Week":
        day -= timedelta(days=day.weekday())
    elif span.unit == "Month":
        day = day.replace(month=(day.month - 1) // span.number * span.number + 1, day=1)
    return day_ns(day.isoformat())


def _utc_ns(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * SECOND_NS
