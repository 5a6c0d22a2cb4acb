"""From what the market does to stream events, computed once per stream and only where somebody listens."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Protocol

import msgspec

from seatrial.domain.bars import Bar
from seatrial.domain.time import MINUTE_NS
from seatrial.emulators.binance import candles, tickers
from seatrial.emulators.binance.market import MarketTrade, PairMarket
from seatrial.emulators.binance.markets import Markets
from seatrial.emulators.binance.numbers import ZERO, from_units, text
from seatrial.emulators.binance.orders import MS, Json
from seatrial.emulators.binance.rules import AVERAGE_MINUTES

DIFF_LEVELS = 20
PARTIAL_LEVELS = (5, 10, 20)
SPEEDS = ("", "@100ms", "@1000ms")

Side = dict[Decimal, Decimal]


class Listening(Protocol):
    """Somebody who subscribes."""

    names: dict[str, None]

    def tell(self, name: str, event: bytes) -> None:
        """An event of a stream, as JSON."""
        ...


class Feed:
    """Subscriptions by stream name. Events go out when an instant is settled, trades before candles."""

    def __init__(self, markets: Markets) -> None:
        self._listeners: dict[str, dict[Listening, None]] = {}
        markets.on_trade.append(self._hear_trade)
        markets.on_candle.append(self._hear_candle)

    def subscribe(self, listener: Listening, name: str) -> None:
        """Twice is once."""
        listener.names[name] = None
        self._listeners.setdefault(name, {})[listener] = None

    def unsubscribe(self, listener: Listening, name: str) -> None:
        """What was not subscribed is no error."""
        listener.names.pop(name, None)
        listeners = self._listeners.get(name, {})
        listeners.pop(listener, None)
        if not listeners:
            self._listeners.pop(name, None)

    def forget(self, listener: Listening) -> None:
        """The connection is gone."""
        for name in list(listener.names):
            self.unsubscribe(listener, name)

    # ------------------------------------------------------------------ events

    def _hear_trade(self, pair: PairMarket, trade: MarketTrade) -> None:
        if not self._listeners:
            return
        symbol = pair.rules.symbol.lower()
        if trade.volume_units:  # a bar of less than four lots has prints that nothing traded at
            self._tell(f"{symbol}@trade", trade_event(pair, trade))
            self._tell(f"{symbol}@aggTrade", aggregate_event(pair, trade))
        if f"{symbol}@bookTicker" in self._listeners:
            self._tell(f"{symbol}@bookTicker", book_event(pair))
        self._tell_depth(pair, trade)
        for interval in self._intervals(symbol):
            bar = pair.forming_bar
            assert bar is not None
            minute = candles.of_trades(bar.start_ns, bar.end_ns, pair.forming)
            candle = minute if interval == "1m" else candles.under_way(pair, interval, minute)
            event = candles.event(pair.rules.symbol, interval, candle, closed=False, at_ns=trade.at_ns)
            self._tell(f"{symbol}@kline_{interval}", event)
        if f"{symbol}@miniTicker" in self._listeners:
            self._tell(f"{symbol}@miniTicker", tickers.mini_event(pair, trade.at_ns))
        if f"{symbol}@ticker" in self._listeners:
            self._tell(f"{symbol}@ticker", tickers.full_event(pair, trade.at_ns))
        if f"{symbol}@avgPrice" in self._listeners:
            self._tell(f"{symbol}@avgPrice", average_event(pair, trade))

    def _hear_candle(self, pair: PairMarket, bar: Bar, at_ns: int) -> None:
        """A minute is published: the one event in which its candle, and each it completes, is closed."""
        symbol = pair.rules.symbol.lower()
        for interval in self._intervals(symbol) if self._listeners else ():
            start_ns, end_ns = candles.span_of(bar.start_ns, interval)
            if end_ns == bar.end_ns:
                candle = candles.candles(pair, interval, start_ns, bar.start_ns)[-1]
                event = candles.event(pair.rules.symbol, interval, candle, closed=True, at_ns=at_ns)
                self._tell(f"{symbol}@kline_{interval}", event)

    def _tell_depth(self, pair: PairMarket, trade: MarketTrade) -> None:
        symbol = pair.rules.symbol.lower()
        for speed in SPEEDS:
            if f"{symbol}@depth{speed}" in self._listeners:
                self._tell(f"{symbol}@depth{speed}", depth_event(pair, trade))
            for count in PARTIAL_LEVELS:
                if f"{symbol}@depth{count}{speed}" in self._listeners:
                    bids, asks = (_rows(dict(side)) for side in pair.levels_after(trade, count))
                    partial: Json = {"lastUpdateId": trade.number, "bids": bids, "asks": asks}
                    self._tell(f"{symbol}@depth{count}{speed}", partial)

    def _intervals(self, symbol: str) -> Iterator[str]:
        return (interval for interval in candles.INTERVALS if f"{symbol}@kline_{interval}" in self._listeners)

    def _tell(self, name: str, event: Json) -> None:
        listeners = self._listeners.get(name)
        if listeners:
            body = msgspec.json.encode(event)
            for listener in list(listeners):
                listener.tell(name, body)


def trade_event(pair: PairMarket, trade: MarketTrade) -> Json:
    """The `trade` event. Buyer and seller order ids are gone from it since 2024."""
    return {
        "e": "trade",
        "E": MS(trade.at_ns),
        "s": pair.rules.symbol,
        "t": trade.number,
        "p": text(from_units(trade.price_units)),
        "q": text(from_units(trade.volume_units)),
        "T": MS(trade.at_ns),
        "m": trade.buyer_maker,
        "M": True,
    }


def aggregate_event(pair: PairMarket, trade: MarketTrade) -> Json:
    """The `aggTrade` event: one print is one aggregate."""
    return {
        "e": "aggTrade",
        "E": MS(trade.at_ns),
        "s": pair.rules.symbol,
        "a": trade.number,
        "p": text(from_units(trade.price_units)),
        "q": text(from_units(trade.volume_units)),
        "f": trade.number,
        "l": trade.number,
        "T": MS(trade.at_ns),
        "m": trade.buyer_maker,
        "M": True,
    }


def book_event(pair: PairMarket) -> Json:
    """The best prices; this stream has neither event type nor time."""
    quote = pair.quote()
    assert quote is not None
    return {
        "u": quote.update_id,
        "s": pair.rules.symbol,
        "b": text(quote.bid),
        "B": text(quote.qty),
        "a": text(quote.ask),
        "A": text(quote.qty),
    }


def average_event(pair: PairMarket, trade: MarketTrade) -> Json:
    """The `avgPrice` event."""
    price = pair.average_price(trade.at_ns, AVERAGE_MINUTES * MINUTE_NS)
    assert price is not None
    return {
        "e": "avgPrice",
        "E": MS(trade.at_ns),
        "s": pair.rules.symbol,
        "i": f"{AVERAGE_MINUTES}m",
        "w": text(price),
        "T": MS(trade.at_ns),
    }


def depth_event(pair: PairMarket, trade: MarketTrade) -> Json:
    """The `depthUpdate` event: each print is one update, so `U` and `u` follow each other without gaps."""
    before = pair.from_number(trade.number - 1, 1) if trade.number > 1 else []
    old = pair.levels_after(before[0], DIFF_LEVELS) if before else ([], [])
    new = pair.levels_after(trade, DIFF_LEVELS)
    bids, asks = (_changes(dict(was), dict(now)) for was, now in zip(old, new, strict=True))
    event: Json = {"e": "depthUpdate", "E": MS(trade.at_ns), "s": pair.rules.symbol}
    return event | {"U": trade.number, "u": trade.number, "b": bids, "a": asks}


def _changes(before: Side, now: Side) -> list[list[str]]:
    gone = {price: ZERO for price in before if price not in now}
    moved = {price: qty for price, qty in now.items() if before.get(price) != qty}
    return _rows(gone | moved)


def _rows(levels: Side) -> list[list[str]]:
    return [[text(price), text(qty)] for price, qty in levels.items()]
