"""What traded in the last minutes, kept as two sums: a filter asks for their average with every order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from seatrial.emulators.binance.market_trade import MarketTrade


class RecentTrades:
    """The trades of a span of time that ends with the newest one.

    Args:
        span_ns: how long a trade counts.
        before: trades before this market's first, newest first; read as far as they count.
    """

    def __init__(self, span_ns: int, before: Iterable[MarketTrade]) -> None:
        self._span_ns = span_ns
        self._rows: deque[tuple[int, int, int]] = deque()
        self.value_units = self.volume_units = 0
        newest_ns: int | None = None
        for trade in before:
            newest_ns = trade.at_ns if newest_ns is None else newest_ns
            if trade.at_ns <= newest_ns - span_ns:
                break
            self._rows.appendleft((trade.at_ns, trade.value_units, trade.volume_units))
            self.value_units += trade.value_units
            self.volume_units += trade.volume_units

    def add(self, trade: MarketTrade) -> None:
        """The newest trade; those that are a span older count no more."""
        rows, value_units = self._rows, trade.value_units
        oldest_ns = trade.at_ns - self._span_ns
        while rows and rows[0][0] <= oldest_ns:
            _, gone_value, gone_volume = rows.popleft()
            self.value_units -= gone_value
            self.volume_units -= gone_volume
        if rows and rows[-1][0] == trade.at_ns:  # of one instant: they will go together
            at_ns, value, volume = rows.pop()
            rows.append((at_ns, value + value_units, volume + trade.volume_units))
        else:
            rows.append((trade.at_ns, value_units, trade.volume_units))
        self.value_units += value_units
        self.volume_units += trade.volume_units
