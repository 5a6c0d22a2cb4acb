"""Several endless streams as one; and the public trades that ccxt can watch, as ticks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from random import Random
from typing import TypeVar

from seatrial.domain.faults import VenueFault
from seatrial.domain.instrument import Instrument
from seatrial.venues.backoff import Backoff
from seatrial.venues.ccxt import wire
from seatrial.venues.ccxt.exchange import Exchange
from seatrial.venues.ccxt.outcome import ccxt_errors, fault_of
from seatrial.venues.grid import units
from seatrial.venues.port import StreamDown, StreamUp, TickEvent

E = TypeVar("E")

_QUEUED_MAX = 10_000


async def watched(
    name: str,
    exchange: Exchange,
    instrument: Instrument,
    random: Random,
    *,
    live: asyncio.Event,
    closed: asyncio.Event,
) -> AsyncGenerator[TickEvent | StreamUp | StreamDown, None]:
    """The trades of one symbol, from when the market is live until closed. Asked again, ccxt opens the socket again."""
    await live.wait()
    backoff, up, told = Backoff(random), False, False
    while not closed.is_set():
        try:
            ticks = await _next(exchange, instrument)
        except asyncio.CancelledError:  # ccxt cancels what waits on it when it is closed
            if closed.is_set():
                return
            raise
        except VenueFault as fault:
            if up or not told:
                yield StreamDown(name, str(fault))
                up, told = False, True
            await asyncio.sleep(backoff.next_ms() / 1000)
            continue
        if not up and told:  # at first the bars' `StreamUp` speaks for both
            yield StreamUp(name)
        if not up:
            backoff.reset()
            up = True
        for tick in ticks:
            yield tick


async def _next(exchange: Exchange, instrument: Instrument) -> list[TickEvent]:
    try:
        rows = await exchange.watch_trades(wire.pair_of(instrument))
    except ccxt_errors() as fault:
        raise fault_of(fault) from fault
    return [
        TickEvent(
            symbol=instrument.symbol,
            price_units=units(wire.number_of(row, "price", "trade"), instrument.price_scale, "trade.price"),
            qty_units=units(wire.number_of(row, "amount", "trade"), instrument.qty_scale, "trade.amount"),
            at_ns=wire.instant_of(row, "timestamp", "trade"),
        )
        for row in rows
    ]


async def merged(streams: Sequence[AsyncIterator[E]]) -> AsyncGenerator[E, None]:
    """Each stream in its own order. Ends with the first of them; raises what one raises."""
    queue: asyncio.Queue[E] = asyncio.Queue(_QUEUED_MAX)

    async def drain(stream: AsyncIterator[E]) -> None:
        async for event in stream:
            await queue.put(event)

    draining = {asyncio.create_task(drain(stream)) for stream in streams}
    try:
        while True:
            taking = asyncio.create_task(queue.get())
            done, _ = await asyncio.wait({taking, *draining}, return_when=asyncio.FIRST_COMPLETED)
            if taking in done:
                yield taking.result()
                continue
            taking.cancel()
            for task in done:
                task.result()
            return
    finally:
        for task in draining:
            task.cancel()
        for task in draining:
            with contextlib.suppress(asyncio.CancelledError):
                await task
