"""An account and a market by questions in a row, for exchanges of which we know no stream as we know Alpaca's.

Every look asks for everything since the last one, so nothing can fall between two of them: a stream that was down is
backfilled by being asked again. What it costs is told in `docs/reference/venues.md`: news are as old as the interval.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from random import Random
from typing import TypeVar

from seatrial.domain.faults import VenueFault
from seatrial.domain.ids import ClientOrderId, ExecutionId, Symbol, VenueOrderId
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MINUTE_NS
from seatrial.venues.backoff import Backoff
from seatrial.venues.ccxt.questions import CcxtQuestions
from seatrial.venues.port import BarEvent, FillEvent, OrderEvent, StreamDown, StreamUp, VenueFill, VenueOrder

E = TypeVar("E")

_REMEMBERED_MAX = 10_000
_OVERLAP_NS = MINUTE_NS  # an exchange may list a trade later than it happened


async def polled(
    name: str, look: Callable[[], Awaitable[Sequence[E]]], seconds: float, random: Random, closed: asyncio.Event
) -> AsyncGenerator[E | StreamUp | StreamDown, None]:
    """What each look finds, until closed: up while looks succeed, down with a growing delay while they fail."""
    backoff = Backoff(random)
    up = told = False
    while not closed.is_set():
        try:
            found = await look()
        except VenueFault as fault:
            if up or not told:
                yield StreamDown(name, str(fault))
                up, told = False, True
            await _pause(closed, backoff.next_ms() / 1000)
            continue
        if not up:
            backoff.reset()
            up = True
            yield StreamUp(name)
        for event in found:
            yield event
        await _pause(closed, seconds)


async def _pause(closed: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await closed.wait()


class AccountLooks:
    """Orders and trades of one account, told when they change."""

    def __init__(self, questions: CcxtQuestions, instruments: Mapping[Symbol, Instrument]) -> None:
        self._questions = questions
        self._instruments = instruments
        self._followed: dict[ClientOrderId, tuple[Symbol, VenueOrderId, tuple[int, int]]] = {}
        self._told: dict[tuple[Symbol, ExecutionId], None] = {}
        self._from_ns: int | None = None

    def follow(self, client_order_id: ClientOrderId, symbol: Symbol, venue_order_id: VenueOrderId) -> None:
        """An order that the exchange has confirmed: it may end before any look sees it open."""
        self._followed.setdefault(client_order_id, (symbol, venue_order_id, (0, -1)))

    async def look(self) -> list[FillEvent | OrderEvent]:
        """What is new. Orders are asked for before trades, and told after them: a final status is never early."""
        if self._from_ns is None:  # what was before the first look is the history's to tell
            self._from_ns = await self._questions.newest_trade_ns()
            await self._fresh_fills()
            self._changed(await self._questions.open_orders())
            return []
        orders = {order.client_order_id: order for order in await self._questions.open_orders()}
        for client_order_id, (symbol, venue_order_id, _) in list(self._followed.items()):
            if client_order_id not in orders:
                orders[client_order_id] = await self._questions.order(venue_order_id, self._instruments[symbol])
        fills = fresh = await self._fresh_fills()
        while fresh:  # an order seen before its trades is looked at again, until no trade came in between
            for fill in {fill.client_order_id: fill for fill in fresh}.values():
                orders[fill.client_order_id] = await self._questions.order(
                    fill.venue_order_id, self._instruments[fill.symbol]
                )
            fresh = await self._fresh_fills()
            fills += fresh
        changed = self._changed(list(orders.values()))
        return [*(FillEvent(fill) for fill in fills), *(OrderEvent(order) for order in changed)]

    async def _fresh_fills(self) -> list[VenueFill]:
        assert self._from_ns is not None
        since_ns = max(self._from_ns - _OVERLAP_NS, 0)
        fills = await self._questions.fills_since(since_ns, list(self._instruments))
        fresh = [fill for fill in fills if (fill.symbol, fill.execution_id) not in self._told]
        self._told |= {(fill.symbol, fill.execution_id): None for fill in fresh}
        for key in list(self._told)[: max(0, len(self._told) - _REMEMBERED_MAX)]:
            del self._told[key]
        self._from_ns = max([self._from_ns, *(fill.at_ns for fill in fills)])
        return fresh

    def _changed(self, orders: Sequence[VenueOrder]) -> list[VenueOrder]:
        changed: list[VenueOrder] = []
        for order in orders:
            now = (int(order.status), order.filled_units)
            known = self._followed.get(order.client_order_id)
            if known is None or known[2] != now:
                changed.append(order)
            if order.status.terminal:
                self._followed.pop(order.client_order_id, None)
            else:
                self._followed[order.client_order_id] = (order.symbol, order.venue_order_id, now)
        return changed


class MarketLooks:
    """Finished bars of some instruments, each told once, oldest first; the first look only finds where to begin."""

    def __init__(self, questions: CcxtQuestions, instruments: Sequence[Instrument]) -> None:
        self._questions = questions
        self._instruments = instruments
        self._newest_ns: dict[Symbol, int] = {}  # where each symbol's last finished bar ended

    async def look(self) -> list[BarEvent]:
        """What has finished since the last look."""
        found: list[BarEvent] = []
        for instrument in self._instruments:
            newest_ns = self._newest_ns.get(instrument.symbol)
            bars = await self._questions.finished_bars(instrument, newest_ns)
            if newest_ns is not None:
                found += [BarEvent(bar) for bar in bars]
            if bars:
                self._newest_ns[instrument.symbol] = bars[-1].end_ns
            elif newest_ns is None:
                self._newest_ns[instrument.symbol] = 0  # nothing has traded yet: everything will be new
        return sorted(found, key=lambda event: event.bar.end_ns)
