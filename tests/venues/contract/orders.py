"""VC: how an order leaves, what the venue says, and how it ends."""

from __future__ import annotations

from typing import Any

from tests.venues.contract.cards import card
from tests.venues.contract.scenes import ended, filled, filled_units, sent, status_of
from tests.venues.stages import Stage

from seatrial.domain.ids import ClientOrderId
from seatrial.domain.orders import OrderStatus, OrderType, Side, TimeInForce
from seatrial.venues.port import Confirmed, Denied, FillEvent, OrderEvent, Rejected, Unknown

NO_DAY = "3.2: Binance's orders work until cancelled, IOC or FOK; it has no DAY"
NO_POST_ONLY = "2.1: Alpaca's order has no post-only"
LONG = "in process only: a session is two minutes of real time"
PARKED = "1.3: stops differ from exchange to exchange; through ccxt they are parked in the machine"
NO_SHORT = "3.2: Binance spot locks what is sold; there is no short"


@card(4, "a market order is confirmed, and its trade comes before its last status")
async def market_order(stage: Stage) -> None:
    order = await filled(stage, Side.BUY, 10)

    kinds = [type(event) for event in stage.ear.heard if _about(event, order)]
    assert kinds[-2:] == [FillEvent, OrderEvent]
    assert filled_units(stage, order) == stage.units(10)


def _about(event: Any, client_order_id: ClientOrderId) -> bool:
    told = getattr(event, "order", None) or getattr(event, "fill", None)
    return told is not None and told.client_order_id == client_order_id


@card(7, "a resting order is open until its cancel is told")
async def resting(stage: Stage) -> None:
    order = await sent(stage, stage.order(Side.BUY, 1, limit=90))
    assert [each.client_order_id for each in await stage.venue.open_orders()] == [order]

    assert isinstance(await stage.venue.cancel(order, stage.symbol), Confirmed)

    await ended(stage, order, OrderStatus.CANCELED)
    assert await stage.venue.open_orders() == []
    found = await stage.venue.find(order, stage.symbol)
    assert found is not None
    assert found.status == OrderStatus.CANCELED


@card(8, "the same id twice is unknown, and one order")
async def twice(stage: Stage) -> None:
    order = stage.order(Side.BUY, 1, limit=90)
    await stage.venue.submit(order)

    assert isinstance(await stage.venue.submit(order), Unknown)

    assert len(await stage.venue.open_orders()) == 1


@card(9, "an order beyond our means is rejected in the venue's words")
async def beyond_means(stage: Stage) -> None:
    outcome = await stage.venue.submit(stage.order(Side.BUY, 9_000, limit=95))

    assert isinstance(outcome, Rejected)
    assert outcome.reason
    assert await stage.venue.open_orders() == []


@card(10, "a cancel of a strange or finished order is rejected")
async def nothing_to_cancel(stage: Stage) -> None:
    order = await filled(stage, Side.BUY, 1)

    assert isinstance(await stage.venue.cancel(order, stage.symbol), Rejected)
    assert isinstance(await stage.venue.cancel(ClientOrderId("NEVER-SENT"), stage.symbol), Rejected)


@card(17, "a large order is filled print by print")
async def print_by_print(stage: Stage) -> None:
    order = await filled(stage, Side.BUY, 250)

    quantities = [event.fill.qty_units for event in stage.ear.all(FillEvent)]
    assert quantities == [stage.units(100), stage.units(100), stage.units(50)]
    statuses = [e.order.status for e in stage.ear.all(OrderEvent) if e.order.client_order_id == order]
    assert statuses == sorted(statuses)
    parts = statuses.count(OrderStatus.PARTIALLY_FILLED)
    assert parts == 2 or (stage.name == "ccxt" and parts < 2)  # polled: what passed between two looks is not told


@card(18, "a stop waits for its price", skips={"ccxt": PARKED})
async def stop(stage: Stage) -> None:
    await sent(stage, stage.order(Side.BUY, 1, stop=101))
    await stage.pass_market(120)
    assert stage.ear.all(FillEvent) == []

    await stage.ear.until(lambda: stage.ear.all(FillEvent))

    (event,) = stage.ear.all(FillEvent)
    assert event.fill.price_units == 101 * stage.instrument.price_scale


@card(32, "a limit order fills at its price or better, never worse")
async def limit(stage: Stage) -> None:
    order = await sent(stage, stage.order(Side.BUY, 10, limit=105))
    await ended(stage, order, OrderStatus.FILLED)

    assert {e.fill.price_units for e in stage.ear.all(FillEvent)} == {100 * stage.instrument.price_scale}


@card(33, "a limit away from the market waits until the market comes")
async def patient_limit(stage: Stage) -> None:
    order = await sent(stage, stage.order(Side.SELL if stage.venue.capabilities.shorting else Side.BUY, 1, limit=100))
    await stage.pass_market(120)
    assert stage.ear.all(FillEvent) == []  # the market touches the limit and does not trade through it

    await ended(stage, order, OrderStatus.FILLED)


@card(34, "a stop limit waits for its stop, then rests at its limit", skips={"ccxt": PARKED})
async def stop_limit(stage: Stage) -> None:
    order = stage.order(Side.BUY, 1, stop=101, limit=100, type=OrderType.STOP_LIMIT)
    await sent(stage, order)
    await ended(stage, order.client_order_id, OrderStatus.FILLED)

    (event,) = stage.ear.all(FillEvent)
    assert event.fill.price_units <= 100 * stage.instrument.price_scale


