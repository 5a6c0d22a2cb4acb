"""Words that many scenes share: how an order came out, and what the stream has told of it."""

from __future__ import annotations

from typing import Any

from tests.venues.stages import ACCOUNT, Stage

from seatrial.domain.effects import Approved
from seatrial.domain.ids import ClientOrderId
from seatrial.domain.orders import OrderStatus, Side
from seatrial.emulators.faults import Fault
from seatrial.venues.booking import booked, fill_fact
from seatrial.venues.port import Confirmed, FillEvent, OrderEvent, StreamDown, StreamGap, StreamUp, VenueBalances
from seatrial.venues.reconcile import reconcile
from seatrial.venues.truth import OurTruth, TheirTruth

ORDERS = {"alpaca": "/v2/orders", "binance": "/api/v3/order"}
TRADES = {"alpaca": "fill", "binance": "TRADE"}  # how the emulated streams name a trade
ACCOUNT_STREAM = {"alpaca": "trade_updates", "binance": "userData"}
MARKET_STREAM = {"alpaca": "market_data", "binance": "market"}


def venue_of(stage: Stage) -> str:
    """Which protocol is spoken on this stage, whatever adapter speaks it."""
    return "alpaca" if stage.name == "alpaca" else "binance"


def strike(stage: Stage, kind: str, **more: Any) -> None:
    """Only this goes wrong from now on."""
    stage.faults.replace([Fault("struck", kind, **more)])


def strike_orders(stage: Stage, kind: str, method: str = "POST", **more: Any) -> None:
    """Only this goes wrong, and only with orders."""
    strike(stage, kind, path=ORDERS[venue_of(stage)], method=method, **more)


def mend(stage: Stage) -> None:
    """Nothing goes wrong any more."""
    stage.faults.replace([])


def status_of(stage: Stage, client_order_id: ClientOrderId) -> OrderStatus | None:
    """The last status that the stream has told of an order."""
    told = [e.order.status for e in stage.ear.all(OrderEvent) if e.order.client_order_id == client_order_id]
    return told[-1] if told else None


def filled_units(stage: Stage, client_order_id: ClientOrderId) -> int:
    """How much of an order the stream's trades amount to, each counted once."""
    told = {e.fill.execution_id: e.fill for e in stage.ear.all(FillEvent) if e.fill.client_order_id == client_order_id}
    return sum(fill.qty_units for fill in told.values())


async def sent(stage: Stage, order: Approved) -> ClientOrderId:
    """An order that the venue has taken."""
    outcome = await stage.venue.submit(order)
    assert isinstance(outcome, Confirmed), outcome
    return order.client_order_id


async def ended(stage: Stage, client_order_id: ClientOrderId, status: OrderStatus) -> None:
    """Wait until the stream tells so."""
    await stage.ear.until(lambda: status_of(stage, client_order_id) == status)


async def filled(stage: Stage, side: Side, whole: int) -> ClientOrderId:
    """A market order that has filled."""
    client_order_id = await sent(stage, stage.order(side, whole))
    await ended(stage, client_order_id, OrderStatus.FILLED)
    return client_order_id


async def connected(stage: Stage) -> None:
    """Wait until the account's stream is live."""
    await stage.ear.until(lambda: stage.ear.all(StreamUp))


async def reconnected(stage: Stage, times: int = 1) -> None:
    """Wait until the account's stream is live again."""
    await stage.ear.until(lambda: len(stage.ear.all(StreamUp)) > times)


def ups_and_downs(stage: Stage) -> list[type]:
    """How the account's stream came and went."""
    return [type(event) for event in stage.ear.heard if isinstance(event, StreamUp | StreamDown)]


def gaps(stage: Stage) -> list[StreamGap]:
    """What the account's stream has skipped, in its own counting."""
    return stage.ear.all(StreamGap)


async def history_units(stage: Stage, client_order_id: ClientOrderId) -> int:
    """How much of an order the venue's history amounts to."""
    fills = await stage.venue.fills_since(stage.open_ns, [stage.symbol])
    return sum(fill.qty_units for fill in fills if fill.client_order_id == client_order_id)


async def explained(stage: Stage, opening: VenueBalances) -> None:
    """The venue's trades explain its balances to the unit, and one pass of reconciliation books them all."""
    now = await stage.venue.balances()
    fills = await stage.venue.fills_since(stage.open_ns, [stage.symbol])
    instruments = {stage.symbol: stage.instrument}
    ours = OurTruth(ACCOUNT, 0, opening.account_ref, instruments, {}, {}, opening.holdings, opening.cash)
    theirs = TheirTruth(now.account_ref, {}, frozenset(), fills, stage.open_ns, now.holdings, now.cash)
    findings = reconcile(ours, theirs)
    assert {type(finding).__name__ for finding in findings} <= {"FillMissed"}
    assert reconcile(booked(ours, findings), theirs) == []


def as_facts(stage: Stage) -> list[object]:
    """The stream's trades as facts, in the order in which they came."""
    return [fill_fact(ACCOUNT, event.fill) for event in stage.ear.all(FillEvent)]
