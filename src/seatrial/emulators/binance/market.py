"""What the public can see of one pair: its last prints, its candles, and a book derived from them.

The replayed market consists of bars; each bar is four prints. From them, and labelled here as *derived*:

* **Quote.** The best bid is the last price on the tick grid (rounded down), the best ask one tick above.
  Every level shows a twentieth of the last print's volume, levels follow each other tick by tick. Orders
  of our accounts do not appear in it: the replayed market does not know them.
* **Trades.** One public trade per print, numbered without gaps. A print below the one before it was a
  sale into the bid (`m` true), any other a purchase.
* **Value.** The quote volume is price times volume summed over prints.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice

from seatrial.core import matching
from seatrial.domain.bars import Bar
from seatrial.domain.time import MINUTE_NS
from seatrial.emulators.binance.numbers import CONTEXT, SCALE, UNIT, from_units, step_down, to_units
from seatrial.emulators.binance.rules import AVERAGE_MINUTES, Rules
from seatrial.emulators.timeline import BAR_DELAY_NS, Print

LEVELS_MAX = 100
LEVEL_SHARE = 20

Levels = list[tuple[Decimal, Decimal]]


@dataclass(frozen=True, slots=True)
class MarketTrade:
    """One trade of the replayed market. `number` counts from one without gaps."""

    number: int
    price_units: int
    volume_units: int
    at_ns: int
    buyer_maker: bool

    @property
    def value_units(self) -> int:
        """Price times volume in 1e-8 of the quote, rounded down."""
        return self.price_units * self.volume_units // SCALE


@dataclass(frozen=True, slots=True)
class Quote:
    """The derived top of the book."""

    bid: Decimal
    ask: Decimal
    qty: Decimal
    update_id: int


class PairMarket:
    """The public memory of one pair.

    It holds the whole tape of the pair, but shows only `finished` bars and the `forming` trades since:
    nothing that has not happened can be asked for.
    """

    def __init__(self, rules: Rules, tape: Sequence[Bar], now_ns: int) -> None:
        self.rules = rules
        self._tape = tape
        self._starts = [bar.start_ns for bar in tape]
        self._lot_units = max(1, to_units(rules.step))
        self.finished = bisect_right(tape, now_ns - BAR_DELAY_NS, key=_end_of)
        self._averaged: tuple[int, Decimal | None] | None = None
        self._last_finished: tuple[int, MarketTrade] | None = None
        self.forming: list[MarketTrade] = []
        if self.finished < len(tape):
            self.forming = [trade for trade in self.trades_of(self.finished) if trade.at_ns <= now_ns]

    # ------------------------------------------------------------- what happens

    def on_print(self, print: Print) -> MarketTrade:
        """A print of the tape has happened."""
        before = self.last_price_units
        if print.jumped:
            self.forming = []
        buyer_maker = before is not None and print.price_units < before
        trade = MarketTrade(print.number, print.price_units, print.volume_units, print.at_ns, buyer_maker)
        self.forming.append(trade)
        return trade

    def on_bar(self, bar: Bar) -> None:
        """The bar is finished and published."""
        self.finished = bisect_right(self._starts, bar.start_ns)
        self.forming = [trade for trade in self.forming if trade.at_ns >= bar.end_ns]

    # ------------------------------------------------------------- what is seen

    @property
    def last_price_units(self) -> int | None:
        """The price of the last print; None before the first."""
        if self.forming:
            return self.forming[-1].price_units
        return self._tape[self.finished - 1].close_units if self.finished else None

    @property
    def forming_bar(self) -> Bar | None:
        """The bar under way, of which only start and end may be told."""
        return self._tape[(self.forming[0].number - 1) // matching.PRINTS_PER_BAR] if self.forming else None

    def bar_at(self, index: int) -> Bar:
        """A finished bar."""
        assert index < self.finished, "nothing that has not happened can be asked for"
        return self._tape[index]

    def range_of(self, start_ns: int, end_ns: int) -> range:
        """Indices of the finished bars that begin in `[start_ns, end_ns]`."""
        first = bisect_left(self._starts, start_ns, hi=self.finished)
        return range(first, bisect_right(self._starts, end_ns, hi=self.finished))

    @property
    def last_price(self) -> Decimal | None:
        """The price of the last print; None before the first."""
        units = self.last_price_units
        return None if units is None else from_units(units)

    def last_trade(self) -> MarketTrade | None:
        """The last trade, from the forming bar or the last finished one."""
        if self.forming:
            return self.forming[-1]
        if not self.finished:
            return None
        if self._last_finished is None or self._last_finished[0] != self.finished:
            self._last_finished = self.finished, self.trades_of(self.finished - 1)[-1]
        return self._last_finished[1]

    def trades_of(self, index: int) -> list[MarketTrade]:
        """The four trades of a bar, finished or (for the memory itself) under way."""
        bar = self._tape[index]
        before = self._tape[index - 1].close_units if index else None
        trades = []
        for part in range(matching.PRINTS_PER_BAR):
            price = matching.print_price(bar.open_units, bar.high_units, bar.low_units, bar.close_units, part)
            volume = matching.print_volume(bar.volume_units, self._lot_units, part)
            at_ns = matching.print_at_ns(bar.start_ns, bar.end_ns, part)
            number = matching.PRINTS_PER_BAR * index + part + 1
            trades.append(MarketTrade(number, price, volume, at_ns, before is not None and price < before))
            before = price
        return trades

    def trades_back(self) -> Iterator[MarketTrade]:
        """All trades, newest first."""
        yield from reversed(self.forming)
        for index in range(self.finished - 1, -1, -1):
            yield from reversed(self.trades_of(index))

    def latest(self, count: int) -> list[MarketTrade]:
        """The last `count` trades, oldest first."""
        return list(islice(self.trades_back(), count))[::-1]

    def from_number(self, number: int, count: int) -> list[MarketTrade]:
        """Trades from `number` on, oldest first."""
        first = max(0, number - 1) // matching.PRINTS_PER_BAR
        known = chain.from_iterable(map(self.trades_of, range(first, self.finished)))
        return list(islice((one for one in chain(known, self.forming) if one.number >= number), count))

    def between(self, start_ns: int, end_ns: int, count: int) -> list[MarketTrade]:
        """Trades of `[start_ns, end_ns]`, oldest first."""
        first = max(0, bisect_right(self._starts, start_ns, hi=self.finished) - 1)
        known = chain.from_iterable(map(self.trades_of, range(first, self.range_of(0, end_ns).stop)))
        inside = (one for one in chain(known, self.forming) if start_ns <= one.at_ns <= end_ns)
        return list(islice(inside, count))

    def quote(self) -> Quote | None:
        """The derived top of the book; None before the first print."""
        last = self.last_trade()
        return None if last is None else self.quote_after(last)

    def quote_after(self, trade: MarketTrade) -> Quote:
        """The derived top of the book as a trade left it."""
        tick, step = self.rules.tick, self.rules.step
        bid = max(tick, step_down(from_units(trade.price_units), tick))
        qty = max(step, step_down(from_units(trade.volume_units // LEVEL_SHARE), step))
        return Quote(bid, bid + tick, qty, trade.number)

    def levels(self, count: int) -> tuple[Levels, Levels]:
        """Derived bids and asks, best first; at most `LEVELS_MAX`."""
        last = self.last_trade()
        return ([], []) if last is None else self.levels_after(last, count)

    def levels_after(self, trade: MarketTrade, count: int) -> tuple[Levels, Levels]:
        """Derived bids and asks as a trade left them."""
        quote, tick, depth = self.quote_after(trade), self.rules.tick, range(min(count, LEVELS_MAX))
        bids = [(quote.bid - tick * level, quote.qty) for level in depth if quote.bid > tick * level]
        return bids, [(quote.ask + tick * level, quote.qty) for level in depth]

    def recent_average(self) -> Decimal | None:
        """What filters compare prices with: the average of five minutes as of the last trade."""
        last = self.last_trade()
        if last is None:
            return None
        if self._averaged is None or self._averaged[0] != last.number:
            self._averaged = last.number, self.average_price(last.at_ns, AVERAGE_MINUTES * MINUTE_NS)
        return self._averaged[1]

    def cost_to_buy(self, quantity: Decimal) -> Decimal | None:
        """None: how deep a replayed market was, nobody knows."""
        return None

    def bought_for(self, budget: Decimal, side: str) -> Decimal | None:
        """None: how deep a replayed market was, nobody knows."""
        return None

    def average_price(self, now_ns: int, span_ns: int) -> Decimal | None:
        """The volume-weighted price of the span before now; the last price where nothing traded in it."""
        value = volume = 0
        for happened in self.trades_back():
            if happened.at_ns <= now_ns - span_ns:
                break
            value += happened.value_units
            volume += happened.volume_units
        if not volume:
            return self.last_price
        return CONTEXT.divide(Decimal(value), Decimal(volume)).quantize(UNIT, context=CONTEXT)


def _end_of(bar: Bar) -> int:
    return bar.end_ns
