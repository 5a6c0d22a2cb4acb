"""The market-data stream: trades, quotes and bars, in JSON or msgpack (`venues.md` 2.2).

Each instant of the market is one message per client. msgpack is chosen by the handshake's `Content-Type`;
its times are the timestamp extension type, which the SDKs insist on.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from seatrial.domain.bars import Bar
from seatrial.domain.time import SECOND_NS, rfc3339
from seatrial.emulators.alpaca.bar_shapes import Shape, bar_shape, quote_shape, trade_shape
from seatrial.emulators.alpaca.keys import Keys
from seatrial.emulators.alpaca.quotes import quote_from
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.faults import FaultScript
from seatrial.emulators.outbox import Outbox
from seatrial.emulators.timeline import Print

STREAM = "market_data"
CONNECTIONS_MAX = 16
SYMBOLS_MAX = 10_000
AUTHENTICATE_SECONDS_MAX = 10
CLOSED_BY_RULE = 1008
CHANNELS = (
    "trades",
    "quotes",
    "bars",
    "updatedBars",
    "dailyBars",
    "statuses",
    "lulds",
    "corrections",
    "cancelErrors",
)
FOLLOW_TRADES = ("corrections", "cancelErrors")
CHANNEL_OF = {"t": "trades", "q": "quotes", "b": "bars"}
TIMESTAMP_EXTENSION = -1

Encode = Callable[[Sequence[Shape]], str | bytes]


class DataStream:
    """The doors `/v2/iex` and `/v2/sip`: the same tape under both names."""

    def __init__(
        self, exchange: Exchange, keys: Keys, script: FaultScript, *, connections_max: int = CONNECTIONS_MAX
    ) -> None:
        self._exchange = exchange
        self._keys = keys
        self._script = script
        self._connections_max = connections_max
        self._subscribers: set[_Subscriber] = set()
        self._instant: list[Shape] = []
        exchange.on_print.append(self._hear_print)
        exchange.on_bar.append(self._hear_bars)
        exchange.on_settled.append(self._tell)

    def routes(self) -> list[WebSocketRoute]:
        """The doors."""
        return [WebSocketRoute("/v2/iex", self._serve), WebSocketRoute("/v2/sip", self._serve)]

    def _hear_print(self, trade: Print) -> None:
        if not self._subscribers:
            return
        instrument = self._exchange.instruments[trade.symbol]
        if trade.volume_units:
            self._instant.append({"T": "t", "S": trade.symbol, **trade_shape(trade, instrument)})
        quote = quote_shape(quote_from(trade, instrument), instrument)
        self._instant.append({"T": "q", "S": trade.symbol, **quote})

    def _hear_bars(self, bars: Sequence[Bar], _: int) -> None:
        if not self._subscribers:
            return
        for bar in bars:
            shape = bar_shape(bar, self._exchange.instruments[bar.symbol])
            self._instant.append({"T": "b", "S": bar.symbol, **shape})

    def _tell(self, _: int) -> None:
        instant, self._instant = self._instant, []
        for subscriber in self._subscribers:
            subscriber.tell(instant)

    async def _serve(self, websocket: WebSocket) -> None:
        await websocket.accept()
        packed = "msgpack" in websocket.headers.get("content-type", "")
        encode = encode_msgpack if packed else encode_json
        farewell = encode([_error(407, "slow client")])
        subscriber = _Subscriber(self, Outbox(websocket, self._script, STREAM, farewell=farewell), encode, self._keys)
        subscriber.say({"T": "success", "msg": "connected"})
        impatience = asyncio.get_running_loop().call_later(AUTHENTICATE_SECONDS_MAX, subscriber.lose_patience)
        try:
            await subscriber.outbox.converse(subscriber.hear)
        finally:
            impatience.cancel()
            self._subscribers.discard(subscriber)

    def admit(self, subscriber: _Subscriber) -> bool:
        """Whether one more client of this account may stay; the incumbents live."""
        incumbents = sum(other.account == subscriber.account for other in self._subscribers)
        if incumbents >= self._connections_max:
            return False
        self._subscribers.add(subscriber)
        return True


class _Subscriber:
    """One client and what it wants to hear."""

    def __init__(self, stream: DataStream, outbox: Outbox, encode: Encode, keys: Keys) -> None:
        self.outbox = outbox
        self.account: str | None = None
        self._stream = stream
        self._encode = encode
        self._keys = keys
        self._wanted: dict[str, set[str]] = {channel: set() for channel in CHANNELS}

    def say(self, shape: Shape) -> None:
        """A control message: an array of one."""
        self.outbox.answer(self._encode([shape]))

    def lose_patience(self) -> None:
        """Nobody authenticated in time."""
        if self.account is None:
            self.say(_error(404, "auth timeout"))
            self.outbox.close_after_sending(CLOSED_BY_RULE)

    def tell(self, instant: Sequence[Shape]) -> None:
        """What of an instant this client subscribed to."""
        rows = [row for row in instant if self._wants(str(row["T"]), str(row["S"]))]
        if rows:
            self.outbox.put(
                self._encode(rows), " ".join(sorted({str(row["T"]) for row in rows})), account=self.account or ""
            )

    def _wants(self, kind: str, symbol: str) -> bool:
        wanted = self._wanted[CHANNEL_OF[kind]]
        return symbol in wanted or "*" in wanted

    def hear(self, said: str | bytes) -> None:
        """One message of the client, in JSON or msgpack."""
        message = _decode(said)
        if message is None:
            self.say(_error(400, "invalid syntax"))
            return
        action = message.get("action")
        if action == "auth":
            self._authenticate(message)
        elif self.account is None:
            self.say(_error(401, "not authenticated"))
        elif action in ("subscribe", "unsubscribe"):
            self._subscribe(message, add=action == "subscribe")
        else:
            self.say(_error(400, "invalid syntax"))

    def _authenticate(self, message: dict[str, Any]) -> None:
        if self.account is not None:
            self.say(_error(403, "already authenticated"))
            return
        self.account = self._keys.account(str(message.get("key", "")), str(message.get("secret", "")))
        if self.account is None:
            self.say(_error(402, "auth failed"))
        elif self._stream.admit(self):
            self.say({"T": "success", "msg": "authenticated"})
        else:
            self.say(_error(406, "connection limit exceeded"))
            self.outbox.close_after_sending(CLOSED_BY_RULE)

    def _subscribe(self, message: dict[str, Any], *, add: bool) -> None:
        asked = {channel: message[channel] for channel in CHANNELS if channel in message}
        if not all(_are_texts(symbols) for symbols in asked.values()):
            self.say(_error(410, "invalid subscribe action for this feed"))
            return
        wanted = {channel: set(symbols) for channel, symbols in self._wanted.items()}
        for channel, symbols in asked.items():
            for each in (channel, *(FOLLOW_TRADES if channel == "trades" else ())):
                wanted[each] = wanted[each] | set(symbols) if add else wanted[each] - set(symbols)
        if max(len(symbols) for symbols in wanted.values()) > SYMBOLS_MAX:
            self.say(_error(405, "symbol limit exceeded"))
            return
        self._wanted = wanted
        self.say({"T": "subscription", **{channel: sorted(wanted[channel]) for channel in CHANNELS}})


def encode_json(rows: Sequence[Shape]) -> str:
    """An array as text, times in RFC3339."""
    shown = [{**row, "t": rfc3339(_ns(row))} if "t" in row else row for row in rows]
    return msgspec.json.encode(shown).decode()


def encode_msgpack(rows: Sequence[Shape]) -> bytes:
    """An array as msgpack, times as its timestamp extension in nanoseconds."""
    return msgspec.msgpack.encode([{**row, "t": _timestamp(_ns(row))} if "t" in row else row for row in rows])


def _timestamp(at_ns: int) -> msgspec.msgpack.Ext:
    seconds, nanos = divmod(at_ns, SECOND_NS)
    return msgspec.msgpack.Ext(TIMESTAMP_EXTENSION, struct.pack(">Q", nanos << 34 | seconds))


def _ns(row: Shape) -> int:
    at_ns = row["t"]
    assert isinstance(at_ns, int)
    return at_ns


def _decode(said: str | bytes) -> dict[str, Any] | None:
    """JSON in text or binary frames, msgpack in binary ones."""
    try:
        if isinstance(said, str) or said[:1] == b"{":
            message = msgspec.json.decode(said)
        else:
            message = msgspec.msgpack.decode(said)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return message if isinstance(message, dict) else None


def _are_texts(symbols: object) -> bool:
    return isinstance(symbols, list) and all(isinstance(symbol, str) for symbol in symbols)


def _error(code: int, message: str) -> Shape:
    return {"T": "error", "code": code, "msg": message}
