"""VC: what a restarted process, or one that missed everything, can learn from the venue."""

from __future__ import annotations

import asyncio

from tests.venues.contract.cards import card
from tests.venues.contract.scenes import (
    ACCOUNT_STREAM,
    connected,
    ended,
    explained,
    filled,
    history_units,
    mend,
    sent,
    strike_orders,
    venue_of,
)
from tests.venues.stages import Stage

from seatrial.domain.orders import OrderStatus, Side
from seatrial.emulators.faults import Fault
from seatrial.venues.port import Confirmed, Unknown


@card(20, "a restarted adapter knows the trades of orders it never sent (pains: IB242)")
async def reborn(stage: Stage) -> None:
    order = await filled(stage, Side.BUY, 10)
    venue = stage.reborn()
    try:
        (fill,) = await venue.fills_since(stage.open_ns, [stage.symbol])
    finally:
        await venue.close()

    assert fill.client_order_id == order


@card(79, "a restarted adapter sees the orders that work, and can take them back")
async def takes_back(stage: Stage) -> None:
    order = await sent(stage, stage.order(Side.BUY, 1, limit=90))
    venue = stage.reborn()
    try:
        assert [each.client_order_id for each in await venue.open_orders()] == [order]
        assert isinstance(await venue.cancel(order, stage.symbol), Confirmed)
    finally:
        await venue.close()

    await ended(stage, order, OrderStatus.CANCELED)


@card(80, "a restart after a lost answer finds the order by the id it would send again (pains: IB3176)")
async def finds_it(stage: Stage) -> None:
    strike_orders(stage, "lost_ack")
    order = stage.order(Side.BUY, 1, limit=90)
    assert isinstance(await stage.venue.submit(order), Unknown)
    mend(stage)
    venue = stage.reborn()
    try:
        found = await venue.find(order.client_order_id, stage.symbol)
        assert found is not None
        assert isinstance(await venue.submit(order), Unknown)
        assert len(await venue.open_orders()) == 1
    finally:
        await venue.close()


@card(81, "trades made while nobody listened are all in the history, once")
async def nobody_listened(stage: Stage) -> None:
    before = await stage.venue.balances()
    await stage.venue.close()
    stage.venue = stage.reborn()
    orders = [await sent(stage, stage.order(Side.BUY, 120)), await sent(stage, stage.order(Side.BUY, 30))]
    await stage.pass_market(240)

    assert [await history_units(stage, each) for each in orders] == [stage.units(120), stage.units(30)]
    await explained(stage, before)


@card(82, "after a cancelled partial fill the balances are explained to the unit")
async def explained_partly(stage: Stage) -> None:
    before = await stage.venue.balances()
    order = await sent(stage, stage.order(Side.BUY, 900))
    await stage.ear.until(lambda: stage.ear.all(object) and len(stage.ear.heard) > 3)
    await stage.venue.cancel(order, stage.symbol)
    await ended(stage, order, OrderStatus.CANCELED)

    await explained(stage, before)


@card(83, "after everything went wrong at once, one pass of reconciliation agrees to the unit")
async def chaos(stage: Stage) -> None:
    before = await stage.venue.balances()
    await connected(stage)
    stream = ACCOUNT_STREAM[venue_of(stage)]
    stage.faults.replace(
        [
            Fault("mute orders", "lost_ack", method="POST", probability=0.3),
            Fault("sick", "error_after", method="POST", probability=0.3),
            Fault("refusing", "error_before", method="POST", probability=0.2),
            Fault("forgetful", "stream_drop", stream=stream, probability=0.3),
            Fault("stammering", "stream_duplicate", stream=stream, probability=0.3),
            Fault("hanging up", "stream_disconnect", stream=stream, probability=0.1),
        ]
    )
    for turn in range(12):
        order = stage.order(Side.BUY if turn % 3 else Side.SELL, 10 + turn)
        await stage.venue.submit(order)
        await stage.pass_market(20)
    mend(stage)
    await stage.pass_market(180)

    await explained(stage, before)
    assert await stage.venue.open_orders() == []


@card(84, "two adapters of one account see one truth")
async def one_truth(stage: Stage) -> None:
    other = stage.reborn()
    try:
        order = await filled(stage, Side.BUY, 10)
        mine, theirs = await asyncio.gather(stage.venue.balances(), other.balances())
        found = await other.find(order, stage.symbol)
    finally:
        await other.close()

    assert (mine.account_ref, mine.cash, mine.holdings) == (theirs.account_ref, theirs.cash, theirs.holdings)
    assert found is not None
    assert found.filled_units == stage.units(10)
