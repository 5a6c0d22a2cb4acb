"""The market-data streams: trades, quotes, books, bars and halts, in JSON or msgpack (`venues.md` 2.2).

Each instant of the market is one message per client, encoded once for all who want the same of it. msgpack is chosen
by the handshake's `Content-Type`; its times are the timestamp extension type, which the SDKs insist on. This market
has no late trades, limit bands and corrections: their channels can be subscribed to, and stay silent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from seatrial.domain.bars import Bar
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.emulators.alpaca.assets import is_coin
from seatrial.emulators.alpaca.bar_shapes import (
    bar_shape,
    halt_shape,
    levels_shape,
    merged_shape,
    quote_shape,
    trade_shape,
)
from seatrial.emulators.alpaca.keys import Keys
from seatrial.emulators.alpaca.quotes import Quote, quote_from
from seatrial.emulators.alpaca.stream_message import Instant, Row, encode
from seatrial.emulators.alpaca.subscriber import COIN_CHANNELS, SHARE_CHANNELS, Plan, Subscriber, error
from seatrial.emulators.alpaca.timeframes import DAY, start_of
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.faults import FaultScript
from seatrial.emulators.floor.shown import DepthChange
from seatrial.emulators.floor.shown import Quote as ShownQuote
from seatrial.emulators.outbox import Outbox
from seatrial.emulators.timeline import Print

STREAM = "market_data"
CONNECTIONS_MAX = 16
AUTHENTICATE_SECONDS_MAX = 10
LEVELS_MAX = 100
SHARE_PATHS = ("/v2/iex", "/v2/sip", "/v2/delayed_sip")
COIN_PATHS = ("/v1beta3/crypto/us",)


class DataStream:
    """The doors of shares, one tape under every name, and of coins.

    Args:
        exchange: whose market is told.
        keys: who may listen.
        script: the venue's faults.
        plan: how many connections and symbols an account may have, and whether it may hear `sip`.
    """

    def __init__(self, exchange: Exchange, keys: Keys, script: FaultScript, plan: Plan) -> None:
        self._exchange = exchange
        self._keys = keys
        self._script = script
        self._plan = plan
        self._subscribers: set[Subscriber] = set()
        self._rows: list[Row] = []
        exchange.on_trade.append(self._hear_print)
        exchange.on_quote.append(self._hear_quote)
        exchange.on_depth.append(self._hear_depth)
        exchange.on_bar.append(self._hear_bars)
        exchange.on_halt.append(self._hear_halt)
        exchange.on_settled.append(self._tell)

    def routes(self) -> list[WebSocketRoute]:
        """The doors."""
        return [WebSocketRoute(path, self._serve) for path in (*SHARE_PATHS, *COIN_PATHS)]

    def admit(self, newcomer: Subscriber) -> int:
        """0 where one more client of this account may stay, or the code of the error; the incumbents live."""
        if newcomer.path == "/v2/sip" and not self._plan.sip:
            return 409
        incumbents = sum(one.account == newcomer.account and one.path == newcomer.path for one in self._subscribers)
        if incumbents >= self._plan.connections_max:
            return 406
        self._subscribers.add(newcomer)
        return 0

    def books(self, symbols: Sequence[str]) -> list[Row]:
        """The whole books of coins, with which a subscription to their changes begins."""
        wanted = self._exchange.instruments if "*" in symbols else symbols
        found = []
        for symbol in wanted:
            instrument = self._exchange.instruments.get(Symbol(symbol))
            depth = None if instrument is None else self._exchange.depth(Symbol(symbol), LEVELS_MAX)
            if instrument is not None and depth is not None and is_coin(instrument):
                levels = {"b": levels_shape(depth.bids, instrument), "a": levels_shape(depth.asks, instrument)}
                found.append(Row("o", symbol, {**levels, "t": self._exchange.now_ns(), "r": True}))
        return found

    # ----------------------------------------------------------- the market

    def _hear_print(self, trade: Print) -> None:
        if not self._subscribers:
            return
        instrument = self._exchange.instruments[trade.symbol]
        if trade.volume_units:
            self._rows.append(Row("t", trade.symbol, trade_shape(trade, instrument)))
        if not self._exchange.has_books:
            self._rows.append(Row("q", trade.symbol, quote_shape(quote_from(trade, instrument), instrument)))

    def _hear_quote(self, shown: ShownQuote) -> None:
        if self._subscribers and shown.bid_units and shown.ask_units:
            quote = Quote(shown.bid_units, shown.ask_units, shown.bid_qty_units, shown.ask_qty_units, shown.at_ns)
            instrument = self._exchange.instruments[shown.symbol]
            self._rows.append(Row("q", shown.symbol, quote_shape(quote, instrument)))

    def _hear_depth(self, change: DepthChange) -> None:
        instrument = self._exchange.instruments[change.symbol]
        if self._subscribers and is_coin(instrument):
            levels = {"b": levels_shape(change.bids, instrument), "a": levels_shape(change.asks, instrument)}
            self._rows.append(Row("o", change.symbol, {**levels, "t": change.at_ns}))

    def _hear_bars(self, bars: Sequence[Bar], _: int) -> None:
        for bar in bars if self._subscribers else ():
            instrument = self._exchange.instruments[bar.symbol]
            self._rows.append(Row("b", bar.symbol, bar_shape(bar, instrument)))
            if any(one.wants("d", bar.symbol) for one in self._subscribers):
                self._rows.append(self._day(bar, instrument))

    def _day(self, bar: Bar, instrument: Instrument) -> Row:
        """The day of a bar so far, which is told with each of its bars."""
        begins_ns = start_of(self._exchange, instrument, DAY)(bar.start_ns)
        bars = self._exchange.finished_bars(bar.symbol, begins_ns, bar.end_ns)
        return Row("d", bar.symbol, merged_shape(bars or [bar], instrument, begins_ns))

    def _hear_halt(self, symbol: Symbol, halted: bool, at_ns: int) -> None:
        if self._subscribers:
            self._rows.append(Row("s", symbol, halt_shape(at_ns, halted=halted)))

    def _tell(self, _: int) -> None:
        if not self._rows:
            return
        instant, self._rows = Instant(self._rows), []
        for subscriber in self._subscribers:
            subscriber.tell(instant)

    async def _serve(self, websocket: WebSocket) -> None:
        await websocket.accept()
        path = websocket.url.path
        packed = "msgpack" in websocket.headers.get("content-type", "")
        outbox = Outbox(websocket, self._script, STREAM, farewell=encode([error(407, "slow client")], packed=packed))
        coins = path in COIN_PATHS
        channels = COIN_CHANNELS if coins else SHARE_CHANNELS
        listed = {symbol for symbol, one in self._exchange.instruments.items() if is_coin(one) == coins}
        subscriber = Subscriber(self, outbox, self._keys, path, channels, listed, self._plan, packed=packed)
        subscriber.say({"T": "success", "msg": "connected"})
        impatience = asyncio.get_running_loop().call_later(AUTHENTICATE_SECONDS_MAX, subscriber.lose_patience)
        try:
            await outbox.converse(subscriber.hear)
        finally:
            impatience.cancel()
            self._subscribers.discard(subscriber)
