"""VC: answers that are lost, late or not the venue's. Silence and noise are never a rejection."""

from __future__ import annotations

import asyncio

from tests.venues.contract.cards import card
from tests.venues.contract.scenes import (
    ended,
    filled,
    history_units,
    mend,
    sent,
    status_of,
    strike,
    strike_orders,
)
from tests.venues.stages import Stage

from seatrial.domain.ids import ClientOrderId
from seatrial.domain.orders import OrderStatus, Side
from seatrial.venues.port import Confirmed, Denied, FillEvent, Outcome, Rejected, Unknown

RESTING = 90
THROTTLE = "1.3: ccxt's own throttle makes requests wait, so none is denied"


async def submitted(stage: Stage) -> tuple[ClientOrderId, Outcome]:
    """A resting order, and how its submission came out."""
    order = stage.order(Side.BUY, 1, limit=RESTING)
    return order.client_order_id, await stage.venue.submit(order)


async def lives(stage: Stage, client_order_id: ClientOrderId) -> bool:
    """Whether the venue has it and it works."""
    found = await stage.venue.find(client_order_id, stage.symbol)
    return found is not None and found.status == OrderStatus.WORKING


async def unknown_and_there(stage: Stage) -> None:
    """An order whose answer says nothing, and which works all the same."""
    order, outcome = await submitted(stage)
    assert isinstance(outcome, Unknown)
    assert await lives(stage, order)


@card(11, "a lost acknowledgement is unknown, and the order is there (pains: NT4152)")
async def lost_ack(stage: Stage) -> None:
    strike_orders(stage, "lost_ack")
    await unknown_and_there(stage)


@card(12, "an error before acceptance is unknown, and the order is not there")
async def error_before(stage: Stage) -> None:
    strike_orders(stage, "error_before")
    order, outcome = await submitted(stage)

    assert isinstance(outcome, Unknown)
    assert await stage.venue.find(order, stage.symbol) is None


@card(13, "an answer that is late beyond patience is unknown, and the order is there")
async def late(stage: Stage) -> None:
    strike_orders(stage, "latency", latency_ms=stage.late_ms, when="after")
    await unknown_and_there(stage)


@card(47, "a 5xx after acceptance is unknown, and the order is there (pains: HB8457)")
async def error_after(stage: Stage) -> None:
    strike_orders(stage, "error_after")
    await unknown_and_there(stage)


@card(48, "an order lost on its way out is unknown, and never comes to life")
async def lost_before(stage: Stage) -> None:
    strike_orders(stage, "loss")
    order, outcome = await submitted(stage)
    mend(stage)

    assert isinstance(outcome, Unknown)
    await stage.pass_market(60)
    assert await stage.venue.find(order, stage.symbol) is None


@card(49, "a firewall's page is not the venue: the order is unknown")
async def firewall(stage: Stage) -> None:
    strike_orders(stage, "html_error")
    _, outcome = await submitted(stage)

    assert isinstance(outcome, Unknown)


@card(50, "a venue under maintenance leaves the order unknown, and takes the next one when it is back")
async def maintenance(stage: Stage) -> None:
    strike(stage, "maintenance")
    _, outcome = await submitted(stage)
    assert isinstance(outcome, Unknown)
    mend(stage)

    assert isinstance((await submitted(stage))[1], Confirmed)


@card(51, "an order that was answered 5xx fills all the same, and its trade is told and found (pains: NT4160)")
async def filled_all_the_same(stage: Stage) -> None:
    strike_orders(stage, "error_after")
    order = stage.order(Side.BUY, 10)
    assert isinstance(await stage.venue.submit(order), Unknown)

    await ended(stage, order.client_order_id, OrderStatus.FILLED)
    assert await history_units(stage, order.client_order_id) == stage.units(10)


@card(52, "a resend of an order whose answer was lost is one order (pains: NT4215)")
async def resent(stage: Stage) -> None:
    order = stage.order(Side.BUY, 1, limit=RESTING)
    strike_orders(stage, "lost_ack", count_max=1)
    assert isinstance(await stage.venue.submit(order), Unknown)
    assert isinstance(await stage.venue.submit(order), Unknown)

    assert [each.client_order_id for each in await stage.venue.open_orders()] == [order.client_order_id]


@card(53, "a storm of rejections rejects each order once and leaves none behind")
async def reject_storm(stage: Stage) -> None:
    strike_orders(stage, "reject")
    outcomes = [(await submitted(stage))[1] for _ in range(10)]
    mend(stage)

    assert {type(outcome) for outcome in outcomes} == {Rejected}
    assert await stage.venue.open_orders() == []
    assert isinstance((await submitted(stage))[1], Confirmed)


# ---------------------------------------------------------------------- cancels


@card(54, "a cancel whose answer is lost is unknown, and the order is gone")
async def lost_cancel(stage: Stage) -> None:
    order = await sent(stage, stage.order(Side.BUY, 1, limit=RESTING))
    strike_orders(stage, "lost_ack", "DELETE")
    assert isinstance(await stage.venue.cancel(order, stage.symbol), Unknown)
    mend(stage)

    await ended(stage, order, OrderStatus.CANCELED)
    assert isinstance(await stage.venue.cancel(order, stage.symbol), Rejected)


