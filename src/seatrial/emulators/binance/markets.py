"""All pairs of the venue as the public sees them, kept up to date by the exchange."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from seatrial.domain.bars import Bar
from seatrial.domain.ids import Symbol
from seatrial.emulators.binance.commission import BNB
from seatrial.emulators.binance.habits import as_listed
from seatrial.emulators.binance.market import PairMarket
from seatrial.emulators.binance.market_trade import MarketTrade
from seatrial.emulators.binance.pairs import BookPair, ReplayedPair
from seatrial.emulators.binance.recorded_pair import RecordedPair
from seatrial.emulators.binance.rules import Rules, rules_of
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.floor.shown import DepthChange, Quote
from seatrial.emulators.timeline import Print

OnTrade = Callable[[PairMarket, MarketTrade], None]
OnChange = Callable[[PairMarket, DepthChange], None]
OnCandle = Callable[[PairMarket, Bar, int], None]
OnQuote = Callable[[PairMarket], None]
OnInstant = Callable[[int], None]


class Markets:
    """Listens to the exchange. `tell` passes on what one instant brought, once it is settled."""

    def __init__(self, exchange: Exchange, *, adjust: Callable[[Rules], Rules] = as_listed) -> None:
        """`adjust` may give a pair other rules than its instrument's, such as a largest position."""
        self.exchange = exchange
        self.rules = {str(one.symbol): adjust(rules_of(one)) for one in exchange.instruments.values()}
        self.pairs: dict[str, ReplayedPair | BookPair] = {
            str(symbol): self._pair(symbol) for symbol in exchange.instruments
        }
        self.on_trade: list[OnTrade] = []
        self.on_change: list[OnChange] = []
        self.on_quote: list[OnQuote] = []
        self.on_candle: list[OnCandle] = []
        self.on_instant: list[OnInstant] = []
        self._waiting: list[Callable[[], None]] = []
        self._quoted: dict[Symbol, int] = {}  # the newest update that changed the best prices
        exchange.on_trade.append(self._hear_print)
        exchange.on_depth.append(self._hear_depth)
        exchange.on_quote.append(self._hear_quote)
        exchange.on_bar.append(self._hear_bars)

    def _pair(self, symbol: Symbol) -> ReplayedPair | BookPair:
        rules, tape = self.rules[str(symbol)], self.exchange.tape.bars(symbol)
        if self.exchange.has_books:
            return BookPair(rules, tape, self.exchange)
        if self.exchange.reel is not None:
            return RecordedPair(rules, tape, self.exchange.now_ns(), self.exchange.reel.rows[symbol])
        return ReplayedPair(rules, tape, self.exchange.now_ns())

    def of(self, symbols: Iterable[str]) -> list[PairMarket]:
        """The pairs of these symbols, all of them listed."""
        return [self.pairs[symbol] for symbol in symbols]

    def bnb_price(self, symbol: str) -> Decimal | None:
        """What BNB costs in the quote asset of a pair; None where the venue does not trade it for that."""
        pair = self.pairs.get(f"{BNB}{self.rules[symbol].quote}")
        return None if pair is None else pair.last_price

    def tell(self, at_ns: int) -> None:
        """Tell the streams what the instant brought, in the order in which it happened, and then that it is over."""
        waiting, self._waiting = self._waiting, []
        for tell in waiting:
            tell()
        for heard in self.on_instant:
            heard(at_ns)

    def _hear_print(self, print: Print) -> None:
        pair = self.pairs[str(print.symbol)]
        trade = pair.on_print(print)
        self._waiting.append(lambda: self._tell_trade(pair, trade))

    def _tell_trade(self, pair: PairMarket, trade: MarketTrade) -> None:
        for heard in self.on_trade:
            heard(pair, trade)

    def _hear_depth(self, change: DepthChange) -> None:
        pair = self.pairs[str(change.symbol)]
        self._waiting.append(lambda: self._tell_change(pair, change))

    def _tell_change(self, pair: PairMarket, change: DepthChange) -> None:
        for heard in self.on_change:
            heard(pair, change)

    def _hear_quote(self, quote: Quote) -> None:
        pair = self.pairs[str(quote.symbol)]
        self._quoted[quote.symbol] = quote.update_id
        self._waiting.append(lambda: self._tell_quote(pair, quote))

    def _tell_quote(self, pair: PairMarket, quote: Quote) -> None:
        """The newest of those that are told together: it is the book's."""
        if self._quoted[quote.symbol] == quote.update_id:
            for heard in self.on_quote:
                heard(pair)

    def _hear_bars(self, bars: Sequence[Bar], at_ns: int) -> None:
        for bar in bars:
            self.pairs[str(bar.symbol)].on_bar(bar)
        self._waiting.append(lambda: self._tell_bars(bars, at_ns))

    def _tell_bars(self, bars: Sequence[Bar], at_ns: int) -> None:
        for bar in bars:
            for heard in self.on_candle:
                heard(self.pairs[str(bar.symbol)], bar, at_ns)
