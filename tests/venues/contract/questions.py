"""VC: what a venue can be asked."""

from __future__ import annotations

import pytest
from tests.venues.contract.cards import card
from tests.venues.contract.scenes import as_facts, explained, filled, mend, sent, strike
from tests.venues.stages import ACCOUNT, Stage, bars_of

from seatrial.domain.faults import VenueFault, VenueRefused, VenueUnavailable
from seatrial.domain.ids import ClientOrderId, Symbol
from seatrial.domain.orders import OrderStatus, Side
from seatrial.domain.time import MINUTE_NS, SECOND_NS
from seatrial.venues.booking import fill_fact
from seatrial.venues.port import Confirmed, Rejected, StreamDown, VenueOrder


@card(1, "the venue tells the rules of a symbol and refuses one it does not list")
async def rules(stage: Stage) -> None:
    (told,) = await stage.venue.instruments([stage.symbol])

    assert told.symbol == stage.symbol
    assert (told.tick_units, told.lot_units) == (stage.instrument.tick_units, stage.instrument.lot_units)
    with pytest.raises(VenueRefused):
        await stage.venue.instruments([Symbol("NOSUCH")])


@card(2, "the market clock says open in a session")
async def clock(stage: Stage) -> None:
    told = await stage.venue.clock()

    assert told.is_open
    assert told.now_ns < told.next_close_ns


@card(3, "an account opens with exact money and a lasting name")
async def opening(stage: Stage) -> None:
    first, second = await stage.venue.balances(), await stage.venue.balances()

    assert first.cash == {stage.instrument.quote: 100_000 * 10**8}
    assert set(first.holdings.values()) <= {0}
    assert first.account_ref == second.account_ref != ""


@card(5, "the history tells the same trades as the stream")
async def history(stage: Stage) -> None:
    await filled(stage, Side.BUY, 250)
    await filled(stage, Side.SELL, 30)

    listed = await stage.venue.fills_since(stage.open_ns, [stage.symbol])

    assert [fill_fact(ACCOUNT, fill) for fill in listed] == as_facts(stage)
    assert len(listed) >= 4
    assert await stage.venue.fills_since(listed[-1].at_ns + SECOND_NS, [stage.symbol]) == []


@card(6, "an order is found by our id and a strange one is not")
async def found(stage: Stage) -> None:
    order = stage.order(Side.BUY, 1, limit=90)
    outcome = await stage.venue.submit(order)

    told = await stage.venue.find(order.client_order_id, stage.symbol)

    assert isinstance(outcome, Confirmed)
    assert isinstance(told, VenueOrder)
    assert (told.venue_order_id, told.status) == (outcome.venue_order_id, OrderStatus.WORKING)
    assert await stage.venue.find(ClientOrderId("NEVER-SENT"), stage.symbol) is None


@card(16, "a wrong secret is refused everywhere and nothing hangs", secret="wrong")
async def wrong_secret(stage: Stage) -> None:
    assert isinstance(await stage.venue.submit(stage.order(Side.BUY, 1)), Rejected)
    with pytest.raises(VenueFault):
        await stage.venue.balances()
    await stage.ear.until(lambda: stage.ear.all(StreamDown))
    await stage.pass_market(120)
    assert [type(event) for event in stage.ear.heard] == [StreamDown]


@card(19, "balances are what the trades explain, to the unit")
async def to_the_unit(stage: Stage) -> None:
    before = await stage.venue.balances()
    await filled(stage, Side.BUY, 123)
    await filled(stage, Side.SELL, 45)
    await explained(stage, before)


@card(25, "a question that is answered 5xx has no answer, and may be asked again")
async def asked_again(stage: Stage) -> None:
    strike(stage, "error_before", method="GET", count_max=1)
    with pytest.raises(VenueUnavailable):
        await stage.venue.open_orders()

    assert await stage.venue.open_orders() == []


@card(26, "a question whose answer is lost on the way has no answer")
async def lost_answer(stage: Stage) -> None:
    strike(stage, "lost_ack", method="GET")
    with pytest.raises(VenueUnavailable):
        await stage.venue.balances()
    mend(stage)

    assert (await stage.venue.balances()).account_ref


@card(27, "a question answered with a firewall's page is a fault of its own, never an empty answer")
async def firewall(stage: Stage) -> None:
    strike(stage, "html_error", method="GET")
    for question in (stage.venue.open_orders, stage.venue.balances):
        with pytest.raises(VenueFault):
            await question()


@card(
    28,
    "a question that is told to wait is asked no more until then, and says so",
    skips={"ccxt": "1.3: ccxt's own throttle knows no Retry-After"},
)
async def told_to_wait(stage: Stage) -> None:
    strike(stage, "rate_limited", method="GET", retry_after_s=300)
    with pytest.raises(VenueUnavailable):
        await stage.venue.open_orders()
    before = stage.requests()
    with pytest.raises(VenueUnavailable, match="no room for"):
        await stage.venue.open_orders()

    assert stage.requests() == before


@card(29, "history by market time takes its first instant and nothing before it")
async def boundaries(stage: Stage) -> None:
    await filled(stage, Side.BUY, 250)
    trades = await stage.venue.fills_since(stage.open_ns, [stage.symbol])

    second = await stage.venue.fills_since(trades[1].at_ns, [stage.symbol])

    assert [fill.execution_id for fill in second] == [fill.execution_id for fill in trades[1:]]


@card(30, "bars of a span lie wholly inside it, finished, oldest first")
async def bars(stage: Stage) -> None:
    await stage.pass_market(330)
    whole = bars_of(stage.instrument)
    start_ns = whole[1].start_ns

    told = await stage.venue.bars(stage.symbol, start_ns - 1, start_ns + 3 * MINUTE_NS + 1)

    assert list(told) == whole[1:4]
    assert await stage.venue.bars(stage.symbol, start_ns, start_ns) == []


@card(31, "open orders are all of them, and only those that work")
async def open_orders(stage: Stage) -> None:
    ids = [await sent(stage, stage.order(Side.BUY, 1, limit=80 + step)) for step in range(5)]
    await stage.venue.cancel(ids[2], stage.symbol)
    await filled(stage, Side.BUY, 1)

    told = await stage.venue.open_orders()

    assert sorted(order.client_order_id for order in told) == sorted({*ids} - {ids[2]})
