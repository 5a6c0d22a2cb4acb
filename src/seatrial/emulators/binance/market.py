"""What the public can see of one pair: its trades, its candles and its book. What they come from is in `pairs`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice

from seatrial.core import matching
from seatrial.domain.bars import Bar
from seatrial.domain.time import MINUTE_NS
from seatrial.emulators.bar_rows import BarRows
from seatrial.emulators.binance.market_trade import MarketTrade
from seatrial.emulators.binance.numbers import CONTEXT, UNIT, from_units, to_units
from seatrial.emulators.binance.recent_trades import RecentTrades
from seatrial.emulators.binance.rules import AVERAGE_MINUTES, Rules

Levels = list[tuple[Decimal, Decimal]]


@dataclass(frozen=True, slots=True)
class Quote:
    """The top of the book; a side that is empty is zero."""

    bid: Decimal
    bid_qty: Decimal
    ask: Decimal
    ask_qty: Decimal
    update_id: int


@dataclass(frozen=True, slots=True)
class Change:
    """What changed in a book: updates `first_id` to `last_id`, and the new total of each level they touched."""

    first_id: int
    last_id: int
    bids: Levels
    asks: Levels
    at_ns: int

    def then(self, later: Change) -> Change:
        """Both together: the newest total of each level that either touched."""
        bids, asks = dict(self.bids) | dict(later.bids), dict(self.asks) | dict(later.asks)
        return Change(self.first_id, later.last_id, list(bids.items()), list(asks.items()), later.at_ns)


class PairMarket(ABC):
    """The public memory of one pair.

    `bars` are shown up to `finished`; the first `replayed` of them are told as four prints each. `tail` has every trade
    since, and `forming` those of the minute under way. Nothing that has not happened can be asked for.
    """

    def __init__(self, rules: Rules, bars: BarRows) -> None:
        self.rules = rules
        self.bars = bars
        self.starts = bars.starts()
        self.step_ns = bars[0].end_ns - bars[0].start_ns if bars else MINUTE_NS
        self.finished = 0
        self.tail: list[MarketTrade] = []
        self._lot_units = max(1, to_units(rules.step))
        self._averaged: tuple[int, Decimal | None] | None = None
        self._recent: RecentTrades | None = None
        self._last: MarketTrade | None = None

    # ------------------------------------------------------- what a market has

    @property
    @abstractmethod
    def replayed(self) -> int:
        """How many of the finished bars are told as prints."""

    @property
    @abstractmethod
    def forming(self) -> list[MarketTrade]:
        """Trades of the minute under way, oldest first."""

    @property
    @abstractmethod
    def forming_span(self) -> tuple[int, int] | None:
        """The minute under way, as soon as it has a trade."""

    @abstractmethod
    def trades_of(self, index: int) -> list[MarketTrade]:
        """The trades of a finished bar, as far as they are remembered."""

    @abstractmethod
    def quote(self) -> Quote | None:
        """The top of the book; None where nothing is known yet."""

    @abstractmethod
    def levels(self, count: int) -> tuple[int, Levels, Levels]:
        """`(update id, bids, asks)`, best first."""

    def cost_to_buy(self, quantity: Decimal) -> Decimal | None:
        """What a quantity costs at once; None where no book says so."""
        return None

    def bought_for(self, budget: Decimal, side: str) -> Decimal | None:
        """What a budget of quote trades at once; None where no book says so."""
        return None

    # ------------------------------------------------------------------ prices

    def last_trade(self) -> MarketTrade | None:
        """The newest trade."""
        return self._last

    @property
    def last_price_units(self) -> int | None:
        """The price of the newest trade; None before the first."""
        return None if self._last is None else self._last.price_units

    @property
    def last_price(self) -> Decimal | None:
        """The price of the newest trade; None before the first."""
        return None if self._last is None else from_units(self._last.price_units)

    def recent_average(self) -> Decimal | None:
        """What filters compare prices with: the average of five minutes as of the last trade."""
        last = self._last
        if last is None:
            return None
        if self._averaged is None or self._averaged[0] != last.number:
            if self._recent is None:
                self._recent = RecentTrades(AVERAGE_MINUTES * MINUTE_NS, self.trades_back())
            self._averaged = last.number, self._average(self._recent.value_units, self._recent.volume_units)
        return self._averaged[1]

    def _happened(self, trade: MarketTrade) -> None:
        """The newest trade."""
        self._last = trade
        if self._recent is not None:
            self._recent.add(trade)

    def average_price(self, now_ns: int, span_ns: int) -> Decimal | None:
        """The volume-weighted price of the span before now; the last price where nothing traded in it."""
        value = volume = 0
        for happened in self.trades_back():
            if happened.at_ns <= now_ns - span_ns:
                break
            value += happened.value_units
            volume += happened.volume_units
        return self._average(value, volume)

    def _average(self, value: int, volume: int) -> Decimal | None:
        if not volume:
            return self.last_price
        return CONTEXT.divide(Decimal(value), Decimal(volume)).quantize(UNIT, context=CONTEXT)

    # -------------------------------------------------------------------- bars

    def bar_at(self, index: int) -> Bar:
        """A finished bar."""
        assert index < self.finished, "nothing that has not happened can be asked for"
        return self.bars[index]

    def range_of(self, start_ns: int, end_ns: int) -> range:
        """Indices of the finished bars that begin in `[start_ns, end_ns]`."""
        first = bisect_left(self.starts, start_ns, hi=self.finished)
        return range(first, bisect_right(self.starts, end_ns, hi=self.finished))

    # ------------------------------------------------------------------ trades

    def trades_back(self) -> Iterator[MarketTrade]:
        """All trades, newest first."""
        yield from reversed(self.tail)
        for index in range(self.replayed - 1, -1, -1):
            yield from reversed(self.prints_of(index))

    def latest(self, count: int) -> list[MarketTrade]:
        """The last `count` trades, oldest first."""
        return list(islice(self.trades_back(), count))[::-1]

    def from_number(self, number: int, count: int) -> list[MarketTrade]:
        """Trades from `number` on, oldest first."""
        first = max(0, number - 1) // matching.PRINTS_PER_BAR
        known = chain.from_iterable(map(self.prints_of, range(first, self.replayed)))
        return list(islice((one for one in chain(known, self.tail) if one.number >= number), count))

    def between(self, start_ns: int, end_ns: int, count: int) -> list[MarketTrade]:
        """Trades of `[start_ns, end_ns]`, oldest first."""
        first = max(0, bisect_right(self.starts, start_ns, hi=self.replayed) - 1)
        known = chain.from_iterable(
            map(self.prints_of, range(first, min(self.replayed, self.range_of(0, end_ns).stop)))
        )
        inside = (one for one in chain(known, self.tail) if start_ns <= one.at_ns <= end_ns)
        return list(islice(inside, count))

    def prints_of(self, index: int) -> list[MarketTrade]:
        """The four prints a replayed bar is told as (finished, or for the memory itself under way)."""
        bar = self.bars[index]
        before = self.bars[index - 1].close_units if index else None
        trades = []
        for part in range(matching.PRINTS_PER_BAR):
            price = matching.print_price(bar.open_units, bar.high_units, bar.low_units, bar.close_units, part)
            volume = matching.print_volume(bar.volume_units, self._lot_units, part)
            at_ns = matching.print_at_ns(bar.start_ns, bar.end_ns, part)
            number = matching.PRINTS_PER_BAR * index + part + 1
            trades.append(MarketTrade(number, price, volume, at_ns, before is not None and price < before))
            before = price
        return trades