@card(55, "a cancel that failed before the venue saw it is unknown, the order lives, and the next cancel works")
async def failed_cancel(stage: Stage) -> None:
    order = await sent(stage, stage.order(Side.BUY, 1, limit=RESTING))
    strike_orders(stage, "error_before", "DELETE")
    assert isinstance(await stage.venue.cancel(order, stage.symbol), Unknown)
    mend(stage)
    assert await lives(stage, order)

    assert isinstance(await stage.venue.cancel(order, stage.symbol), Confirmed)
    await ended(stage, order, OrderStatus.CANCELED)


@card(56, "a fill that wins the race against a cancel is told, and the order ends filled")
async def fill_wins(stage: Stage) -> None:
    strike_orders(stage, "fill_after_cancel", "DELETE", latency_ms=int(60_000 / stage.speed))
    order = await sent(stage, stage.order(Side.BUY, 10))
    cancelling = asyncio.create_task(stage.venue.cancel(order, stage.symbol))
    await ended(stage, order, OrderStatus.FILLED)
    await cancelling

    assert await history_units(stage, order) == stage.units(10)
    found = await stage.venue.find(order, stage.symbol)
    assert found is not None
    assert found.status == OrderStatus.FILLED


@card(57, "what was filled before a cancel stays filled, and the rest is gone")
async def partly_filled(stage: Stage) -> None:
    order = await sent(stage, stage.order(Side.BUY, 900))
    await stage.ear.until(lambda: stage.ear.all(FillEvent))
    await stage.venue.cancel(order, stage.symbol)
    await ended(stage, order, OrderStatus.CANCELED)

    found = await stage.venue.find(order, stage.symbol)
    assert found is not None
    assert 0 < found.filled_units == await history_units(stage, order) < stage.units(900)


@card(58, "two cancels of one order at once end it once")
async def two_cancels(stage: Stage) -> None:
    order = await sent(stage, stage.order(Side.BUY, 1, limit=RESTING))
    outcomes = await asyncio.gather(*(stage.venue.cancel(order, stage.symbol) for _ in range(2)))
    await ended(stage, order, OrderStatus.CANCELED)

    assert any(isinstance(outcome, Confirmed) for outcome in outcomes)
    assert {type(outcome) for outcome in outcomes} <= {Confirmed, Rejected}


# ---------------------------------------------------------------- limits, clocks, halts


@card(59, "a venue that says 429 is left alone: the next order is denied on our side, a cancel still goes")
async def too_many(stage: Stage) -> None:
    order = await sent(stage, stage.order(Side.BUY, 1, limit=RESTING))
    strike_orders(stage, "rate_limited", retry_after_s=30, count_max=1)
    assert isinstance((await submitted(stage))[1], Rejected)
    before = stage.requests()

    assert isinstance((await submitted(stage))[1], Denied)
    assert stage.requests() == before
    assert isinstance(await stage.venue.cancel(order, stage.symbol), Confirmed)


@card(60, "a ban is a refusal, and nothing is sent until it is over")
async def banned(stage: Stage) -> None:
    strike_orders(stage, "banned", retry_after_s=30, count_max=1)
    assert isinstance((await submitted(stage))[1], Rejected)
    before = stage.requests()

    assert [type((await submitted(stage))[1]) for _ in range(3)] == [Denied] * 3
    assert stage.requests() == before


@card(61, "orders are taken again when the venue's time to stay away is over")
async def over(stage: Stage) -> None:
    strike_orders(stage, "rate_limited", retry_after_s=1, count_max=1)
    await submitted(stage)
    assert isinstance((await submitted(stage))[1], Denied)
    await asyncio.sleep(1.1)

    assert isinstance((await submitted(stage))[1], Confirmed)


@card(62, "a burst of orders is denied on our side before the venue says that it is too many", skips={"ccxt": THROTTLE})
async def burst(stage: Stage) -> None:
    outcomes = [(await submitted(stage))[1] for _ in range(250 if stage.name == "alpaca" else 60)]

    kinds = [type(outcome) for outcome in outcomes]
    assert set(kinds) == {Confirmed, Denied}
    assert kinds == sorted(kinds, key=lambda kind: kind is Denied)


@card(63, "a venue whose clock is far from ours takes signed requests all the same")
async def skewed(stage: Stage) -> None:
    strike(stage, "clock_skew", skew_ms=90_000)
    venue = stage.reborn()
    try:
        assert (await venue.balances()).account_ref
        assert isinstance(await venue.submit(stage.order(Side.BUY, 1, limit=RESTING)), Confirmed)
    finally:
        await venue.close()


@card(64, "a clock that jumps while we trade costs one refusal at most")
async def jumped(stage: Stage) -> None:
    await submitted(stage)
    strike(stage, "clock_skew", skew_ms=-120_000)
    outcomes = [(await submitted(stage))[1] for _ in range(3)]

    assert {type(outcome) for outcome in outcomes[1:]} == {Confirmed}
    assert isinstance(outcomes[0], Confirmed | Rejected)


@card(65, "in a halt nothing trades, and what happened to an order is its venue's own word")
async def halt(stage: Stage) -> None:
    strike(stage, "halt")
    await stage.pass_market(60)  # heard at the next print
    order = stage.order(Side.BUY, 1)
    outcome = await stage.venue.submit(order)
    await stage.pass_market(120)
    assert stage.ear.all(FillEvent) == []
    assert isinstance(outcome, Confirmed | Rejected)
    mend(stage)

    await filled(stage, Side.BUY, 1)
    if isinstance(outcome, Confirmed):
        assert (status_of(stage, order.client_order_id) or 0) >= OrderStatus.WORKING
