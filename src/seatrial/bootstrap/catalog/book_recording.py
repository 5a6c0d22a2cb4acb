"""`seatrial data record --kinds quotes,depth`: the books of Binance into the catalog, beside bars and trades."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import httpx

from seatrial.bootstrap.addresses import host_of
from seatrial.bootstrap.book_links import book_link
from seatrial.bootstrap.catalog.importing import archive_of
from seatrial.bootstrap.credentials import uses_own_venues
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import Clock
from seatrial.market.archive import Archive
from seatrial.market.book_rows import depth_rows, quote_row
from seatrial.market.recording import Recording, recorded_name
from seatrial.venues.books import BookEvent, BookLost, Books, DepthEvent, QuoteEvent
from seatrial.venues.port import StreamDown, StreamUp

Say = Callable[[str], None]

BOOK_KINDS = ("quotes", "depth")
ALL_KINDS = ("bars", "trades", *BOOK_KINDS)


class BookEar:
    """Writes quotes and depth; each of an instrument is a dataset of its own."""

    def __init__(
        self,
        archive: Archive,
        instruments: Sequence[Instrument],
        clock: Clock,
        *,
        kinds: Sequence[str],
        source: str,
        say: Say,
    ) -> None:
        self._instruments = {instrument.symbol: instrument for instrument in instruments}
        self._of = {
            (kind, each.symbol): Recording(
                archive, recorded_name(kind, each), source, f"{each.venue}'s market data terms"
            )
            for kind in kinds
            for each in instruments
        }
        self._clock = clock
        self._say = say
        self._written: dict[Symbol, int] = {}  # the last update of a book that has a row

    @property
    def symbols(self) -> list[Symbol]:
        """Whose books are heard."""
        return sorted(self._instruments)

    @property
    def recordings(self) -> list[Recording]:
        """All of them."""
        return list(self._of.values())

    def hear(self, event: BookEvent) -> None:
        """One event of the stream."""
        now_ns = self._clock.now_ns()
        match event:
            case QuoteEvent():
                quotes = self._of.get(("quotes", event.symbol))
                if quotes is not None:
                    row = quote_row(event.bid, event.ask, event.update_id, now_ns, self._instruments[event.symbol])
                    quotes.hear(row)
            case DepthEvent():
                self._hear_depth(event, now_ns)
            case BookLost(symbol, reason):
                self._say(f"the book of {symbol} is lost: {reason}")
                self._written.pop(symbol, None)
                if ("depth", symbol) in self._of:
                    self._of["depth", symbol].lose(reason, now_ns)
            case StreamDown(stream, reason):
                self._say(f"{stream} is down: {reason}")
                self._written.clear()
                for recording in self.recordings:
                    recording.lose(reason, now_ns)
            case StreamUp(stream):
                self._say(f"{stream} is up")

    def _hear_depth(self, event: DepthEvent, now_ns: int) -> None:
        """An update that changes no level has no row; the next one that does covers it."""
        depth = self._of.get(("depth", event.symbol))
        if depth is None or not (event.bids or event.asks):
            return
        first_id = min(event.first_id, self._written.get(event.symbol, event.first_id) + 1)
        self._written[event.symbol] = event.last_id
        for row in depth_rows(
            event.bids,
            event.asks,
            at_ns=event.at_ns,
            first_id=first_id,
            last_id=event.last_id,
            is_snapshot=event.is_snapshot,
            received_ns=now_ns,
            instrument=self._instruments[event.symbol],
        ):
            depth.hear(row)

    def keep(self) -> None:
        """Write all segments under way."""
        for recording in self.recordings:
            recording.keep(self._clock.now_ns())

    def close(self) -> None:
        """Write what is left and make few parts of many."""
        self.keep()
        for recording in self.recordings:
            recording.merge(self._clock.now_ns())


async def listen_to_books(books: Books, ear: BookEar, *, segment_seconds: float) -> None:
    """Hear the books for ever, a segment every so often; whatever ends it, what was heard is kept."""
    loop = asyncio.get_running_loop()
    due = loop.time() + segment_seconds
    try:
        async for event in books.events(ear.symbols):
            ear.hear(event)
            if loop.time() >= due:
                due = loop.time() + segment_seconds
                ear.keep()
    finally:
        ear.close()
        await books.close()


def books_wanted(kinds: Sequence[str], instruments: Sequence[Instrument]) -> list[str]:
    """Those of the kinds that are told of books.

    Raises:
        RequestFault: a kind nobody records, or books of a venue that tells none here.
    """
    for kind in kinds:
        if kind not in ALL_KINDS:
            raise RequestFault("--kinds", f"some of {', '.join(ALL_KINDS)}", kind)
    wanted = [kind for kind in BOOK_KINDS if kind in kinds]
    for instrument in instruments if wanted else ():
        if instrument.venue != "binance":
            raise RequestFault("--kinds", f"symbols of Binance for {', '.join(wanted)}", instrument.symbol)
    return wanted


def book_ear(
    settings: Settings, instruments: Sequence[Instrument], clock: Clock, kinds: Sequence[str], say: Say
) -> BookEar:
    """An ear for the books of these instruments."""
    where = "the local venue" if uses_own_venues(settings) else host_of(settings.values["binance.base_url"])
    return BookEar(archive_of(settings), instruments, clock, kinds=kinds, source=f"recorded from {where}", say=say)


async def record_books(
    settings: Settings, ear: BookEar, instruments: Sequence[Instrument], clock: Clock, http: httpx.AsyncClient,
    segment_seconds: float,
) -> None:  # fmt: skip
    """Record until cancelled."""
    books = book_link(settings, instruments, clock=clock, http=http)
    await listen_to_books(books, ear, segment_seconds=segment_seconds)
