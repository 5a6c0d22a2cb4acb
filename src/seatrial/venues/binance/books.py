"""Binance's best prices and depth: `bookTicker` and `depth@100ms`, joined to a snapshot as its documentation says.

An update is part of the book where it follows the snapshot or the update before it: `U` is one more than the last `u`.
What the snapshot holds already is left out; what skips a number is a lost book, and the next snapshot is asked for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal

import msgspec

from seatrial.domain.faults import VenueFault, VenueRefused, VenueUnreadable
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MILLISECOND_NS
from seatrial.venues.answer import decode
from seatrial.venues.binance.door import BinanceDoor, BinanceUrls
from seatrial.venues.binance.records import DepthRecord
from seatrial.venues.binance.stream_records import MarketMessage
from seatrial.venues.books import BookEvent, BookLost, DepthEvent, Level, QuoteEvent
from seatrial.venues.connection import Connection
from seatrial.venues.feed import Line, Sockets, Subscription
from seatrial.venues.grid import units
from seatrial.venues.port import StreamDown

BOOK_STREAM = "binance.books"
SNAPSHOT_LEVELS, SNAPSHOT_WEIGHT = 1_000, 50
_HELD_MAX = 10_000  # updates that wait for a snapshot
_HANDSHAKE_MESSAGES_MAX = 1_000
_ANSWER_SECONDS = 10.0
_QUOTES, _DEPTH = "@bookTicker", "@depth@100ms"


class TickerEvent(msgspec.Struct):
    """`<symbol>@bookTicker`: B and A are quantities."""

    u: int
    s: str
    b: Decimal
    B: Decimal
    a: Decimal
    A: Decimal


class DiffEvent(msgspec.Struct):
    """`depthUpdate`: E is in milliseconds, b and a are (price, quantity)."""

    E: int
    s: str
    U: int
    u: int
    b: list[tuple[Decimal, Decimal]]
    a: list[tuple[Decimal, Decimal]]


class BinanceBooks:
    """See `venues.books.Books`. Public: no key is needed."""

    def __init__(self, connection: Connection, urls: BinanceUrls, door: BinanceDoor) -> None:
        self._instruments = connection.instruments
        self._urls = urls
        self._door = door
        self._sockets = Sockets(connection.http, connection.random, connection.sockets)

    async def events(self, symbols: Sequence[Symbol]) -> AsyncIterator[BookEvent]:
        """See `Books`. A snapshot that cannot be had is asked for again with the book's next update."""
        joined = {symbol: Joined(symbol) for symbol in symbols}
        stream = self._sockets.listen(
            book_stream(self._urls.stream, {each: self._instruments[each] for each in symbols})
        )
        async with aclosing(stream):
            async for event in stream:
                if isinstance(event, StreamDown):
                    for book in joined.values():
                        book.forget()
                if not isinstance(event, DepthEvent):
                    yield event
                    continue
                book = joined[event.symbol]
                for told in book.take(event):
                    yield told
                if book.wants_snapshot:
                    for told in await self._snapshot(book):
                        yield told

    async def close(self) -> None:
        """See `Books`."""
        await self._sockets.close()

    async def _snapshot(self, book: Joined) -> list[DepthEvent | BookLost]:
        wanted = {"symbol": str(book.symbol), "limit": str(SNAPSHOT_LEVELS)}
        try:
            found = await self._door.ask_publicly("/depth", DepthRecord, wanted, weight=SNAPSHOT_WEIGHT)
        except VenueFault:
            return []
        return book.begin(snapshot_event(found, self._instruments[book.symbol]))


