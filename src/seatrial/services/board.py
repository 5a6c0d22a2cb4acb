"""The last known prices and bars, each with its source, its `as_of` and an honest `stale`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from seatrial.domain.bars import Bar
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MINUTE_NS
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.topics import Tick

BARS_KEPT_MAX = 2_000  # per symbol
STALE_AFTER_NS = 5 * MINUTE_NS // 2  # market time: two bars missed, and the delay of a third


@dataclass(frozen=True, slots=True)
class Price:
    """The last price of a symbol; `derived` as in `Tick`."""

    symbol: Symbol
    price_units: int
    as_of_ns: int
    source: str
    derived: str | None
    stale: bool


class PriceBoard:
    """Written by the feeds, read by the doors."""

    def __init__(self, market: MarketTime, *, stale_after_ns: int = STALE_AFTER_NS) -> None:
        self._market = market
        self._stale_after_ns = stale_after_ns
        self._instruments: dict[Symbol, Instrument] = {}
        self._accounts: dict[Symbol, AccountId] = {}
        self._ticks: dict[Symbol, Tick] = {}
        self._bars: dict[Symbol, deque[Bar]] = {}

    def list_symbols(self, account: AccountId, instruments: Iterable[Instrument]) -> None:
        """From now on, these symbols are known. Their age is told by the market clock of `account`."""
        for instrument in instruments:
            self._instruments[instrument.symbol] = instrument
            self._accounts[instrument.symbol] = account
            self._bars[instrument.symbol] = deque(maxlen=BARS_KEPT_MAX)

    @property
    def instruments(self) -> Mapping[Symbol, Instrument]:
        """Every known symbol."""
        return self._instruments

    def account(self, symbol: Symbol) -> AccountId:
        """Whose market a known symbol is of."""
        return self._accounts[symbol]

    def post_tick(self, tick: Tick) -> bool:
        """Remember a price; False when a newer one is known."""
        known = self._ticks.get(tick.symbol)
        if known is not None and known.at_ns > tick.at_ns:
            return False
        self._ticks[tick.symbol] = tick
        return True

    def post_bar(self, bar: Bar) -> None:
        """Remember a bar; bars that come in late keep their place in time."""
        bars = self._bars[bar.symbol]
        later: list[Bar] = []
        while bars and bars[-1].end_ns > bar.end_ns:
            later.append(bars.pop())
        bars.append(bar)
        bars.extend(reversed(later))

    def price(self, symbol: Symbol) -> Price | None:
        """The last price, however old; None before the first."""
        tick = self._ticks.get(symbol)
        if tick is None:
            return None
        return Price(symbol, tick.price_units, tick.at_ns, tick.source, tick.derived, self._stale(symbol, tick.at_ns))

    def bars(self, symbol: Symbol, limit: int) -> Sequence[Bar]:
        """The newest bars, oldest first."""
        return list(self._bars[symbol])[-limit:]

    def stale_symbols(self, account: AccountId) -> list[Symbol]:
        """Symbols of an account whose price is missing or too old by its market's clock."""
        own = [symbol for symbol, owner in self._accounts.items() if owner == account]
        prices = {symbol: self.price(symbol) for symbol in own}
        return [symbol for symbol, price in prices.items() if price is None or price.stale]

    def _stale(self, symbol: Symbol, as_of_ns: int) -> bool:
        return self._market.now_ns(self._accounts[symbol]) - as_of_ns > self._stale_after_ns
