"""Minute bars of one symbol, made of its trades as they happen, in bounded memory."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from seatrial.domain.bars import Bar
from seatrial.domain.ids import Symbol
from seatrial.domain.time import MINUTE_NS
from seatrial.emulators.bar_rows import BarRows
from seatrial.emulators.timeline import Print

BARS_KEPT_MAX = 50_000  # more than a month that never closes


class MinuteBars:
    """Finished minutes and the one under way.

    Args:
        never_closes: a minute without a trade is told as well, flat at the last price; an exchange with sessions
            says nothing of it.
    """

    def __init__(self, symbol: Symbol, *, never_closes: bool, last_units: int = 0) -> None:
        self._symbol = symbol
        self._never_closes = never_closes
        self._last_units = last_units
        self._trades: list[Print] = []
        self._bars = BarRows(symbol)

    def add(self, trade: Print) -> None:
        """A trade of the minute under way."""
        self._trades.append(trade)

    def finish(self, end_ns: int) -> Bar | None:
        """The minute that ends at `end_ns`; None where there is nothing to tell. Once per minute, in order."""
        inside = bisect_left(self._trades, end_ns, key=lambda trade: trade.at_ns)
        trades, self._trades = self._trades[:inside], self._trades[inside:]
        if trades:
            prices = [trade.price_units for trade in trades]
            ohlc = prices[0], max(prices), min(prices), prices[-1]
        elif self._never_closes and self._last_units:
            ohlc = (self._last_units,) * 4
        else:
            return None
        self._last_units = ohlc[3]
        bar = Bar(self._symbol, end_ns - MINUTE_NS, end_ns, *ohlc, sum(trade.volume_units for trade in trades))
        if len(self._bars) >= 2 * BARS_KEPT_MAX:
            self._bars.forget_added(BARS_KEPT_MAX)
        self._bars.append(bar)
        return bar

    def between(self, start_ns: int, end_ns: int, known_ns: int) -> Sequence[Bar]:
        """Finished bars that start in `[start_ns, end_ns)` and ended by `known_ns`."""
        first = bisect_left(self._bars, start_ns, key=_start)
        last = min(bisect_left(self._bars, end_ns, key=_start), bisect_right(self._bars, known_ns, key=_end))
        return self._bars[first : max(first, last)]


def _start(bar: Bar) -> int:
    return bar.start_ns


def _end(bar: Bar) -> int:
    return bar.end_ns
