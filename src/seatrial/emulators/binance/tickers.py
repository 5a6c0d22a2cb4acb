"""Statistics of the last 24 hours, and the best prices, in the forms of REST and of the streams."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from seatrial.core import matching
from seatrial.domain.bars import Bar
from seatrial.domain.time import DAY_NS
from seatrial.emulators.binance.market import MarketTrade, PairMarket
from seatrial.emulators.binance.numbers import CONTEXT, SCALE, ZERO, from_units, text, to_units
from seatrial.emulators.binance.orders import MS, Json, TimeUnit


@dataclass(slots=True)
class Day:
    """The last 24 hours of a pair; amounts in units of 1e-8."""

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


def day_of(pair: PairMarket, now_ns: int) -> Day:
    """The window of 24 hours that ends now, in whole bars."""
    day = Day(now_ns - DAY_NS, now_ns)
    bars = pair.range_of(day.open_ns, now_ns)
    lot_units = to_units(pair.rules.step)
    if bars.start:
        day.before_units = pair.bar_at(bars.start - 1).close_units
    for index in bars:
        day.take_bar(pair.bar_at(index), lot_units)
    for trade in pair.forming:
        day.take_trade(trade)
    if day.open_units:
        last = pair.last_trade()
        assert last is not None
        day.first_number = matching.PRINTS_PER_BAR * bars.start + 1 if bars else pair.forming[0].number
        day.last_number = last.number
    elif pair.last_price_units is not None:
        day.open_units = day.high_units = day.low_units = day.last_units = pair.last_price_units
    return day


def mini(pair: PairMarket, now_ns: int, unit: TimeUnit = MS) -> Json:
    """`ticker/24hr?type=MINI`."""
    return _mini(pair, day_of(pair, now_ns), unit)


def _mini(pair: PairMarket, day: Day, unit: TimeUnit) -> Json:
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


def full(pair: PairMarket, now_ns: int, unit: TimeUnit = MS) -> Json:
    """`ticker/24hr`."""
    day = day_of(pair, now_ns)
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
    """`ticker/bookTicker`: the derived best prices."""
    quote = pair.quote()
    bid, ask, qty = (ZERO, ZERO, ZERO) if quote is None else (quote.bid, quote.ask, quote.qty)
    return {
        "symbol": pair.rules.symbol,
        "bidPrice": text(bid),
        "bidQty": text(qty),
        "askPrice": text(ask),
        "askQty": text(qty),
    }


def mini_event(pair: PairMarket, at_ns: int) -> Json:
    """The `24hrMiniTicker` event."""
    day = day_of(pair, at_ns)
    return {
        "e": "24hrMiniTicker",
        "E": MS(at_ns),
        "s": pair.rules.symbol,
        "c": text(from_units(day.last_units)),
        "o": text(from_units(day.open_units)),
        "h": text(from_units(day.high_units)),
        "l": text(from_units(day.low_units)),
        "v": text(from_units(day.volume_units)),
        "q": text(from_units(day.value_units)),
    }


def full_event(pair: PairMarket, at_ns: int) -> Json:
    """The `24hrTicker` event."""
    row = full(pair, at_ns)
    names = {
        "p": "priceChange",
        "P": "priceChangePercent",
        "w": "weightedAvgPrice",
        "x": "prevClosePrice",
        "c": "lastPrice",
        "Q": "lastQty",
        "b": "bidPrice",
        "B": "bidQty",
        "a": "askPrice",
        "A": "askQty",
        "o": "openPrice",
        "h": "highPrice",
        "l": "lowPrice",
        "v": "volume",
        "q": "quoteVolume",
        "O": "openTime",
        "C": "closeTime",
        "F": "firstId",
        "L": "lastId",
        "n": "count",
    }
    return {"e": "24hrTicker", "E": MS(at_ns), "s": pair.rules.symbol} | {key: row[name] for key, name in names.items()}
