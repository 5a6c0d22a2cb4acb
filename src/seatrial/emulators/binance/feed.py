"""From what the market does to stream events, computed once per stream and only where somebody listens.

Trades and best prices are told as they happen. Everything else has a pace: what happens in between is told together,
with the next instant of the market at which it is due. A candle that closes is told at once, and exactly once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from seatrial.domain.bars import Bar
from seatrial.domain.time import DAY_NS, SECOND_NS
from seatrial.emulators.binance import candles, stream_events
from seatrial.emulators.binance.candle_shapes import kline_event
from seatrial.emulators.binance.encoded import Encoded, Listening
from seatrial.emulators.binance.market import Change, PairMarket
from seatrial.emulators.binance.market_trade import MarketTrade
from seatrial.emulators.binance.markets import Markets
from seatrial.emulators.binance.orders import MS, Json, TimeUnit
from seatrial.emulators.binance.pairs import ReplayedPair, change_of
from seatrial.emulators.binance.stream_names import ALL, WINDOWS, Kind, StreamName, parse
from seatrial.emulators.binance.tickers import window_of
from seatrial.emulators.floor.shown import DepthChange

SECONDS_TOLD_MAX = 120  # closed candles of a second that one instant tells

Make = Callable[[TimeUnit], object]


@dataclass(slots=True)
class Stream:
    """A stream with listeners. `changed` holds the pairs it has something to tell of; `change` is a depth's."""

    asked: StreamName
    listeners: dict[Listening, None] = field(default_factory=dict)
    told_ns: int = 0
    changed: dict[str, PairMarket] = field(default_factory=dict)
    change: Change | None = None

    def tell(self, make: Make) -> None:
        """Tell an event to all listeners, put into JSON once per time unit."""
        made: dict[int, Encoded] = {}
        for listener in list(self.listeners):
            unit = listener.unit
            if unit.ns not in made:
                made[unit.ns] = Encoded(self.asked.name, make(unit))
            listener.tell(made[unit.ns])