@card(35, "immediate or cancel that meets nothing ends without a trade")
async def immediate(stage: Stage) -> None:
    order = stage.order(Side.BUY, 1, limit=90, tif=TimeInForce.IOC)
    await sent(stage, order)
    await stage.ear.until(lambda: (status_of(stage, order.client_order_id) or 0) >= OrderStatus.CANCELED)

    assert status_of(stage, order.client_order_id) in {OrderStatus.CANCELED, OrderStatus.EXPIRED}
    assert stage.ear.all(FillEvent) == []


@card(36, "fill or kill that cannot be filled whole is not filled at all")
async def all_or_nothing(stage: Stage) -> None:
    order = stage.order(Side.BUY, 500, limit=101, tif=TimeInForce.FOK)
    await stage.venue.submit(order)
    await stage.pass_market(60)

    found = await stage.venue.find(order.client_order_id, stage.symbol)
    assert found is None or (found.status.terminal and found.filled_units == 0)
    assert stage.ear.all(FillEvent) == []


@card(37, "a day order ends with the session, and says so", skips={"binance": NO_DAY, "ccxt": NO_DAY, "sockets": LONG})
async def day_order(stage: Stage) -> None:
    order = await sent(stage, stage.order(Side.BUY, 1, limit=90, tif=TimeInForce.DAY))
    close_ns = (await stage.venue.clock()).next_close_ns
    await stage.pass_market((close_ns - stage.exchange.now_ns()) / 10**9 + 5)
    await ended(stage, order, OrderStatus.EXPIRED)

    assert await stage.venue.open_orders() == []
    assert not (await stage.venue.clock()).is_open


@card(
    38,
    "a time in force the venue lacks is denied before a byte is sent",
    skips={"alpaca": "3.1: Alpaca takes a limit order with every time in force"},
)
async def lacking_time(stage: Stage) -> None:
    before = stage.requests()

    assert isinstance(await stage.venue.submit(stage.order(Side.BUY, 1, limit=90, tif=TimeInForce.DAY)), Denied)

    assert stage.requests() == before


@card(39, "a trailing stop never leaves: it is parked in the machine")
async def trailing(stage: Stage) -> None:
    before = stage.requests()

    assert isinstance(await stage.venue.submit(stage.order(Side.SELL, 1, type=OrderType.TRAILING_STOP)), Denied)

    assert stage.requests() == before


@card(40, "a post-only order that would trade is rejected, and one that rests is taken", skips={"alpaca": NO_POST_ONLY})
async def post_only(stage: Stage) -> None:
    outcome = await stage.venue.submit(stage.order(Side.BUY, 1, limit=105, post_only=True))
    assert isinstance(outcome, Rejected)

    order = await sent(stage, stage.order(Side.BUY, 1, limit=90, post_only=True))
    assert [each.client_order_id for each in await stage.venue.open_orders()] == [order]


@card(41, "a symbol that is not an instrument of the account is denied before a byte is sent")
async def strange_symbol(stage: Stage) -> None:
    from dataclasses import replace

    before = stage.requests()
    strange = replace(stage.order(Side.BUY, 1), symbol="NOSUCH")  # type: ignore[arg-type]

    assert isinstance(await stage.venue.submit(strange), Denied)

    assert stage.requests() == before


@card(42, "what is not held can be sold only where there are shorts", skips={"alpaca": "3.1: Alpaca takes short sales"})
async def no_short(stage: Stage) -> None:
    assert not stage.venue.capabilities.shorting
    assert isinstance(await stage.venue.submit(stage.order(Side.SELL, 10, limit=100)), Rejected)


@card(43, "a short sale fills and is a negative holding", skips={"binance": NO_SHORT, "ccxt": NO_SHORT})
async def short(stage: Stage) -> None:
    await filled(stage, Side.SELL, 10)

    assert (await stage.venue.balances()).holdings == {stage.symbol: -stage.units(10)}


@card(44, "an id of thirty-two characters comes back as it was sent")
async def longest_id(stage: Stage) -> None:
    name = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    await sent(stage, stage.order(Side.BUY, 1, limit=90, name=name))
    await stage.ear.until(lambda: stage.ear.all(OrderEvent))

    assert stage.ear.all(OrderEvent)[-1].order.client_order_id == name
    assert [order.client_order_id for order in await stage.venue.open_orders()] == [name]


@card(45, "two orders of one symbol keep their own trades (pains: FT13399)")
async def neighbours(stage: Stage) -> None:
    first = await sent(stage, stage.order(Side.BUY, 30))
    second = await sent(stage, stage.order(Side.BUY, 20))
    await ended(stage, first, OrderStatus.FILLED)
    await ended(stage, second, OrderStatus.FILLED)

    assert (filled_units(stage, first), filled_units(stage, second)) == (stage.units(30), stage.units(20))


@card(46, "a cancel takes back its own order and leaves its neighbour")
async def one_of_two(stage: Stage) -> None:
    first = await sent(stage, stage.order(Side.BUY, 1, limit=90))
    second = await sent(stage, stage.order(Side.BUY, 1, limit=90))
    await stage.venue.cancel(first, stage.symbol)
    await ended(stage, first, OrderStatus.CANCELED)

    assert [order.client_order_id for order in await stage.venue.open_orders()] == [second]
