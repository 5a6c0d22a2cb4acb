"""A pair whose trades were recorded. Its bars are built from them; what is shown of a book is derived, as of prints."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from seatrial.domain.bars import Bar
from seatrial.domain.ids import Symbol
from seatrial.emulators.bar_rows import BarRows
from seatrial.emulators.binance.market import PairMarket
from seatrial.emulators.binance.market_trade import MarketTrade
from seatrial.emulators.binance.pairs import ReplayedPair
from seatrial.emulators.binance.rules import Rules
from seatrial.emulators.timeline import BAR_DELAY_NS, Print
from seatrial.emulators.trade_reel import TradeRows


class RecordedPair(ReplayedPair):
    """It holds all the trades, and shows those that have happened."""

    def __init__(self, rules: Rules, tape: Sequence[Bar], now_ns: int, rows: TradeRows) -> None:
        PairMarket.__init__(self, rules, BarRows.of(Symbol(rules.symbol), tape))
        self._rows = rows
        self.finished = bisect_right(self.bars, now_ns - BAR_DELAY_NS, key=lambda bar: bar.end_ns)
        since_ns = self.bars[self.finished - 1].end_ns if self.finished else 0
        happened = rows.before(now_ns + 1)
        self.tail = [self._trade(row) for row in range(rows.before(since_ns), happened)]
        self._last = self._trade(happened - 1) if happened else None

    def on_print(self, print: Print) -> MarketTrade:
        """A recorded trade has happened."""
        trade = self._trade(print.number - 1)
        self.tail.append(trade)
        self._happened(trade)
        return trade

    @property
    def forming(self) -> list[MarketTrade]:
        """Trades of the minute under way."""
        span = self.forming_span
        return [] if span is None else self.tail[bisect_left(self.tail, span[0], key=lambda trade: trade.at_ns) :]

    @property
    def forming_span(self) -> tuple[int, int] | None:
        """The minute of the newest trade, unless that is finished."""
        if not self.tail:
            return None
        start_ns = self.tail[-1].at_ns // self.step_ns * self.step_ns
        return start_ns, start_ns + self.step_ns

    def prints_of(self, index: int) -> list[MarketTrade]:
        """The trades of a bar."""
        bar = self.bars[index]
        return [self._trade(row) for row in range(self._rows.before(bar.start_ns), self._rows.before(bar.end_ns))]

    def trades_back(self) -> Iterator[MarketTrade]:
        """All trades that have happened, newest first."""
        yield from (self._trade(row) for row in range(self._count - 1, -1, -1))

    def from_number(self, number: int, count: int) -> list[MarketTrade]:
        """Trades from `number` on, oldest first."""
        first = max(0, number - 1)
        return [self._trade(row) for row in range(first, min(first + count, self._count))]

    def between(self, start_ns: int, end_ns: int, count: int) -> list[MarketTrade]:
        """Trades of `[start_ns, end_ns]`, oldest first."""
        first = self._rows.before(start_ns)
        return [
            self._trade(row) for row in range(first, min(self._rows.before(end_ns + 1), first + count, self._count))
        ]

    @property
    def _count(self) -> int:
        return 0 if self._last is None else self._last.number

    def _trade(self, row: int) -> MarketTrade:
        told = self._rows.told(Symbol(self.rules.symbol), row)
        return MarketTrade(told.number, told.price_units, told.volume_units, told.at_ns, told.buyer_maker)