class Feed:
    """Subscriptions by stream name. Events go out when an instant is settled."""

    def __init__(self, markets: Markets) -> None:
        self._markets = markets
        self._streams: dict[str, Stream] = {}
        self._by_symbol: dict[str, dict[str, Stream]] = {}
        markets.on_trade.append(self._hear_trade)
        markets.on_change.append(self._hear_depth)
        markets.on_quote.append(self._hear_quote)
        markets.on_candle.append(self._hear_candle)
        markets.on_instant.append(self._hear_instant)

    # ----------------------------------------------------------- subscriptions

    def subscribe(self, listener: Listening, name: str) -> None:
        """Twice is once. A stream that the venue does not have stays silent, as there."""
        listener.names[name] = None
        asked = parse(name)
        if asked is None:
            return
        stream = self._streams.get(name)
        if stream is None:
            stream = self._streams[name] = Stream(asked, told_ns=-asked.pace_ns)
            self._by_symbol.setdefault(asked.symbol, {})[name] = stream
        stream.listeners[listener] = None

    def unsubscribe(self, listener: Listening, name: str) -> None:
        """What was not subscribed is no error."""
        listener.names.pop(name, None)
        stream = self._streams.get(name)
        if stream is None:
            return
        stream.listeners.pop(listener, None)
        if not stream.listeners:
            del self._streams[name]
            del self._by_symbol[stream.asked.symbol][name]

    def forget(self, listener: Listening) -> None:
        """The connection is gone."""
        for name in list(listener.names):
            self.unsubscribe(listener, name)

    def _of(self, pair: PairMarket, *kinds: Kind) -> Iterator[Stream]:
        for stream in list(self._by_symbol.get(pair.rules.symbol, {}).values()):
            if not kinds or stream.asked.kind in kinds:
                yield stream

    # ----------------------------------------------------------------- hearing

    def _hear_trade(self, pair: PairMarket, trade: MarketTrade) -> None:
        if not self._streams:
            return
        for stream in self._of(pair):
            kind = stream.asked.kind
            if kind == "trade" and trade.volume_units:  # a bar of less than four lots has prints that nothing traded at
                stream.tell(lambda unit: stream_events.trade_event(pair, trade, unit))
            elif kind == "aggTrade" and trade.volume_units:
                stream.tell(lambda unit: stream_events.aggregate_event(pair, trade, unit))
            elif stream.asked.pace_ns:
                stream.changed[pair.rules.symbol] = pair
        for stream in self._by_symbol.get(ALL, {}).values():
            stream.changed[pair.rules.symbol] = pair
        if isinstance(pair, ReplayedPair):
            self._hear_quote(pair)
            self._hear_change(pair, pair.change_by(trade) if any(self._of(pair, "depth")) else None)

    def _hear_quote(self, pair: PairMarket) -> None:
        for stream in self._of(pair, "bookTicker"):
            stream.tell(lambda unit: stream_events.book_event(pair))

    def _hear_depth(self, pair: PairMarket, change: DepthChange) -> None:
        """Put into the venue's numbers only where somebody listens."""
        if any(self._of(pair, "depth", "levels")):
            self._hear_change(pair, change_of(change))

    def _hear_change(self, pair: PairMarket, change: Change | None) -> None:
        for stream in self._of(pair, "depth", "levels"):
            stream.changed[pair.rules.symbol] = pair
            if change is not None:
                stream.change = change if stream.change is None else stream.change.then(change)

    def _hear_candle(self, pair: PairMarket, bar: Bar, at_ns: int) -> None:
        """A minute is published: the one event in which its candle, and each it completes, is closed."""
        for stream in self._of(pair, "kline"):
            interval = stream.asked.detail
            _, end_ns = candles.span_of(bar.start_ns, interval)
            if end_ns == bar.end_ns and interval != "1s":
                self._tell_candle(stream, pair, bar.start_ns, at_ns, closed=True)
                if pair.forming_span is None:
                    stream.changed.pop(pair.rules.symbol, None)

    def _hear_instant(self, at_ns: int) -> None:
        for stream in list(self._streams.values()):
            if stream.asked.detail == "1s":
                self._tell_seconds(stream, at_ns)
            elif stream.changed and at_ns - stream.told_ns >= stream.asked.pace_ns:
                stream.told_ns = at_ns
                changed, stream.changed = stream.changed, {}
                self._tell_changed(stream, changed, at_ns)

    # ----------------------------------------------------------------- telling

    def _tell_changed(self, stream: Stream, changed: dict[str, PairMarket], at_ns: int) -> None:
        asked = stream.asked
        if asked.symbol == ALL:
            rows = [self._made(stream, pair, at_ns) for pair in changed.values()]
            stream.tell(lambda unit: [row(unit) for row in rows])
            return
        (pair,) = changed.values()
        if asked.kind == "kline":
            span = pair.forming_span
            if span is not None:
                self._tell_candle(stream, pair, span[0], at_ns, closed=False)
            return
        stream.tell(self._made(stream, pair, at_ns))

    def _made(self, stream: Stream, pair: PairMarket, at_ns: int) -> Callable[[TimeUnit], Json]:
        detail = stream.asked.detail
        match stream.asked.kind:
            case "depth":
                change, stream.change = stream.change, None
                assert change is not None
                return lambda unit: stream_events.depth_event(pair, change, unit)
            case "levels":
                return lambda unit: stream_events.partial_event(pair, int(detail))
            case "avgPrice":
                return lambda unit: stream_events.average_event(pair, at_ns, unit)
            case "rolling":
                return lambda unit: stream_events.rolling_event(pair, detail, WINDOWS[detail], at_ns, unit)
            case "miniTicker":
                window = window_of(pair, at_ns - DAY_NS, at_ns)
                return lambda unit: stream_events.mini_event(pair, window, at_ns, unit)
            case _:
                window = window_of(pair, at_ns - DAY_NS, at_ns)
                return lambda unit: stream_events.full_event(pair, window, at_ns, unit)

    def _tell_candle(self, stream: Stream, pair: PairMarket, within_ns: int, at_ns: int, *, closed: bool) -> None:
        interval = stream.asked.detail
        candle = candles.at(pair, interval, within_ns, at_ns)
        if candle is not None:
            symbol = pair.rules.symbol
            stream.tell(lambda unit: kline_event(symbol, interval, candle, closed=closed, at_ns=at_ns, unit=unit))

    def _tell_seconds(self, stream: Stream, at_ns: int) -> None:
        """Candles of a second that are over, each once."""
        pair = self._markets.pairs.get(stream.asked.symbol)
        over_ns = at_ns // SECOND_NS * SECOND_NS
        if stream.told_ns < 0 or pair is None:
            stream.told_ns = over_ns
            return
        first_ns = max(stream.told_ns, over_ns - SECONDS_TOLD_MAX * SECOND_NS)
        stream.told_ns = over_ns
        if first_ns == over_ns:
            return
        for candle in candles.candles(pair, "1s", first_ns, over_ns - 1, over_ns):
            self._tell_closed(stream, pair, candle, at_ns)

    def _tell_closed(self, stream: Stream, pair: PairMarket, candle: candles.Candle, at_ns: int) -> None:
        symbol, interval = pair.rules.symbol, stream.asked.detail
        stream.tell(lambda unit: kline_event(symbol, interval, candle, closed=True, at_ns=at_ns, unit=unit))


def micro_or_milli(text: str) -> TimeUnit:
    """`timeUnit` of a connection."""
    return TimeUnit(micro=True) if text.upper() == "MICROSECOND" else MS
