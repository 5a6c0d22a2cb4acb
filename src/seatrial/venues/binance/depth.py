"""Binance's order book as a stream: changes are counted, a hole is told, and the book is made anew.

Apart from `Venue`, because Alpaca tells no depth of stocks.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing

import msgspec

from seatrial.domain.faults import VenueFault, VenueRefused, VenueUnreadable
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.venues.answer import decode
from seatrial.venues.backoff import Backoff
from seatrial.venues.binance.door import BinanceDoor, BinanceUrls
from seatrial.venues.binance.order_book import BookEvent, OrderBook
from seatrial.venues.binance.records import DepthRecord
from seatrial.venues.binance.stream_records import DepthEvent, MarketMessage
from seatrial.venues.connection import Connection
from seatrial.venues.feed import Line, Sockets, Subscription
from seatrial.venues.port import StreamDown, StreamGap, StreamUp

BookWord = BookEvent | StreamUp | StreamDown | StreamGap

DEPTH_STREAM = "binance.depth"

_LEVELS_MAX = 1000
_SNAPSHOT_WEIGHT = 50  # of a thousand levels
_ANSWER_SECONDS = 10.0
_HANDSHAKE_MESSAGES_MAX = 100
_CALL_ID = 1


class BinanceDepth:
    """Order books of one connection. `door` asks for the snapshots, within its budget of weight."""

    def __init__(self, connection: Connection, urls: BinanceUrls, door: BinanceDoor, sockets: Sockets) -> None:
        self._connection = connection
        self._urls = urls
        self._door = door
        self._sockets = sockets

    async def books(self, symbol: Symbol, *, levels_max: int = 20) -> AsyncIterator[BookWord]:
        """The book after every change, for ever. Between a `StreamGap` and the next `BookEvent` there is none."""
        instrument = self._connection.instruments[symbol]
        book: OrderBook | None = None
        events = self._sockets.listen(depth_stream(self._urls.stream, symbol))
        async with aclosing(events):
            async for event in events:
                if not isinstance(event, DepthEvent):
                    book = None
                    yield event
                    continue
                if book is not None and not book.is_old(event) and not book.follows(event):
                    yield StreamGap(DEPTH_STREAM, f"changes {book.update_id + 1} to {event.U - 1} of {symbol}")
                    book = None
                book = book or await self._whole(instrument, event)
                if not book.is_old(event):
                    book.apply(event)
                    yield book.event(event.E, levels_max)

    async def _whole(self, instrument: Instrument, change: DepthEvent) -> OrderBook:
        """A snapshot that this change follows, or that has it already; an older one is of no use."""
        backoff = Backoff(self._connection.random)
        parameters = {"symbol": str(instrument.symbol), "limit": str(_LEVELS_MAX)}
        while True:
            try:
                record = await self._door.ask_publicly("/depth", DepthRecord, parameters, weight=_SNAPSHOT_WEIGHT)
                book = OrderBook(record, instrument)
                if book.is_old(change) or book.follows(change):
                    return book
            except VenueFault:  # a question changes nothing, so it may be asked again
                pass
            await asyncio.sleep(backoff.next_ms() / 1000)


def depth_stream(url: str, symbol: Symbol) -> Subscription[DepthEvent]:
    """`/stream`, subscribed to the changes of one book."""
    name = f"{symbol.lower()}@depth@100ms"

    async def log_in(line: Line) -> Iterable[DepthEvent]:
        await line.say(msgspec.json.encode({"method": "SUBSCRIBE", "params": [name], "id": _CALL_ID}))
        early: list[DepthEvent] = []
        for _ in range(_HANDSHAKE_MESSAGES_MAX):
            message = await line.hear(_ANSWER_SECONDS)
            if decode(message, MarketMessage, "depth stream").id == _CALL_ID:
                return early
            early += depth_events(message)
        raise VenueUnreadable("depth stream: no answer to SUBSCRIBE among the first messages")

    return Subscription(DEPTH_STREAM, url, log_in, depth_events)


def depth_events(message: str | bytes) -> list[DepthEvent]:
    """One message of the depth stream."""
    combined = decode(message, MarketMessage, "depth stream")
    if combined.error is not None:
        raise VenueRefused(str(combined.error.code), combined.error.msg)
    if not combined.stream:
        return []
    if "@depth" not in combined.stream:
        raise VenueUnreadable(f"depth stream: not subscribed to {combined.stream!r}")
    return [decode(bytes(combined.data), DepthEvent, combined.stream)]
