"""A venue of a few lines, scripted: what it answers, what it hides, what it forgets. For tests of the order path."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

from seatrial.domain.bars import Bar
from seatrial.domain.effects import Approved
from seatrial.domain.faults import VenueUnavailable
from seatrial.domain.ids import AccountId, ClientOrderId, ExecutionId, Symbol, VenueName, VenueOrderId
from seatrial.domain.instrument import Instrument, us_equity
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.orders import OrderStatus, OrderType, TimeInForce
from seatrial.domain.time import SECOND_NS
from seatrial.venues.port import (
    AccountEvent,
    Capabilities,
    Confirmed,
    FillEvent,
    MarketEvent,
    OrderEvent,
    Outcome,
    Rejected,
    StreamUp,
    TickEvent,
    Unknown,
    VenueBalances,
    VenueClock,
    VenueFill,
    VenueOrder,
)

AAPL = us_equity("AAPL")
USD = Currency("USD")
PAPER = AccountId("paper")
OPENING_UNITS = 100_000 * CASH_SCALE


class ScriptedVenue:
    """Takes every order unless `answer` says otherwise. `now_ns` is the test's clock."""

    name = VenueName("scripted")
    account = PAPER
    capabilities = Capabilities(frozenset(OrderType), frozenset(TimeInForce), shorting=True, fractional=False)
    late_arrival_ns = 15 * SECOND_NS

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self.now_ns = now_ns
        self.account_ref = "paper-1"
        self.orders: dict[ClientOrderId, VenueOrder] = {}
        self.fills: list[VenueFill] = []
        self.cash_units = OPENING_UNITS
        self.held: dict[Symbol, int] = {}
        self.submitted: list[ClientOrderId] = []
        self.cancelled: list[ClientOrderId] = []
        self.answer: Callable[[Approved], Outcome] | None = None  # instead of taking the order
        self.loses_answers = False  # takes the order, and says nothing
        self.down = False
        self.mute = False  # the stream says nothing
        self.latency_seconds = 0.001
        self._events: asyncio.Queue[AccountEvent] = asyncio.Queue()

    def take(self, order: Approved) -> VenueOrder:
        """The order works from now on."""
        taken = VenueOrder(
            client_order_id=order.client_order_id,
            venue_order_id=VenueOrderId(f"v{len(self.orders) + 1}"),
            symbol=order.symbol,
            side=order.side,
            type=order.type,
            qty_units=order.qty_units,
            filled_units=0,
            status=OrderStatus.WORKING,
            updated_ns=self.now_ns(),
        )
        self.orders[order.client_order_id] = taken
        return taken

    def fill(self, client_order_id: ClientOrderId, qty_units: int, price_units: int, *, say: int = 1) -> None:
        """The market trades an order; the stream says so `say` times."""
        order = self.orders[client_order_id]
        filled = order.filled_units + qty_units
        status = OrderStatus.FILLED if filled == order.qty_units else OrderStatus.PARTIALLY_FILLED
        self.orders[client_order_id] = replace(order, filled_units=filled, status=status)
        fill = VenueFill(
            execution_id=ExecutionId(str(len(self.fills) + 1)),
            client_order_id=client_order_id,
            venue_order_id=order.venue_order_id,
            symbol=order.symbol,
            side=order.side,
            qty_units=qty_units,
            price_units=price_units,
            fee_units=0,
            fee_currency=USD,
            at_ns=self.now_ns(),
        )
        self.fills.append(fill)
        self.held[order.symbol] = self.held.get(order.symbol, 0) + order.side * qty_units
        self.cash_units -= int(order.side) * qty_units * price_units // AAPL.value_div
        for _ in range(say):
            self.tell(FillEvent(fill))

    def end(self, client_order_id: ClientOrderId, status: OrderStatus) -> None:
        """The order ends; the stream says so."""
        self.orders[client_order_id] = replace(self.orders[client_order_id], status=status)
        self.tell(OrderEvent(self.orders[client_order_id]))

    def tell(self, event: AccountEvent) -> None:
        """Say something on the stream."""
        if not self.mute:
            self._events.put_nowait(event)

    async def _ask(self) -> None:
        await asyncio.sleep(self.latency_seconds)
        if self.down:
            raise VenueUnavailable("scripted: down")

    async def submit(self, order: Approved) -> Outcome:
        """See `Venue`."""
        self.submitted.append(order.client_order_id)
        await asyncio.sleep(self.latency_seconds)
        if self.answer is not None:
            return self.answer(order)
        taken = self.take(order)
        return Unknown("scripted: lost") if self.loses_answers else Confirmed(taken.venue_order_id, taken.status)

    async def cancel(self, client_order_id: ClientOrderId, symbol: Symbol) -> Outcome:
        """See `Venue`."""
        self.cancelled.append(client_order_id)
        await asyncio.sleep(self.latency_seconds)
        order = self.orders.get(client_order_id)
        if order is None or order.status.terminal:
            return Rejected("404", "no such working order")
        self.end(client_order_id, OrderStatus.CANCELED)
        return Confirmed(order.venue_order_id, OrderStatus.CANCELED)

    async def find(self, client_order_id: ClientOrderId, symbol: Symbol) -> VenueOrder | None:
        """See `Venue`."""
        await self._ask()
        return self.orders.get(client_order_id)

    async def open_orders(self) -> Sequence[VenueOrder]:
        """See `Venue`."""
        await self._ask()
        return [order for order in self.orders.values() if not order.status.terminal]

    async def fills_since(self, at_ns: int, symbols: Sequence[Symbol]) -> Sequence[VenueFill]:
        """See `Venue`."""
        await self._ask()
        return [fill for fill in self.fills if fill.at_ns >= at_ns]

    async def balances(self) -> VenueBalances:
        """See `Venue`."""
        await self._ask()
        return VenueBalances(self.account_ref, {USD: self.cash_units}, dict(self.held), self.now_ns())

    async def instruments(self, symbols: Sequence[Symbol]) -> Sequence[Instrument]:
        """See `Venue`."""
        return [us_equity(symbol) for symbol in symbols]

    async def clock(self) -> VenueClock:
        """See `Venue`."""
        await self._ask()
        return VenueClock(self.now_ns(), is_open=True, next_open_ns=0, next_close_ns=0)

    async def bars(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[Bar]:
        """See `Venue`."""
        return []

    async def trades(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[TickEvent]:
        """See `Venue`."""
        return []

    async def account_events(self) -> AsyncIterator[AccountEvent]:
        """See `Venue`."""
        yield StreamUp("account")
        while True:
            yield await self._events.get()

    async def market_events(self, symbols: Sequence[Symbol]) -> AsyncIterator[MarketEvent]:
        """See `Venue`."""
        yield StreamUp("market")

    async def close(self) -> None:
        """See `Venue`."""