class Joined:
    """One book: which update it has come to, and the updates that wait for its snapshot."""

    def __init__(self, symbol: Symbol) -> None:
        self.symbol = symbol
        self._last_id: int | None = None
        self._held: list[DepthEvent] = []

    @property
    def wants_snapshot(self) -> bool:
        """Whether updates wait for one."""
        return self._last_id is None and bool(self._held)

    def forget(self) -> None:
        """The stream broke: nothing is known any more."""
        self._last_id = None
        self._held = []

    def begin(self, snapshot: DepthEvent) -> list[DepthEvent | BookLost]:
        """The snapshot and the updates after it; nothing where it is older than the updates that wait.

        The venue tells no time of a snapshot: it gets that of the first update that waited for it.
        """
        if self._held and snapshot.last_id + 1 < self._held[0].first_id:
            return []
        self._last_id, held, self._held = snapshot.last_id, self._held, []
        if held:
            snapshot = replace(snapshot, at_ns=held[0].at_ns)
        return [snapshot, *(told for each in held for told in self.take(each))]

    def take(self, update: DepthEvent) -> list[DepthEvent | BookLost]:
        """An update that follows, or word that one is missing."""
        if self._last_id is None:
            self._held = [*self._held[-_HELD_MAX:], update]
            return []
        if update.last_id <= self._last_id:
            return []
        if update.first_id > self._last_id + 1:
            reason = f"update {update.first_id} does not follow {self._last_id}"
            self._last_id, self._held = None, [update]
            return [BookLost(self.symbol, reason)]
        self._last_id = update.last_id
        return [update]


def book_stream(url: str, instruments: dict[Symbol, Instrument]) -> Subscription[QuoteEvent | DepthEvent]:
    """`/stream`, subscribed to best prices and depth."""
    names = [symbol.lower() + kind for symbol in sorted(instruments) for kind in (_QUOTES, _DEPTH)]

    def parse(message: str | bytes) -> list[QuoteEvent | DepthEvent]:
        return book_events(message, instruments)

    async def log_in(line: Line) -> Iterable[QuoteEvent | DepthEvent]:
        await line.say(msgspec.json.encode({"method": "SUBSCRIBE", "params": names, "id": 1}))
        early: list[QuoteEvent | DepthEvent] = []
        for _ in range(_HANDSHAKE_MESSAGES_MAX):
            message = await line.hear(_ANSWER_SECONDS)
            answer = decode(message if isinstance(message, bytes) else message.encode(), MarketMessage, BOOK_STREAM)
            if answer.error is not None:
                raise VenueRefused(str(answer.error.code), answer.error.msg)
            if answer.id == 1:
                return early
            early += parse(message)
        raise VenueUnreadable("book stream: no answer to SUBSCRIBE among the first messages")

    return Subscription(BOOK_STREAM, url, log_in, parse)


def snapshot_event(found: DepthRecord, instrument: Instrument) -> DepthEvent:
    """All of a book as REST tells it, which is without a time."""
    bids, asks = _levels(found.bids, instrument), _levels(found.asks, instrument)
    return DepthEvent(instrument.symbol, None, found.last_update_id, found.last_update_id, bids, asks, True)


def book_events(message: str | bytes, instruments: dict[Symbol, Instrument]) -> list[QuoteEvent | DepthEvent]:
    """One message of the combined stream.

    Raises:
        VenueUnreadable: it is none of ours, or of a symbol that nobody subscribed to.
    """
    combined = decode(message if isinstance(message, bytes) else message.encode(), MarketMessage, BOOK_STREAM)
    data = bytes(combined.data)
    if not data:
        return []
    if combined.stream.endswith(_QUOTES):
        quote = decode(data, TickerEvent, combined.stream)
        instrument = _subscribed(instruments, quote.s)
        bid, ask = _levels([(quote.b, quote.B), (quote.a, quote.A)], instrument)
        return [QuoteEvent(instrument.symbol, bid, ask, quote.u)]
    diff = decode(data, DiffEvent, combined.stream)
    instrument = _subscribed(instruments, diff.s)
    bids, asks = _levels(diff.b, instrument), _levels(diff.a, instrument)
    return [DepthEvent(instrument.symbol, diff.E * MILLISECOND_NS, diff.U, diff.u, bids, asks)]


def _subscribed(instruments: dict[Symbol, Instrument], symbol: str) -> Instrument:
    found = instruments.get(Symbol(symbol))
    if found is None:
        raise VenueUnreadable(f"book stream: not subscribed to {symbol!r}")
    return found


def _levels(rows: Sequence[tuple[Decimal, Decimal]], instrument: Instrument) -> list[Level]:
    return [
        (units(price, instrument.price_scale, "price"), units(size, instrument.qty_scale, "quantity"))
        for price, size in rows
    ]
