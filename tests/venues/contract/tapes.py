"""VC: the trades of the market at large, in the stream and in the past."""

from __future__ import annotations

import asyncio

from tests.venues.contract.cards import card
from tests.venues.contract.scenes import MARKET_STREAM, strike, venue_of
from tests.venues.stages import Stage

from seatrial.domain.bars import Bar
from seatrial.services.trade_tape import NotWhole, TradeTape
from seatrial.strategy.watching import Trade
from seatrial.venues.port import BarEvent, MarketEvent, StreamUp, TickEvent

NO_PAST = "ccxt's exchanges tell the trades of a span in ways that no page of ours could call whole"
TOLD = {"alpaca": "t", "binance": "trade"}


class Hearing:
    """A tape that hears the market stream, and the bars that it heard with."""

    def __init__(self, stage: Stage) -> None:
        self.tape = TradeTape(stage.venue)
        self.tape.want([stage.symbol])
        self.ear = stage.new_ear()
        self.task = asyncio.create_task(self.ear.listen(self._passed_on(stage)))

    async def _passed_on(self, stage: Stage):  # type: ignore[no-untyped-def]
        async for event in stage.venue.market_events([stage.symbol]):
            event: MarketEvent
            if isinstance(event, TickEvent):
                self.tape.hear(event)
            yield event

    async def bars(self, count: int) -> list[Bar]:
        await self.ear.until(lambda: len(self.ear.all(BarEvent)) >= count)
        return [event.bar for event in self.ear.all(BarEvent)]


@card(85, "a bar's trades are the same from the stream and from the past, and add up to it", skips={"ccxt": NO_PAST})
async def whole(stage: Stage) -> None:
    hearing = Hearing(stage)
    bars = await hearing.bars(4)
    hearing.task.cancel()

    past = await hearing.tape.past(bars)

    ticks = hearing.ear.all(TickEvent)
    assert list(past) == bars
    for bar in bars[1:]:
        inside = [tick for tick in ticks if bar.start_ns <= tick.at_ns < bar.end_ns]
        told = [Trade(tick.at_ns, tick.price_units, tick.qty_units) for tick in inside]
        assert told == past[bar] == await hearing.tape.of(bar)
        assert sum(trade.qty_units for trade in told) == bar.volume_units
    assert await stage.venue.trades(stage.symbol, bars[1].end_ns, bars[1].end_ns + 1) == []


@card(86, "a bar whose trades the stream dropped is told whole from the past", skips={"ccxt": NO_PAST})
async def dropped(stage: Stage) -> None:
    hearing = Hearing(stage)
    await hearing.bars(1)
    strike(stage, "stream_drop", stream=MARKET_STREAM[venue_of(stage)], what=TOLD[venue_of(stage)], count_max=2)
    bars = await hearing.bars(4)

    heard = sum(
        tick.qty_units for tick in hearing.ear.all(TickEvent) if bars[1].start_ns <= tick.at_ns < bars[3].end_ns
    )
    assert heard < sum(bar.volume_units for bar in bars[1:4])
    for bar in bars[1:]:
        found = await hearing.tape.of(bar)
        assert not isinstance(found, NotWhole)
        assert sum(trade.qty_units for trade in found) == bar.volume_units
    hearing.task.cancel()


@card(87, "a bar whose trades came while the stream was down is told whole from the past", skips={"ccxt": NO_PAST})
async def down(stage: Stage) -> None:
    hearing = Hearing(stage)
    await hearing.bars(1)
    strike(stage, "stream_disconnect", stream=MARKET_STREAM[venue_of(stage)], count_max=1)
    await hearing.ear.until(lambda: len(hearing.ear.all(StreamUp)) == 2)
    seen = len(hearing.ear.all(BarEvent))
    (*_, first) = await hearing.bars(seen + 1)
    hearing.task.cancel()

    bars = await stage.venue.bars(stage.symbol, stage.open_ns, first.end_ns)

    for bar in bars:
        assert not isinstance(await hearing.tape.of(bar), NotWhole)
