"""VC: streams that break, stammer, skip, fall silent; and what comes back."""

from __future__ import annotations

import asyncio

from tests.venues.contract.cards import card
from tests.venues.contract.scenes import (
    ACCOUNT_STREAM,
    MARKET_STREAM,
    TRADES,
    as_facts,
    connected,
    ended,
    filled,
    filled_units,
    gaps,
    history_units,
    mend,
    reconnected,
    sent,
    strike,
    ups_and_downs,
    venue_of,
)
from tests.venues.stages import Ear, Stage, bars_of

from seatrial.domain.ids import ClientOrderId
from seatrial.domain.orders import OrderStatus, Side
from seatrial.domain.time import MINUTE_NS
from seatrial.venues.feed import SocketSettings
from seatrial.venues.port import BarEvent, FillEvent, StreamDown, StreamGap, StreamUp, TickEvent

WATCHED = SocketSettings(ping_seconds=None, silence_seconds=60)
POLLED = "1.3: through ccxt the account is polled; there is no stream of it to break"
QUICK = "in process only: it takes minutes of silence"
NO_IDS = "2.2: Alpaca's trades carry ids that are not contiguous, and a minute without a trade has no bar"


def market_ear(stage: Stage) -> tuple[Ear, asyncio.Task[None]]:
    """Somebody who hears the market stream."""
    ear = stage.new_ear()
    return ear, asyncio.create_task(ear.listen(stage.venue.market_events([stage.symbol])))


@card(
    14,
    "a stream that breaks says so and comes back, and the history has what was missed (pains: IB249)",
    skips={"ccxt": POLLED},
)
async def breaks(stage: Stage) -> None:
    await connected(stage)
    strike(stage, "stream_disconnect", stream=ACCOUNT_STREAM[venue_of(stage)], count_max=1)
    order = stage.order(Side.BUY, 10)
    await stage.venue.submit(order)

    await reconnected(stage)

    assert ups_and_downs(stage) == [StreamUp, StreamDown, StreamUp]
    await stage.pass_market(120)
    assert await history_units(stage, order.client_order_id) == stage.units(10)


@card(15, "bars and ticks come from the stream, and the bars are the history")
async def market(stage: Stage) -> None:
    ear, listening = market_ear(stage)
    await ear.until(lambda: len(ear.all(BarEvent)) >= 7)
    listening.cancel()
    streamed = [event.bar for event in ear.all(BarEvent)]

    history = await stage.venue.bars(stage.symbol, streamed[0].start_ns, streamed[-1].end_ns)

    whole = bars_of(stage.instrument)
    first = [bar.start_ns for bar in whole].index(streamed[0].start_ns)
    assert type(ear.heard[0]) is StreamUp
    assert streamed == list(history) == whole[first : first + len(streamed)]
    assert {event.price_units for event in ear.all(TickEvent)} >= {100 * stage.instrument.price_scale}
    assert await stage.venue.bars(stage.symbol, stage.open_ns + 1, stage.open_ns + MINUTE_NS) == []


@card(21, "an event told twice is heard twice, and is one trade", skips={"ccxt": POLLED})
async def stammers(stage: Stage) -> None:
    await connected(stage)
    strike(stage, "stream_duplicate", stream=ACCOUNT_STREAM[venue_of(stage)])
    order = await filled(stage, Side.BUY, 10)
    await stage.pass_market(5)

    assert len(stage.ear.all(FillEvent)) == 2
    assert filled_units(stage, order) == await history_units(stage, order) == stage.units(10)
    assert gaps(stage) == []


@card(22, "an event never told is in the history", skips={"ccxt": POLLED})
async def never_told(stage: Stage) -> None:
    await connected(stage)
    strike(stage, "stream_drop", stream=ACCOUNT_STREAM[venue_of(stage)])
    order = stage.order(Side.BUY, 10)
    await stage.venue.submit(order)
    await stage.pass_market(120)

    assert [type(event) for event in stage.ear.heard] == [StreamUp]
    assert await history_units(stage, order.client_order_id) == stage.units(10)


