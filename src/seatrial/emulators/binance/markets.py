"""All pairs of the venue as the public sees them, kept up to date by the exchange."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from seatrial.domain.bars import Bar
from seatrial.emulators.binance.commission import BNB
from seatrial.emulators.binance.market import MarketTrade, PairMarket
from seatrial.emulators.binance.rules import Rules, rules_of
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.timeline import Print

OnTrade = Callable[[PairMarket, MarketTrade], None]
Adjust = Callable[[Rules], Rules]
OnCandle = Callable[[PairMarket, Bar, int], None]


def _as_listed(rules: Rules) -> Rules:
    return rules


class Markets:
    """Listens to the exchange. `tell` passes on what one instant brought, once it is settled."""

    def __init__(self, exchange: Exchange, *, adjust: Adjust = _as_listed) -> None:
        """`adjust` may give a pair other rules than its instrument's, such as a largest position."""
        self.exchange = exchange
        self.rules = {str(one.symbol): adjust(rules_of(one)) for one in exchange.instruments.values()}
        now_ns = exchange.now_ns()
        self.pairs = {
            str(symbol): PairMarket(self.rules[str(symbol)], exchange.tape.bars(symbol), now_ns)
            for symbol in exchange.instruments
        }
        self.on_trade: list[OnTrade] = []
        self.on_candle: list[OnCandle] = []
        self._trades: list[tuple[PairMarket, MarketTrade]] = []
        self._bars: list[Bar] = []
        exchange.on_print.append(self._hear_print)
        exchange.on_bar.append(self._hear_bars)

    def of(self, symbols: Iterable[str]) -> list[PairMarket]:
        """The pairs of these symbols, all of them listed."""
        return [self.pairs[symbol] for symbol in symbols]

    def bnb_price(self, symbol: str) -> Decimal | None:
        """What BNB costs in the quote asset of a pair; None where the venue does not trade it for that."""
        pair = self.pairs.get(f"{BNB}{self.rules[symbol].quote}")
        return None if pair is None else pair.last_price

    def tell(self, at_ns: int) -> None:
        """Tell the streams what the instant brought: trades first, then candles that are complete."""
        trades, self._trades = self._trades, []
        bars, self._bars = self._bars, []
        for pair, trade in trades:
            for heard in self.on_trade:
                heard(pair, trade)
        for bar in bars:
            for finished in self.on_candle:
                finished(self.pairs[str(bar.symbol)], bar, at_ns)

    def _hear_print(self, print: Print) -> None:
        pair = self.pairs[str(print.symbol)]
        self._trades.append((pair, pair.on_print(print)))

    def _hear_bars(self, bars: Sequence[Bar], _: int) -> None:
        for bar in bars:
            self.pairs[str(bar.symbol)].on_bar(bar)
        self._bars += bars
