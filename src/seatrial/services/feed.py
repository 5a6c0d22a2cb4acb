"""One account's market, from its venue to the house: execution first, then everybody else.

A feed reads the venue's stream in one task: bars are gathered into batches, execution has each batch in
its queue before anybody can decide on it, and what a broken stream has missed is asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from seatrial.domain.bars import Bar
from seatrial.domain.faults import VenueFault
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MILLISECOND_NS, SECOND_NS
from seatrial.services.batcher import Batcher
from seatrial.services.board import PriceBoard
from seatrial.services.bus import Bus
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.health import Status, Verdict
from seatrial.services.topics import BarBatch, Tick
from seatrial.services.trade_tape import TradeTape
from seatrial.venues.port import BarEvent, MarketEvent, StreamDown, StreamGap, StreamUp, TickEvent, Venue, VenueClock

_log = structlog.get_logger("seatrial.services.market_data")


class Execution(Protocol):
    """Whoever must know of a bar before anybody decides on it."""

    def on_bars(self, account: AccountId, bars: Sequence[Bar]) -> None:
        """Queue the bars ahead of every decision that is made on them."""
        ...


@dataclass(frozen=True, slots=True)
class FeedRules:
    """How a feed waits. `bar_grace_ms` is time of the loop, not of the market."""

    bar_grace_ms: int = 50
    backfill_ns_max: int = 24 * 3_600 * SECOND_NS  # market time; what is older, a strategy's warm-up covers
    backfill_again_ms: int = 5_000  # time of the loop, after the venue did not tell what was missed


class Feed:
    """The market data of one account."""

    def __init__(
        self,
        venue: Venue,
        instruments: Sequence[Instrument],
        *,
        execution: Execution,
        bus: Bus,
        board: PriceBoard,
        market: MarketTime,
        rules: FeedRules,
    ) -> None:
        self.account = venue.account
        self.symbols = tuple(sorted(instrument.symbol for instrument in instruments))
        self._venue = venue
        self._execution = execution
        self._bus = bus
        self._board = board
        self._market = market
        self._rules = rules
        self._batcher = Batcher(venue.account, self.symbols, grace_ns=rules.bar_grace_ms * MILLISECOND_NS)
        self._started_ns: int | None = None  # market time from which a missed bar is ours to fetch
        self._hours: VenueClock | None = None
        self._missed_from_ns: dict[Symbol, int] = {}  # what the venue did not tell when it was asked
        self._backfill_at_ns: int | None = None  # of the loop, while something missed could not be fetched
        self._down: str | None = "not subscribed yet"
        self.tape = TradeTape(venue)
        board.list_symbols(venue.account, instruments)

    async def run(self) -> None:
        """Read for ever. Ends only with what the venue's stream raises."""
        await self._ask_clock()
        events = self._venue.market_events(self.symbols)
        reading = asyncio.ensure_future(_next(events))
        try:
            while True:
                done, _ = await asyncio.wait({reading}, timeout=self._seconds_left())
                if self._backfill_at_ns is not None and _loop_ns() >= self._backfill_at_ns:
                    await self._backfill()
                elif not done:
                    await self._publish(self._batcher.close_due(self._due_ns()))
                if not done:
                    continue
                event = reading.result()
                if event is None:
                    return
                await self._take(event)
                reading = asyncio.ensure_future(_next(events))
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def check(self) -> Verdict:
        """Whether the stream is up and its prices are fresh while the market is open."""
        if self._down is not None:
            return Verdict(Status.DEGRADED, f"stream down: {self._down}")
        stale = self._board.stale_symbols(self.account)
        if stale and self.is_open:
            return Verdict(Status.DEGRADED, f"no fresh price of {', '.join(stale)}")
        return Verdict(Status.HEALTHY, "prices are fresh" if not stale else "the market is closed")

    @property
    def is_open(self) -> bool:
        """Whether the market trades now: by the hours the venue told last, carried over its next boundary."""
        if self._hours is None:
            return True
        now_ns = self._market.now_ns(self.account)
        if self._hours.is_open:
            return now_ns < self._hours.next_close_ns or now_ns >= self._hours.next_open_ns
        return self._hours.next_open_ns <= now_ns < self._hours.next_close_ns

    def missing(self) -> list[Symbol]:
        """Symbols without a fresh price although the market is open."""
        return self._board.stale_symbols(self.account) if self.is_open else []

    # -------------------------------------------------------------- events

    async def _take(self, event: MarketEvent) -> None:
        match event:
            case BarEvent(bar):
                self._market.observe(self.account, bar.end_ns)
                await self._publish(self._batcher.take(bar, _loop_ns()))
            case TickEvent(symbol, price_units, qty_units, at_ns):
                self.tape.hear(event)
                self._market.observe(self.account, at_ns)
                await self._post(Tick(symbol, price_units, qty_units, at_ns, self._venue.name))
            case StreamUp(stream):
                self._down = None
                _log.info("websocket stream up", account=self.account, stream=stream)
                await self._ask_clock()
                await self._backfill()
            case StreamGap(stream, missing):
                _log.warning("websocket stream gap", account=self.account, stream=stream, missing=missing)
                await self._backfill()
            case StreamDown(stream, reason):
                self._down = f"{stream}: {reason}"
                _log.warning("websocket stream down", account=self.account, stream=stream, reason=reason)

    async def _publish(self, batches: Sequence[BarBatch]) -> None:
        for batch in batches:
            self._execution.on_bars(self.account, batch.bars)
            for bar in batch.bars:
                self._board.post_bar(bar)
                close = Tick(bar.symbol, bar.close_units, 0, bar.end_ns, self._venue.name, derived="bar close")
                await self._post(close)
            await self._bus.publish(batch)

    async def _post(self, tick: Tick) -> None:
        if self._board.post_tick(tick):
            await self._bus.publish(tick)

    # ------------------------------------------------- what a stream misses

    async def _ask_clock(self) -> None:
        try:
            self._hours = await self._venue.clock()
        except VenueFault as fault:
            _log.warning("the venue does not tell the time", account=self.account, why=str(fault))
            return
        self._market.observe(self.account, self._hours.now_ns)
        if self._started_ns is None:
            self._started_ns = self._hours.now_ns

    async def _backfill(self) -> None:
        """Ask for every bar since the newest we have: a stream that comes back says nothing of what it missed."""
        if self._started_ns is None:
            return
        self._backfill_at_ns = None
        now_ns = self._market.now_ns(self.account)
        found: list[Bar] = []
        for symbol in self.symbols:
            newest_ns = self._missed_from_ns.pop(symbol, self._batcher.newest_end_ns(symbol) or self._started_ns)
            start_ns = max(newest_ns, now_ns - self._rules.backfill_ns_max)
            found += await self._missed(symbol, start_ns, now_ns)
        if found:
            _log.info("bars backfilled", account=self.account, bars=len(found))
            span_ns = found[-1].end_ns - found[-1].start_ns
            await self._publish(self._batcher.backfill(found, now_ns - span_ns))

    async def _missed(self, symbol: Symbol, start_ns: int, now_ns: int) -> list[Bar]:
        if start_ns >= now_ns:
            return []
        try:
            bars = await self._venue.bars(symbol, start_ns, now_ns)
        except VenueFault as fault:
            _log.warning("bars cannot be backfilled", account=self.account, symbol=symbol, why=str(fault))
            self._missed_from_ns[symbol] = start_ns
            self._backfill_at_ns = _loop_ns() + self._rules.backfill_again_ms * MILLISECOND_NS
            return []
        return [bar for bar in bars if bar.end_ns > start_ns]

    # ----------------------------------------------------------- loop time

    def _due_ns(self) -> int:
        closes_at_ns = self._batcher.closes_at_ns
        return _loop_ns() if closes_at_ns is None else max(_loop_ns(), closes_at_ns)

    def _seconds_left(self) -> float | None:
        due = [at_ns for at_ns in (self._batcher.closes_at_ns, self._backfill_at_ns) if at_ns is not None]
        return max(0, min(due) - _loop_ns()) / SECOND_NS if due else None


def _loop_ns() -> int:
    return round(asyncio.get_running_loop().time() * SECOND_NS)


async def _next(events: AsyncIterator[MarketEvent]) -> MarketEvent | None:
    return await anext(events, None)