@card(23, "two streams may be opened at the same moment, and hanging up ends their readers")
async def two_streams(stage: Stage) -> None:
    ears = [stage.new_ear(), stage.new_ear()]
    reborn = stage.reborn()
    listening = [
        asyncio.create_task(ears[0].listen(reborn.account_events())),
        asyncio.create_task(ears[1].listen(reborn.market_events([stage.symbol]))),
    ]

    await ears[0].until(lambda: ears[0].all(StreamUp) and ears[1].all(StreamUp))

    told = [ear.all(StreamUp)[0].stream for ear in ears]
    assert told == [f"{stage.venue.name}.account", f"{stage.venue.name}.market"]
    await reborn.close()
    await asyncio.gather(*listening)


@card(24, "who wants no ticks hears bars only", ticks=False)
async def bars_only(stage: Stage) -> None:
    ear, listening = market_ear(stage)
    await ear.until(lambda: len(ear.all(BarEvent)) >= 3)
    listening.cancel()

    assert {type(event) for event in ear.heard} == {StreamUp, BarEvent}


@card(
    66,
    "a trade that the stream skipped shows in its own counting, and is in the history (pains: TS95)",
    skips={"ccxt": POLLED},
)
async def skipped_trade(stage: Stage) -> None:
    await connected(stage)
    name = venue_of(stage)
    order = stage.order(Side.BUY, 250)
    await sent(stage, order)
    await stage.ear.until(lambda: stage.ear.all(FillEvent))
    strike(stage, "stream_drop", stream=ACCOUNT_STREAM[name], what=TRADES[name], count_max=1)
    await ended(stage, order.client_order_id, OrderStatus.FILLED)

    assert gaps(stage) != []
    assert filled_units(stage, order.client_order_id) == stage.units(150)
    assert await history_units(stage, order.client_order_id) == stage.units(250)


@card(67, "events out of order are all heard, and sum to the order", skips={"ccxt": POLLED})
async def out_of_order(stage: Stage) -> None:
    await connected(stage)
    strike(stage, "stream_reorder", stream=ACCOUNT_STREAM[venue_of(stage)], latency_ms=int(1_000 / stage.speed) or 1)
    order = await sent(stage, stage.order(Side.BUY, 250))
    await stage.ear.until(lambda: filled_units(stage, order) == stage.units(250))

    assert await history_units(stage, order) == stage.units(250)


@card(
    68,
    "a stream that breaks at a partial fill comes back, and no part is lost or counted twice",
    skips={"ccxt": POLLED},
)
async def breaks_at_partial_fill(stage: Stage) -> None:
    await connected(stage)
    strike(stage, "partial_fill_disconnect", stream=ACCOUNT_STREAM[venue_of(stage)], count_max=1)
    order = await sent(stage, stage.order(Side.BUY, 250))
    await reconnected(stage)
    await stage.pass_market(120)

    assert await history_units(stage, order) == stage.units(250)
    ids = [fill.execution_id for fill in await stage.venue.fills_since(stage.open_ns, [stage.symbol])]
    assert len(ids) == len(set(ids)) == 3


@card(69, "a cancel told while the stream was down is found when it is back", skips={"ccxt": POLLED})
async def cancelled_meanwhile(stage: Stage) -> None:
    order = await sent(stage, stage.order(Side.BUY, 1, limit=90))
    await connected(stage)
    strike(stage, "stream_disconnect", stream=ACCOUNT_STREAM[venue_of(stage)], count_max=1)
    await stage.venue.cancel(order, stage.symbol)
    await reconnected(stage)

    found = await stage.venue.find(order, stage.symbol)
    assert found is not None
    assert found.status == OrderStatus.CANCELED
    assert await stage.venue.open_orders() == []


@card(70, "after a reconnect the stream tells what follows, and nothing of before twice", skips={"ccxt": POLLED})
async def goes_on(stage: Stage) -> None:
    await filled(stage, Side.BUY, 10)
    strike(stage, "stream_disconnect", stream=ACCOUNT_STREAM[venue_of(stage)], count_max=1)
    await sent(stage, stage.order(Side.BUY, 1, limit=80))
    await reconnected(stage)
    await filled(stage, Side.BUY, 9)

    assert as_facts(stage) == [*dict.fromkeys(as_facts(stage))]
    assert len(stage.ear.all(FillEvent)) == 2


