"""`seatrial data record`: the live streams of the venues into the catalog, segment by segment."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from seatrial.bootstrap.addresses import host_of
from seatrial.bootstrap.catalog.book_recording import BookEar, book_ear, books_wanted, record_books
from seatrial.bootstrap.catalog.importing import archive_of
from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.credentials import uses_own_venues
from seatrial.bootstrap.links import Line, connect, http_client
from seatrial.bootstrap.settings import Settings
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import SECOND_NS, Clock
from seatrial.market.archive import Archive
from seatrial.market.instruments import instrument_of
from seatrial.market.recording import Recording, bar_row, recorded_name
from seatrial.venues.port import BarEvent, MarketEvent, StreamDown, StreamGap, StreamUp, TickEvent, Venue

KINDS = ("bars", "trades")
LATE_NS = 10 * SECOND_NS  # a bar that comes so long after its end carries the time at which it came

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was heard of one dataset."""

    dataset: str
    rows: int


class Ear:
    """Writes what one venue says; bars and trades of each instrument are datasets of their own."""

    def __init__(
        self, archive: Archive, instruments: Sequence[Instrument], clock: Clock, *, source: str, live: bool, say: Say
    ) -> None:
        self._instruments = {instrument.symbol: instrument for instrument in instruments}
        self._bars = {each.symbol: _recording(archive, "bars_1m", each, source) for each in instruments}
        self._trades = {each.symbol: _recording(archive, "trades", each, source) for each in instruments}
        self._clock = clock
        self._live = live
        self._say = say

    @property
    def recordings(self) -> list[Recording]:
        """All of them."""
        return [*self._bars.values(), *self._trades.values()]

    def hear(self, event: MarketEvent) -> None:
        """One event of the stream."""
        now_ns = self._clock.now_ns()
        match event:
            case BarEvent(bar):
                late = self._live and now_ns - bar.end_ns > LATE_NS
                row = bar_row(bar, self._instruments[bar.symbol], now_ns if late else None)
                self._bars[bar.symbol].hear(row)
            case TickEvent(symbol, price_units, qty_units, at_ns):
                instrument = self._instruments[symbol]
                price, size = price_units / instrument.price_scale, qty_units / instrument.qty_scale
                self._trades[symbol].hear({"ts": at_ns, "price": price, "size": size, "recv_ts": now_ns})
            case StreamDown(stream, reason):
                self._say(f"{stream} is down: {reason}")
                for recording in self.recordings:
                    recording.lose(reason, now_ns)
            case StreamGap(stream, missing):
                self._say(f"{stream} skipped {missing}")
                for recording in self.recordings:
                    recording.lose(f"skipped {missing}", now_ns)
            case StreamUp(stream):
                self._say(f"{stream} is up")

    def keep(self) -> int:
        """Write all segments under way; returns their rows."""
        return sum(recording.keep(self._clock.now_ns()) for recording in self.recordings)

    def close(self) -> None:
        """Write what is left and make few parts of many."""
        self.keep()
        for recording in self.recordings:
            recording.merge(self._clock.now_ns())


async def listen(venue: Venue, ear: Ear, *, segment_seconds: float) -> None:
    """Hear a venue for ever, a segment every so often; whatever ends it, what was heard is kept."""
    symbols = [recording.name.symbol for recording in ear.recordings]

    async def keeping() -> None:
        while True:
            await asyncio.sleep(segment_seconds)
            ear.keep()

    keeper = asyncio.create_task(keeping(), name="segments")
    try:
        async for event in venue.market_events(sorted({instrument_of(symbol).symbol for symbol in symbols})):
            ear.hear(event)
            if keeper.done():  # it ends only with a fault, which must not be lost
                keeper.result()
    finally:
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper
        ear.close()


def run_record(
    settings: Settings,
    symbols: Sequence[str],
    *,
    for_ns: int | None,
    segment_seconds: float,
    say: Say,
    kinds: Sequence[str] = KINDS,
) -> list[Recorded]:
    """Record until the time is over, or for ever; Ctrl-C ends it in order.

    Raises:
        ConfigurationFault: the mode needs an account there is not.
        RequestFault: not a symbol, not a kind, or books of a venue that tells none here.
    """
    instruments = [instrument_of(symbol) for symbol in dict.fromkeys(symbols)]
    clock, own = WallClock(), uses_own_venues(settings)
    of_books = books_wanted(kinds, instruments)
    ears: list[Ear | BookEar] = []

    async def main() -> None:
        async with contextlib.AsyncExitStack() as stack, asyncio.TaskGroup() as group:
            for venue in sorted({str(each.venue) for each in instruments}):
                mine = [each for each in instruments if each.venue == venue]
                http = await stack.enter_async_context(http_client(outside=not own))
                connection = connect(settings, venue, mine, Line(clock, http, name="record"))
                where = "the local venue" if own else host_of(settings.values[f"{venue}.base_url"])
                ear = Ear(archive_of(settings), mine, clock, source=f"recorded from {where}", live=not own, say=say)
                ears.append(ear)
                group.create_task(listen(connection, ear, segment_seconds=segment_seconds))
            if of_books:
                http = await stack.enter_async_context(http_client(outside=not own))
                book = book_ear(settings, instruments, clock, of_books, say)
                ears.append(book)
                group.create_task(record_books(settings, book, instruments, clock, http, segment_seconds))

    async def bounded() -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if for_ns is None else for_ns / SECOND_NS):
                await main()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(bounded())
    return [Recorded(str(each.name), each.rows) for ear in ears for each in ear.recordings]


def _recording(archive: Archive, kind: str, instrument: Instrument, source: str) -> Recording:
    return Recording(archive, recorded_name(kind, instrument), source, f"{instrument.venue}'s market data terms")
