"""One client of a market-data stream: who it is, what it wants to hear, and what it is told when it is wrong."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from seatrial.emulators.alpaca.bar_shapes import Shape
from seatrial.emulators.alpaca.keys import Keys
from seatrial.emulators.alpaca.stream_message import Instant, Row, encode
from seatrial.emulators.outbox import Outbox

CLOSED_BY_RULE = 1008
SHARE_CHANNELS = (
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
COIN_CHANNELS = ("trades", "quotes", "orderbooks", "bars", "updatedBars", "dailyBars")
FOLLOW_TRADES = ("corrections", "cancelErrors")
CHANNEL_OF = {
    "t": "trades",
    "q": "quotes",
    "b": "bars",
    "u": "updatedBars",
    "d": "dailyBars",
    "s": "statuses",
    "o": "orderbooks",
}
MESSAGES = {406: "connection limit exceeded", 409: "insufficient subscription"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What an account has paid for: connections per stream, symbols per channel, and the `sip` feed."""

    connections_max: int
    symbols_max: int = 10_000
    sip: bool = True


class Stream(Protocol):
    """The stream a client is at."""

    def admit(self, newcomer: Subscriber) -> int:
        """0, or the code of the error."""
        ...

    def books(self, symbols: Sequence[str]) -> list[Row]:
        """Whole books to begin with."""
        ...


class Subscriber:
    """One client and what it wants to hear."""

    def __init__(
        self,
        stream: Stream,
        outbox: Outbox,
        keys: Keys,
        path: str,
        channels: Sequence[str],
        listed: Collection[str],
        plan: Plan,
        *,
        packed: bool,
    ) -> None:
        self.outbox = outbox
        self.path = path
        self.account: str | None = None
        self._stream = stream
        self._keys = keys
        self._listed = listed  # what its feed tells of; the other feed's symbols are unknown here
        self._plan = plan
        self._packed = packed
        self._wanted: dict[str, set[str]] = {channel: set() for channel in channels}

    def say(self, shape: Shape) -> None:
        """A control message: an array of one."""
        self.outbox.answer(encode([shape], packed=self._packed))

    def lose_patience(self) -> None:
        """Nobody authenticated in time."""
        if self.account is None:
            self.say(error(404, "auth timeout"))
            self.outbox.close_after_sending(CLOSED_BY_RULE)

    def tell(self, instant: Instant) -> None:
        """What of an instant this client subscribed to."""
        rows = instant.rows
        wanted = tuple(place for place, row in enumerate(rows) if self.wants(row.kind, row.symbol))
        if wanted:
            what = " ".join(sorted({rows[place].kind for place in wanted}))
            self.outbox.put(instant.message(wanted, packed=self._packed), what, account=self.account or "")

    def wants(self, kind: str, symbol: str) -> bool:
        """Whether it subscribed to this kind of this symbol."""
        wanted = self._wanted.get(CHANNEL_OF[kind])
        return wanted is not None and symbol in self._listed and (symbol in wanted or "*" in wanted)

    def hear(self, said: str | bytes) -> None:
        """One message of the client, in JSON or msgpack."""
        message = _decode(said)
        if message is None:
            self.say(error(400, "invalid syntax"))
            return
        action = message.get("action")
        if action == "auth":
            self._authenticate(message)
        elif self.account is None:
            self.say(error(401, "not authenticated"))
        elif action in ("subscribe", "unsubscribe"):
            self._subscribe(message, add=action == "subscribe")
        else:
            self.say(error(400, "invalid syntax"))

    def _authenticate(self, message: dict[str, Any]) -> None:
        if self.account is not None:
            self.say(error(403, "already authenticated"))
            return
        self.account = self._keys.account(str(message.get("key", "")), str(message.get("secret", "")))
        if self.account is None:
            self.say(error(402, "auth failed"))
            return
        refused = self._stream.admit(self)
        if refused:
            self.say(error(refused, MESSAGES[refused]))
            self.outbox.close_after_sending(CLOSED_BY_RULE)
        else:
            self.say({"T": "success", "msg": "authenticated"})

    def _subscribe(self, message: dict[str, Any], *, add: bool) -> None:
        asked = {channel: symbols for channel, symbols in message.items() if channel != "action"}
        if any(channel not in self._wanted or not _are_texts(symbols) for channel, symbols in asked.items()):
            self.say(error(410, "invalid subscribe action for this feed"))
            return
        wanted = {channel: set(symbols) for channel, symbols in self._wanted.items()}
        for channel, symbols in asked.items():
            for each in (channel, *(FOLLOW_TRADES if channel == "trades" else ())):
                if each in wanted:
                    wanted[each] = wanted[each] | set(symbols) if add else wanted[each] - set(symbols)
        if max(len(symbols) for symbols in wanted.values()) > self._plan.symbols_max:
            self.say(error(405, "symbol limit exceeded"))
            return
        self._wanted = wanted
        self.say({"T": "subscription", **{channel: sorted(symbols) for channel, symbols in wanted.items()}})
        books = self._stream.books(asked.get("orderbooks", [])) if add and "orderbooks" in asked else []
        if books:
            self.outbox.put(Instant(books).message(tuple(range(len(books))), packed=self._packed), "o")


def error(code: int, message: str) -> Shape:
    """What a client is told that did something wrong."""
    return {"T": "error", "code": code, "msg": message}


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
