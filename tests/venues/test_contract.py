"""The contract of the port, as numbered cards. Every adapter plays every card against its venue, in process.

A card says what the order path may rely on. Add cards at the end; numbers are never reused.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.venues.stages import ACCOUNT, Ear, Stage, bars_of, on_stage

from seatrial.domain.faults import VenueFault, VenueRefused
from seatrial.domain.ids import ClientOrderId, Symbol
from seatrial.domain.orders import OrderStatus, Side
from seatrial.domain.time import MINUTE_NS
from seatrial.emulators.faults import Fault
from seatrial.venues.booking import fill_fact
from seatrial.venues.port import (
    BarEvent,
    Confirmed,
    FillEvent,
    OrderEvent,
    Rejected,
    StreamDown,
    StreamUp,
    TickEvent,
    Unknown,
    VenueOrder,
)
from seatrial.venues.reconcile import reconcile
from seatrial.venues.truth import OurTruth, TheirTruth

pytestmark = pytest.mark.parametrize("name", ["alpaca", "binance"])

ORDERS = {"alpaca": "/v2/orders", "binance": "/api/v3/order"}
ACCOUNT_STREAM = {"alpaca": "trade_updates", "binance": "user_data"}


def status_of(stage: Stage, client_order_id: ClientOrderId) -> OrderStatus | None:
    told = [e.order.status for e in stage.ear.all(OrderEvent) if e.order.client_order_id == client_order_id]
    return told[-1] if told else None


async def filled(stage: Stage, side: Side, whole: int) -> ClientOrderId:
    order = stage.order(side, whole)
    assert isinstance(await stage.venue.submit(order), Confirmed)
    await stage.ear.until(lambda: status_of(stage, order.client_order_id) == OrderStatus.FILLED)
    return order.client_order_id


def test_vc_001_the_venue_tells_the_rules_of_a_symbol_and_refuses_one_it_does_not_list(name: str) -> None:
    async def play(stage: Stage) -> None:
        (rules,) = await stage.venue.instruments([stage.symbol])

        assert rules.symbol == stage.symbol
        assert (rules.tick_units, rules.lot_units) == (stage.instrument.tick_units, stage.instrument.lot_units)
        with pytest.raises(VenueRefused):
            await stage.venue.instruments([Symbol("NOSUCH")])

    on_stage(name, play)


def test_vc_002_the_market_clock_says_open_in_a_session(name: str) -> None:
    async def play(stage: Stage) -> None:
        clock = await stage.venue.clock()

        assert clock.is_open
        assert clock.now_ns < clock.next_close_ns

    on_stage(name, play)


def test_vc_003_an_account_opens_with_exact_money_and_a_lasting_name(name: str) -> None:
    async def play(stage: Stage) -> None:
        first, second = await stage.venue.balances(), await stage.venue.balances()

        assert first.cash == {stage.instrument.quote: 100_000 * 10**8}
        assert set(first.holdings.values()) <= {0}
        assert first.account_ref == second.account_ref != ""

    on_stage(name, play)


def test_vc_004_a_market_order_is_confirmed_and_its_trade_comes_before_its_last_status(name: str) -> None:
    async def play(stage: Stage) -> None:
        order = await filled(stage, Side.BUY, 10)

        kinds = [type(e) for e in stage.ear.heard if _about(e, order)]
        assert kinds[-2:] == [FillEvent, OrderEvent]
        assert sum(e.fill.qty_units for e in stage.ear.all(FillEvent)) == stage.units(10)

    on_stage(name, play)


def _about(event: Any, client_order_id: ClientOrderId) -> bool:
    told = getattr(event, "order", None) or getattr(event, "fill", None)
    return told is not None and told.client_order_id == client_order_id


def test_vc_005_the_history_tells_the_same_trades_as_the_stream(name: str) -> None:
    async def play(stage: Stage) -> None:
        await filled(stage, Side.BUY, 250)
        await filled(stage, Side.SELL, 30)

        listed = await stage.venue.fills_since(stage.open_ns, [stage.symbol])

        assert [fill_fact(ACCOUNT, fill) for fill in listed] == [
            fill_fact(ACCOUNT, e.fill) for e in stage.ear.all(FillEvent)
        ]
        assert len(listed) >= 4
        assert await stage.venue.fills_since(listed[-1].at_ns + 10**9, [stage.symbol]) == []

    on_stage(name, play)


def test_vc_006_an_order_is_found_by_our_id_and_a_strange_one_is_not(name: str) -> None:
    async def play(stage: Stage) -> None:
        order = stage.order(Side.BUY, 1, limit=90)
        outcome = await stage.venue.submit(order)

        found = await stage.venue.find(order.client_order_id, stage.symbol)

        assert isinstance(outcome, Confirmed)
        assert isinstance(found, VenueOrder)
        assert (found.venue_order_id, found.status) == (outcome.venue_order_id, OrderStatus.WORKING)
        assert await stage.venue.find(ClientOrderId("NEVER-SENT"), stage.symbol) is None

    on_stage(name, play)


def test_vc_007_a_resting_order_is_open_until_its_cancel_is_told(name: str) -> None:
    async def play(stage: Stage) -> None:
        order = stage.order(Side.BUY, 1, limit=90)
        await stage.venue.submit(order)
        assert [o.client_order_id for o in await stage.venue.open_orders()] == [order.client_order_id]

        assert isinstance(await stage.venue.cancel(order.client_order_id, stage.symbol), Confirmed)

        await stage.ear.until(lambda: status_of(stage, order.client_order_id) == OrderStatus.CANCELED)
        assert await stage.venue.open_orders() == []
        found = await stage.venue.find(order.client_order_id, stage.symbol)
        assert found is not None
        assert found.status == OrderStatus.CANCELED

    on_stage(name, play)


def test_vc_008_the_same_id_twice_is_unknown_and_one_order(name: str) -> None:
    async def play(stage: Stage) -> None:
        order = stage.order(Side.BUY, 1, limit=90)
        await stage.venue.submit(order)

        assert isinstance(await stage.venue.submit(order), Unknown)

        assert len(await stage.venue.open_orders()) == 1

    on_stage(name, play)


def test_vc_009_an_order_beyond_our_means_is_rejected_in_the_venues_words(name: str) -> None:
    async def play(stage: Stage) -> None:
        outcome = await stage.venue.submit(stage.order(Side.BUY, 9_000, limit=95))

        assert isinstance(outcome, Rejected)
        assert outcome.reason
        assert await stage.venue.open_orders() == []

    on_stage(name, play)


def test_vc_010_a_cancel_of_a_strange_or_finished_order_is_rejected(name: str) -> None:
    async def play(stage: Stage) -> None:
        order = await filled(stage, Side.BUY, 1)

        assert isinstance(await stage.venue.cancel(order, stage.symbol), Rejected)
        assert isinstance(await stage.venue.cancel(ClientOrderId("NEVER-SENT"), stage.symbol), Rejected)

    on_stage(name, play)


@pytest.mark.parametrize("kind", ["lost_ack", "error_after"])
def test_vc_011_a_lost_answer_is_unknown_and_the_order_is_there(name: str, kind: Any) -> None:
    async def play(stage: Stage) -> None:
        stage.faults.replace([Fault("deaf", kind, path=ORDERS[name], method="POST")])
        order = stage.order(Side.BUY, 1, limit=90)

        assert isinstance(await stage.venue.submit(order), Unknown)

        found = await stage.venue.find(order.client_order_id, stage.symbol)
        assert found is not None
        assert found.status == OrderStatus.WORKING

    on_stage(name, play)


def test_vc_012_an_error_before_acceptance_is_unknown_and_the_order_is_not_there(name: str) -> None:
    async def play(stage: Stage) -> None:
        stage.faults.replace([Fault("sick", "error_before", path=ORDERS[name], method="POST")])
        order = stage.order(Side.BUY, 1, limit=90)

        assert isinstance(await stage.venue.submit(order), Unknown)

        assert await stage.venue.find(order.client_order_id, stage.symbol) is None

    on_stage(name, play)


def test_vc_013_an_answer_that_is_late_beyond_patience_is_unknown(name: str) -> None:
    async def play(stage: Stage) -> None:
        stage.faults.replace(
            [Fault("slow", "latency", path=ORDERS[name], method="POST", latency_ms=30_000, when="after")]
        )
        order = stage.order(Side.BUY, 1, limit=90)

        assert isinstance(await stage.venue.submit(order), Unknown)

        assert await stage.venue.find(order.client_order_id, stage.symbol) is not None

    on_stage(name, play)


def test_vc_014_a_stream_that_breaks_says_so_and_comes_back_and_the_history_has_what_was_missed(name: str) -> None:
    async def play(stage: Stage) -> None:
        await stage.ear.until(lambda: stage.ear.all(StreamUp))
        stage.faults.replace([Fault("cut", "stream_disconnect", count_max=1)])
        order = stage.order(Side.BUY, 10)
        await stage.venue.submit(order)

        await stage.ear.until(lambda: len(stage.ear.all(StreamUp)) == 2)

        ups_and_downs = [type(e) for e in stage.ear.heard if isinstance(e, StreamUp | StreamDown)]
        assert ups_and_downs == [StreamUp, StreamDown, StreamUp]
        await asyncio.sleep(120)
        assert sum(f.qty_units for f in await stage.venue.fills_since(stage.open_ns, [stage.symbol])) == stage.units(10)

    on_stage(name, play)


def test_vc_015_bars_and_ticks_come_from_the_stream_and_the_bars_are_the_history(name: str) -> None:
    async def play(stage: Stage) -> None:
        ear = Ear()
        listening = asyncio.create_task(ear.listen(stage.venue.market_events([stage.symbol])))
        await ear.until(lambda: len(ear.all(BarEvent)) >= 7)
        listening.cancel()
        streamed = [event.bar for event in ear.all(BarEvent)]

        history = await stage.venue.bars(stage.symbol, streamed[0].start_ns, streamed[-1].end_ns)

        assert type(ear.heard[0]) is StreamUp
        assert streamed == list(history) == bars_of(stage.instrument)[: len(streamed)]
        assert {event.price_units for event in ear.all(TickEvent)} >= {100 * stage.instrument.price_scale}
        assert await stage.venue.bars(stage.symbol, stage.open_ns + 1, stage.open_ns + MINUTE_NS) == []

    on_stage(name, play)


def test_vc_016_a_wrong_secret_is_refused_everywhere_and_nothing_hangs(name: str) -> None:
    async def play(stage: Stage) -> None:
        assert isinstance(await stage.venue.submit(stage.order(Side.BUY, 1)), Rejected)
        with pytest.raises(VenueFault):
            await stage.venue.balances()
        await stage.ear.until(lambda: stage.ear.all(StreamDown))
        await asyncio.sleep(120)
        assert [type(event) for event in stage.ear.heard] == [StreamDown]

    on_stage(name, play, secret="wrong")


def test_vc_017_a_large_order_is_filled_print_by_print(name: str) -> None:
    async def play(stage: Stage) -> None:
        order = await filled(stage, Side.BUY, 250)

        quantities = [e.fill.qty_units for e in stage.ear.all(FillEvent)]
        assert quantities == [stage.units(100), stage.units(100), stage.units(50)]
        statuses = [e.order.status for e in stage.ear.all(OrderEvent) if e.order.client_order_id == order]
        assert statuses == sorted(statuses)
        assert statuses.count(OrderStatus.PARTIALLY_FILLED) == 2

    on_stage(name, play)


def test_vc_018_a_stop_waits_for_its_price(name: str) -> None:
    async def play(stage: Stage) -> None:
        order = stage.order(Side.BUY, 1, stop=101)
        assert isinstance(await stage.venue.submit(order), Confirmed)
        await asyncio.sleep(120)
        assert stage.ear.all(FillEvent) == []

        await stage.ear.until(lambda: stage.ear.all(FillEvent))

        (event,) = stage.ear.all(FillEvent)
        assert event.fill.price_units == 101 * stage.instrument.price_scale

    on_stage(name, play)


def test_vc_019_balances_are_what_the_trades_explain_to_the_unit(name: str) -> None:
    async def play(stage: Stage) -> None:
        opening = await stage.venue.balances()
        await filled(stage, Side.BUY, 123)
        await filled(stage, Side.SELL, 45)
        now = await stage.venue.balances()
        fills = await stage.venue.fills_since(stage.open_ns, [stage.symbol])

        instruments = {stage.symbol: stage.instrument}
        ours = OurTruth(ACCOUNT, 0, opening.account_ref, instruments, {}, {}, opening.holdings, opening.cash)
        theirs = TheirTruth(now.account_ref, {}, frozenset(), fills, stage.open_ns, now.holdings, now.cash)
        assert {type(finding).__name__ for finding in reconcile(ours, theirs)} == {"FillMissed"}

    on_stage(name, play)


def test_vc_020_a_restarted_adapter_knows_the_trades_of_orders_it_never_sent(name: str) -> None:
    async def play(stage: Stage) -> None:
        order = await filled(stage, Side.BUY, 10)
        reborn = stage.reborn()

        (fill,) = await reborn.fills_since(stage.open_ns, [stage.symbol])

        assert fill.client_order_id == order

    on_stage(name, play)


def test_vc_021_an_event_told_twice_is_heard_twice_and_is_one_trade(name: str) -> None:
    async def play(stage: Stage) -> None:
        await stage.ear.until(lambda: stage.ear.all(StreamUp))
        stage.faults.replace([Fault("echo", "stream_duplicate")])
        await filled(stage, Side.BUY, 10)
        await asyncio.sleep(5)

        heard = [e.fill.execution_id for e in stage.ear.all(FillEvent)]
        assert len(heard) == 2
        assert len(set(heard)) == 1
        assert len(await stage.venue.fills_since(stage.open_ns, [stage.symbol])) == 1

    on_stage(name, play)


def test_vc_022_an_event_never_told_is_in_the_history(name: str) -> None:
    async def play(stage: Stage) -> None:
        await stage.ear.until(lambda: stage.ear.all(StreamUp))
        stage.faults.replace([Fault("mute", "stream_drop")])
        order = stage.order(Side.BUY, 10)
        await stage.venue.submit(order)
        await asyncio.sleep(120)

        assert [type(event) for event in stage.ear.heard] == [StreamUp]
        (fill,) = await stage.venue.fills_since(stage.open_ns, [stage.symbol])
        assert fill.client_order_id == order.client_order_id

    on_stage(name, play)


def test_vc_023_two_streams_may_be_opened_at_the_same_moment(name: str) -> None:
    async def play(stage: Stage) -> None:
        ears = [Ear(), Ear()]
        reborn = stage.reborn()
        listening = [
            asyncio.create_task(ears[0].listen(reborn.account_events())),
            asyncio.create_task(ears[1].listen(reborn.market_events([stage.symbol]))),
        ]

        await ears[0].until(lambda: ears[0].all(StreamUp) and ears[1].all(StreamUp))

        assert (ears[0].all(StreamUp)[0].stream, ears[1].all(StreamUp)[0].stream) == (
            f"{name}.account",
            f"{name}.market",
        )
        await reborn.close()
        await asyncio.gather(*listening)

    on_stage(name, play)


def test_vc_024_who_wants_no_ticks_hears_bars_only(name: str) -> None:
    async def play(stage: Stage) -> None:
        ear = Ear()
        listening = asyncio.create_task(ear.listen(stage.venue.market_events([stage.symbol])))
        await ear.until(lambda: len(ear.all(BarEvent)) >= 3)
        listening.cancel()

        assert {type(event) for event in ear.heard} == {StreamUp, BarEvent}

    on_stage(name, play, ticks=False)