@card(
    71, "a storm of disconnections is not answered with a storm of connections (pains: ALP740)", skips={"ccxt": POLLED}
)
async def storm(stage: Stage) -> None:
    await connected(stage)
    strike(stage, "disconnect_storm", latency_ms=10)
    await asyncio.sleep(5)
    tries = stage.faults.struck["struck"]
    mend(stage)
    await reconnected(stage)

    assert tries <= 8
    assert len(stage.ear.all(StreamDown)) <= 8


@card(
    72,
    "a socket that is open and mute in a session is given up, and its successor speaks (pains: ALP740)",
    sockets=WATCHED,
    skips={"ccxt": POLLED, "sockets": QUICK},
)
async def mute_by_day(stage: Stage) -> None:
    ear, listening = market_ear(stage)
    await ear.until(lambda: ear.all(BarEvent))
    strike(stage, "stream_mute", stream=MARKET_STREAM[venue_of(stage)], count_max=1)
    await ear.until(lambda: len(ear.all(StreamUp)) == 2)
    before = len(ear.all(BarEvent))
    await ear.until(lambda: len(ear.all(BarEvent)) > before)
    listening.cancel()

    assert [event.reason for event in ear.all(StreamDown)] == ["silence"]


@card(
    73,
    "silence after the close is no fault, all night long",
    sockets=WATCHED,
    skips={"sockets": QUICK, "binance": "3.2: a market that never closes", "ccxt": "3.2: a market that never closes"},
)
async def quiet_by_night(stage: Stage) -> None:
    ear, listening = market_ear(stage)
    close_ns = (await stage.venue.clock()).next_close_ns
    await stage.pass_market((close_ns - stage.exchange.now_ns()) / 10**9 + 8 * 3_600)
    listening.cancel()

    assert ear.all(StreamDown) == []
    assert len(ear.all(BarEvent)) > 100


@card(
    74,
    "a confirmed order of which the stream says nothing is a mute stream",
    sockets=WATCHED,
    skips={"ccxt": POLLED, "sockets": QUICK},
)
async def owed(stage: Stage) -> None:
    await connected(stage)
    strike(stage, "stream_mute", stream=ACCOUNT_STREAM[venue_of(stage)], count_max=1)
    await sent(stage, stage.order(Side.BUY, 1, limit=80))
    await reconnected(stage)

    assert [event.reason for event in stage.ear.all(StreamDown)] == ["silence"]


@card(75, "a quiet account is no mute stream", sockets=WATCHED, skips={"ccxt": POLLED, "sockets": QUICK})
async def quiet_account(stage: Stage) -> None:
    await filled(stage, Side.BUY, 1)
    await stage.pass_market(3_600)

    assert stage.ear.all(StreamDown) == []


@card(
    76,
    "trades that the public tape skipped are counted",
    skips={"alpaca": NO_IDS, "ccxt": "1.3: ccxt watches trades for itself and tells no ids to count"},
)
async def skipped_ticks(stage: Stage) -> None:
    ear, listening = market_ear(stage)
    await ear.until(lambda: len(ear.all(TickEvent)) >= 2)
    assert ear.all(StreamGap) == []
    strike(stage, "stream_drop", stream=MARKET_STREAM[venue_of(stage)], what="trade", count_max=2)
    await ear.until(lambda: ear.all(StreamGap))
    listening.cancel()

    assert [event.missing for event in ear.all(StreamGap)] == [f"2 trades of {stage.symbol}"]


@card(
    77,
    "a half-closed connection is noticed",
    skips={"ccxt": POLLED, "in process": "in process there is no TCP to half-close"},
)
async def half_closed(stage: Stage) -> None:
    await connected(stage)
    strike(stage, "half_close", stream=ACCOUNT_STREAM[venue_of(stage)], count_max=1)
    await reconnected(stage)

    await filled(stage, Side.BUY, 1)


@card(
    78,
    "a shutdown that is announced is obeyed at once",
    skips={"ccxt": POLLED, "alpaca": "2.4: only Binance announces one"},
)
async def shutdown(stage: Stage) -> None:
    await connected(stage)
    strike(stage, "server_shutdown", latency_ms=60_000, count_max=1)
    await reconnected(stage)

    assert ups_and_downs(stage)[:3] == [StreamUp, StreamDown, StreamUp]
    assert await stage.venue.find(ClientOrderId("NEVER-SENT"), stage.symbol) is None
