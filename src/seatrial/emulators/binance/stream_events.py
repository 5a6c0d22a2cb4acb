"""The events of the market streams. Field names and their order follow the vendor's documentation."""

from __future__ import annotations

from seatrial.domain.time import MINUTE_NS
from seatrial.emulators.binance import tickers
from seatrial.emulators.binance.market import Change, Levels, PairMarket
from seatrial.emulators.binance.market_trade import MarketTrade
from seatrial.emulators.binance.numbers import from_units, text
from seatrial.emulators.binance.orders import MS, Json, TimeUnit
from seatrial.emulators.binance.rules import AVERAGE_MINUTES
from seatrial.emulators.binance.tickers import Window, window_of

_MINI = {"c": "lastPrice", "o": "openPrice", "h": "highPrice", "l": "lowPrice", "v": "volume", "q": "quoteVolume"}
_ROLLING = {
    "p": "priceChange",
    "P": "priceChangePercent",
    "o": "openPrice",
    "h": "highPrice",
    "l": "lowPrice",
    "c": "lastPrice",
    "w": "weightedAvgPrice",
    "v": "volume",
    "q": "quoteVolume",
    "O": "openTime",
    "C": "closeTime",
    "F": "firstId",
    "L": "lastId",
    "n": "count",
}
_FULL = {
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


def trade_event(pair: PairMarket, trade: MarketTrade, unit: TimeUnit = MS) -> Json:
    """The `trade` event. Buyer and seller order ids are gone from it since 2024."""
    return {
        "e": "trade",
        "E": unit(trade.at_ns),
        "s": pair.rules.symbol,
        "t": trade.number,
        "p": text(from_units(trade.price_units)),
        "q": text(from_units(trade.volume_units)),
        "T": unit(trade.at_ns),
        "m": trade.buyer_maker,
        "M": True,
    }


def aggregate_event(pair: PairMarket, trade: MarketTrade, unit: TimeUnit = MS) -> Json:
    """The `aggTrade` event: each trade is an aggregate of its own."""
    return {
        "e": "aggTrade",
        "E": unit(trade.at_ns),
        "s": pair.rules.symbol,
        **aggregate_row(trade, unit),
    }


def aggregate_row(trade: MarketTrade, unit: TimeUnit) -> Json:
    """A trade as an aggregate of its own: what the event says of it, and `GET /aggTrades`."""
    return {
        "a": trade.number,
        "p": text(from_units(trade.price_units)),
        "q": text(from_units(trade.volume_units)),
        "f": trade.number,
        "l": trade.number,
        "T": unit(trade.at_ns),
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
        "B": text(quote.bid_qty),
        "a": text(quote.ask),
        "A": text(quote.ask_qty),
    }


def average_event(pair: PairMarket, at_ns: int, unit: TimeUnit = MS) -> Json:
    """The `avgPrice` event."""
    price, last = pair.average_price(at_ns, AVERAGE_MINUTES * MINUTE_NS), pair.last_trade()
    assert price is not None and last is not None
    return {
        "e": "avgPrice",
        "E": unit(at_ns),
        "s": pair.rules.symbol,
        "i": f"{AVERAGE_MINUTES}m",
        "w": text(price),
        "T": unit(last.at_ns),
    }


def depth_event(pair: PairMarket, change: Change, unit: TimeUnit = MS) -> Json:
    """The `depthUpdate` event; `U` follows the `u` of the event before it."""
    return {
        "e": "depthUpdate",
        "E": unit(change.at_ns),
        "s": pair.rules.symbol,
        "U": change.first_id,
        "u": change.last_id,
        "b": level_rows(change.bids),
        "a": level_rows(change.asks),
    }


def partial_event(pair: PairMarket, count: int) -> Json:
    """The best levels, whole; this stream has neither event type nor time."""
    update_id, bids, asks = pair.levels(count)
    return {"lastUpdateId": update_id, "bids": level_rows(bids[:count]), "asks": level_rows(asks[:count])}


def mini_event(pair: PairMarket, window: Window, at_ns: int, unit: TimeUnit = MS) -> Json:
    """The `24hrMiniTicker` event."""
    return _renamed("24hrMiniTicker", _MINI, tickers.mini(pair, window, unit), at_ns, unit)


def full_event(pair: PairMarket, window: Window, at_ns: int, unit: TimeUnit = MS) -> Json:
    """The `24hrTicker` event."""
    return _renamed("24hrTicker", _FULL, tickers.full(pair, window, unit), at_ns, unit)


def rolling_event(pair: PairMarket, name: str, span_ns: int, at_ns: int, unit: TimeUnit = MS) -> Json:
    """The `1hTicker` event and its like; `name` is the window's."""
    window = window_of(pair, at_ns - span_ns, at_ns)
    return _renamed(f"{name}Ticker", _ROLLING, tickers.rolling(pair, window, unit), at_ns, unit)


def level_rows(levels: Levels) -> list[list[str]]:
    """Levels as the venue writes them."""
    return [[text(price), text(qty)] for price, qty in levels]


def _renamed(kind: str, names: dict[str, str], row: Json, at_ns: int, unit: TimeUnit) -> Json:
    head: Json = {"e": kind, "E": unit(at_ns), "s": row["symbol"]}
    return head | {short: row[name] for short, name in names.items()}
