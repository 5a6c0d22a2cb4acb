"""Statistics of a span of time, and the best prices, in the forms of REST."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from seatrial.core import matching
from seatrial.domain.bars import Bar
from seatrial.emulators.binance.market import PairMarket, Quote
from seatrial.emulators.binance.market_trade import MarketTrade
from seatrial.emulators.binance.numbers import CONTEXT, SCALE, ZERO, from_units, text, to_units
from seatrial.emulators.binance.orders import MS, Json, TimeUnit


@dataclass(slots=True)
class Window:
    """What happened to a pair in a span of time; amounts in units of 1e-8."""

    open_ns: int
    close_ns: int
    before_units: int = 0
    open_units: int = 0
    high_units: int = 0
    low_units: int = 0
    last_units: int = 0
    last_volume_units: int = 0
    volume_units: int = 0
    value_units: int = 0
    first_number: int = -1
    last_number: int = -1

    @property
    def count(self) -> int:
        """How many trades there were."""
        return 0 if self.first_number < 0 else self.last_number - self.first_number + 1

    @property
    def change(self) -> Decimal:
        """Last price less first price."""
        return from_units(self.last_units - self.open_units)

    @property
    def change_percent(self) -> str:
        """The change in per cent of the first price, three digits."""
        if not self.open_units:
            return "0.000"
        ratio = Decimal(100 * (self.last_units - self.open_units)) / self.open_units
        return f"{ratio:.3f}"

    @property
    def average(self) -> Decimal:
        """The volume-weighted price."""
        if not self.volume_units:
            return ZERO
        return CONTEXT.divide(Decimal(self.value_units), Decimal(self.volume_units))

    def take_bar(self, bar: Bar, lot_units: int) -> None:
        """A finished bar of the window."""
        quarter = matching.print_volume(bar.volume_units, lot_units, 0)
        self._take(bar.open_units, bar.high_units, bar.low_units, bar.close_units, bar.volume_units)
        early = bar.open_units, bar.high_units, bar.low_units
        self.value_units += sum(price * quarter // SCALE for price in early)
        self.last_volume_units = bar.volume_units - 3 * quarter
        self.value_units += bar.close_units * self.last_volume_units // SCALE

    def take_trade(self, trade: MarketTrade) -> None:
        """A trade of the bar under way."""
        price = trade.price_units
        self._take(price, price, price, price, trade.volume_units)
        self.value_units += trade.value_units
        self.last_volume_units = trade.volume_units

    def _take(self, open_units: int, high_units: int, low_units: int, close_units: int, volume_units: int) -> None:
        if not self.open_units:
            self.open_units, self.low_units = open_units, low_units
        self.high_units = max(self.high_units, high_units)
        self.low_units = min(self.low_units, low_units)
        self.last_units = close_units
        self.volume_units += volume_units


def window_of(pair: PairMarket, open_ns: int, now_ns: int) -> Window:
    """The window from an instant to now, in whole bars."""
    day = Window(open_ns, now_ns)
    bars = pair.range_of(day.open_ns, now_ns)
    lot_units = to_units(pair.rules.step)
    if bars.start:
        day.before_units = pair.bar_at(bars.start - 1).close_units
    for index in bars:
        day.take_bar(pair.bar_at(index), lot_units)
    forming = pair.forming
    for trade in forming:
        day.take_trade(trade)
    if day.open_units:
        last = pair.last_trade()
        assert last is not None
        day.first_number = _first_number(pair, bars) if bars else forming[0].number
        day.last_number = last.number
    elif pair.last_price_units is not None:
        day.open_units = day.high_units = day.low_units = day.last_units = pair.last_price_units
    return day


def _first_number(pair: PairMarket, bars: range) -> int:
    """The first trade of the first of these bars, or the earliest that is remembered."""
    if bars.start < pair.replayed:
        return matching.PRINTS_PER_BAR * bars.start + 1
    trades = next((trades for index in bars if (trades := pair.trades_of(index))), pair.forming)
    return trades[0].number if trades else -1


def mini(pair: PairMarket, window: Window, unit: TimeUnit = MS) -> Json:
    """`type=MINI` of the tickers."""
    return _mini(pair, window, unit)


def _mini(pair: PairMarket, day: Window, unit: TimeUnit) -> Json:
    return {
        "symbol": pair.rules.symbol,
        "openPrice": text(from_units(day.open_units)),
        "highPrice": text(from_units(day.high_units)),
        "lowPrice": text(from_units(day.low_units)),
        "lastPrice": text(from_units(day.last_units)),
        "volume": text(from_units(day.volume_units)),
        "quoteVolume": text(from_units(day.value_units)),
        "openTime": unit(day.open_ns),
        "closeTime": unit(day.close_ns),
        "firstId": day.first_number,
        "lastId": day.last_number,
        "count": day.count,
    }


def rolling(pair: PairMarket, day: Window, unit: TimeUnit = MS) -> Json:
    """`ticker` and `ticker/tradingDay`: like `ticker/24hr` without the book."""
    row: Json = {
        "symbol": pair.rules.symbol,
        "priceChange": text(day.change),
        "priceChangePercent": day.change_percent,
        "weightedAvgPrice": text(day.average),
    }
    return row | {name: value for name, value in _mini(pair, day, unit).items() if name != "symbol"}


def full(pair: PairMarket, day: Window, unit: TimeUnit = MS) -> Json:
    """`ticker/24hr`."""
    best = book(pair)
    row: Json = {
        "symbol": pair.rules.symbol,
        "priceChange": text(day.change),
        "priceChangePercent": day.change_percent,
        "weightedAvgPrice": text(day.average),
        "prevClosePrice": text(from_units(day.before_units or day.open_units)),
        "lastPrice": text(from_units(day.last_units)),
        "lastQty": text(from_units(day.last_volume_units)),
        "bidPrice": best["bidPrice"],
        "bidQty": best["bidQty"],
        "askPrice": best["askPrice"],
        "askQty": best["askQty"],
    }
    tail = _mini(pair, day, unit)
    return row | {name: value for name, value in tail.items() if name not in row}


def book(pair: PairMarket) -> Json:
    """`ticker/bookTicker`: the best prices."""
    quote = pair.quote()
    if quote is None:
        quote = Quote(ZERO, ZERO, ZERO, ZERO, 0)
    return {
        "symbol": pair.rules.symbol,
        "bidPrice": text(quote.bid),
        "bidQty": text(quote.bid_qty),
        "askPrice": text(quote.ask),
        "askQty": text(quote.ask_qty),
    }
