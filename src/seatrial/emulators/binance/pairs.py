"""The two kinds of market behind a pair: bars replayed as prints, and a book in which everybody meets.

Of a replayed bar only four prices and a volume are known. What is shown besides is *derived*, and is labelled so here:

* **Quote.** The best bid is the last price on the tick grid (rounded down), the best ask one tick above.
  Every level shows a twentieth of the last print's volume, levels follow each other tick by tick. Orders
  of our accounts do not appear in it: the replayed market does not know them.
* **Trades.** One public trade per print, numbered without gaps. A print below the one before it was a
  sale into the bid (`m` true), any other a purchase.
* **Value.** The quote volume is price times volume summed over prints.

In a market with books, everything since its start is the book's own; what was before it is replayed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal

from seatrial.core import matching
from seatrial.domain.bars import Bar
from seatrial.domain.ids import Symbol
from seatrial.domain.time import MINUTE_NS
from seatrial.emulators.bar_rows import BarRows
from seatrial.emulators.binance.market import Change, Levels, PairMarket, Quote
from seatrial.emulators.binance.market_trade import MarketTrade
from seatrial.emulators.binance.numbers import CONTEXT, DIGITS_MAX, ZERO, from_units, step_down, to_units
from seatrial.emulators.binance.rules import Rules
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.floor.shown import DepthChange, Level
from seatrial.emulators.timeline import BAR_DELAY_NS, Print

LEVELS_MAX = 100
LEVEL_SHARE = 20
BOOK_LEVELS_MAX = 5_000
TRADES_KEPT_MAX = 20_000  # of a market with books; twice as many for a moment


class ReplayedPair(PairMarket):
    """Bars told as prints. It holds the whole tape, and shows what has happened of it."""

    def __init__(self, rules: Rules, tape: Sequence[Bar], now_ns: int) -> None:
        super().__init__(rules, BarRows.of(Symbol(rules.symbol), tape))
        self.finished = bisect_right(self.bars, now_ns - BAR_DELAY_NS, key=_end_of)
        if self.finished < len(self.bars):
            self.tail = [trade for trade in self.prints_of(self.finished) if trade.at_ns <= now_ns]
        if self.tail:
            self._last = self.tail[-1]
        elif self.finished:
            self._last = self.prints_of(self.finished - 1)[-1]

    def on_print(self, print: Print) -> MarketTrade:
        """A print of the tape has happened."""
        if print.jumped:
            self.tail = []
        trade = MarketTrade(print.number, print.price_units, print.volume_units, print.at_ns, print.buyer_maker)
        self.tail.append(trade)
        self._happened(trade)
        return trade

    def on_bar(self, bar: Bar) -> None:
        """The bar is finished and published."""
        self.finished = bisect_right(self.starts, bar.start_ns)
        self.tail = [trade for trade in self.tail if trade.at_ns >= bar.end_ns]

    @property
    def replayed(self) -> int:
        """All finished bars."""
        return self.finished

    @property
    def forming(self) -> list[MarketTrade]:
        """Trades since the last finished bar."""
        return self.tail

    @property
    def forming_span(self) -> tuple[int, int] | None:
        """The bar under way, of which only start and end may be told."""
        if not self.tail:
            return None
        bar = self.bars[(self.tail[0].number - 1) // matching.PRINTS_PER_BAR]
        return bar.start_ns, bar.end_ns

    def trades_of(self, index: int) -> list[MarketTrade]:
        """The four prints of a bar."""
        return self.prints_of(index)

    def quote(self) -> Quote | None:
        """The derived top of the book; None before the first print."""
        return None if self._last is None else self.quote_after(self._last)

    def levels(self, count: int) -> tuple[int, Levels, Levels]:
        """Derived bids and asks, best first; at most `LEVELS_MAX`."""
        return (0, [], []) if self._last is None else (self._last.number, *self.levels_after(self._last, count))

    def quote_after(self, trade: MarketTrade) -> Quote:
        """The derived top of the book as a trade left it."""
        tick, step = self.rules.tick, self.rules.step
        bid = max(tick, step_down(from_units(trade.price_units), tick))
        qty = max(step, step_down(from_units(trade.volume_units // LEVEL_SHARE), step))
        return Quote(bid, qty, bid + tick, qty, trade.number)

    def levels_after(self, trade: MarketTrade, count: int) -> tuple[Levels, Levels]:
        """Derived bids and asks as a trade left them."""
        quote, tick, depth = self.quote_after(trade), self.rules.tick, range(min(count, LEVELS_MAX))
        bids = [(quote.bid - tick * level, quote.bid_qty) for level in depth if quote.bid > tick * level]
        return bids, [(quote.ask + tick * level, quote.ask_qty) for level in depth]

    def change_by(self, trade: MarketTrade) -> Change:
        """What a trade changed in the derived book: each print is one update."""
        before = self.from_number(trade.number - 1, 1) if trade.number > 1 else []
        old = self.levels_after(before[0], LEVELS_MAX) if before else ([], [])
        new = self.levels_after(trade, LEVELS_MAX)
        bids, asks = (_changes(dict(was), dict(now)) for was, now in zip(old, new, strict=True))
        return Change(trade.number, trade.number, bids, asks, trade.at_ns)


class BookPair(PairMarket):
    """A book of the exchange's, and the trades it makes."""

    def __init__(self, rules: Rules, tape: Sequence[Bar], exchange: Exchange) -> None:
        now_ns = exchange.now_ns()
        over = tape[: bisect_right(tape, int(now_ns), key=_end_of)]
        super().__init__(rules, BarRows.of(Symbol(rules.symbol), over))
        self.finished = self._replayed = len(self.bars)
        self._exchange = exchange
        self._symbol = Symbol(rules.symbol)
        newest = exchange.newest_print(self._symbol)
        self._last = None if newest is None else _trade(newest)

    def on_print(self, print: Print) -> MarketTrade:
        """The book has made a trade."""
        trade = _trade(print)
        if len(self.tail) >= 2 * TRADES_KEPT_MAX:
            del self.tail[:TRADES_KEPT_MAX]
        self.tail.append(trade)
        self._happened(trade)
        return trade

    def on_bar(self, bar: Bar) -> None:
        """A minute is finished and published."""
        self.bars.append(bar)
        self.starts.append(bar.start_ns)
        self.finished += 1

    @property
    def replayed(self) -> int:
        """The bars of the time before the market's start."""
        return self._replayed

    @property
    def forming(self) -> list[MarketTrade]:
        """Trades since the last finished minute."""
        since_ns = self.bars[-1].end_ns if self.bars else 0
        return self.tail[bisect_left(self.tail, since_ns, key=_at) :]

    @property
    def forming_span(self) -> tuple[int, int] | None:
        """The minute of the newest trade, unless that is finished."""
        if not self.tail or (self.bars and self.tail[-1].at_ns < self.bars[-1].end_ns):
            return None
        start_ns = self.tail[-1].at_ns // MINUTE_NS * MINUTE_NS
        return start_ns, start_ns + MINUTE_NS

    def trades_of(self, index: int) -> list[MarketTrade]:
        """The trades of a minute, as far as they are remembered."""
        if index < self._replayed:
            return self.prints_of(index)
        bar = self.bars[index]
        first = bisect_left(self.tail, bar.start_ns, key=_at)
        return self.tail[first : bisect_left(self.tail, bar.end_ns, key=_at)]

    def quote(self) -> Quote | None:
        """The best prices of the book."""
        quote = self._exchange.quote(self._symbol)
        if quote is None:
            return None
        return Quote(
            bid=from_units(quote.bid_units),
            bid_qty=from_units(quote.bid_qty_units),
            ask=from_units(quote.ask_units),
            ask_qty=from_units(quote.ask_qty_units),
            update_id=quote.update_id,
        )

    def levels(self, count: int) -> tuple[int, Levels, Levels]:
        """The levels of the book."""
        depth = self._exchange.depth(self._symbol, count)
        return (0, [], []) if depth is None else (depth.update_id, levels_of(depth.bids), levels_of(depth.asks))

    def cost_to_buy(self, quantity: Decimal) -> Decimal | None:
        """What the asks want for a quantity; None where there are not that many."""
        depth = self._exchange.depth(self._symbol, BOOK_LEVELS_MAX)
        left, cost = to_units(quantity), 0
        for price_units, qty_units in () if depth is None else depth.asks:
            taken = min(left, qty_units)
            cost += price_units * taken
            left -= taken
            if not left:
                return CONTEXT.scaleb(Decimal(cost), -2 * DIGITS_MAX)
        return None

    def bought_for(self, budget: Decimal, side: str) -> Decimal | None:
        """What the asks give, or the bids take, for a budget of quote."""
        _, bids, asks = self.levels(BOOK_LEVELS_MAX)
        left, found = budget, ZERO
        for price, qty in asks if side == "BUY" else bids:
            taken = min(qty, CONTEXT.divide(left, price))
            found += taken
            left -= CONTEXT.multiply(taken, price)
            if taken < qty:
                break
        return found


def change_of(change: DepthChange) -> Change:
    """What an instant changed in a book of the exchange's."""
    return Change(change.first_id, change.last_id, levels_of(change.bids), levels_of(change.asks), change.at_ns)


def levels_of(levels: Sequence[Level]) -> Levels:
    """Levels in the venue's numbers."""
    return [(from_units(price), from_units(qty)) for price, qty in levels]


def _trade(print: Print) -> MarketTrade:
    return MarketTrade(print.number, print.price_units, print.volume_units, print.at_ns, print.buyer_maker)


def _changes(before: dict[Decimal, Decimal], now: dict[Decimal, Decimal]) -> Levels:
    gone = [(price, ZERO) for price in before if price not in now]
    return gone + [(price, qty) for price, qty in now.items() if before.get(price) != qty]


def _end_of(bar: Bar) -> int:
    return bar.end_ns


def _at(trade: MarketTrade) -> int:
    return trade.at_ns
