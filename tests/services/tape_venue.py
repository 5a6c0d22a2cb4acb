"""The outside world in a few lines: a venue whose market a test writes down itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from seatrial.domain.bars import Bar
from seatrial.domain.effects import Approved
from seatrial.domain.faults import VenueUnavailable
from seatrial.domain.ids import AccountId, ClientOrderId, Symbol, VenueName
from seatrial.domain.instrument import Instrument, us_equity
from seatrial.domain.orders import OrderType, TimeInForce
from seatrial.domain.time import MINUTE_NS, Clock
from seatrial.services.health import Identity
from seatrial.venues.port import (
    AccountEvent,
    Capabilities,
    MarketEvent,
    Outcome,
    TickEvent,
    Unknown,
    VenueBalances,
    VenueClock,
    VenueFill,
    VenueOrder,
)

OPEN_NS = 26_000_000 * MINUTE_NS
ACCOUNT = AccountId("paper")
AAPL, SPY = Symbol("AAPL"), Symbol("SPY")


def bar(symbol: str, minute: int, close: int = 100) -> Bar:
    """The bar that ends `minute` minutes after the open."""
    units = close * 10_000
    end_ns = OPEN_NS + minute * MINUTE_NS
    return Bar(Symbol(symbol), end_ns - MINUTE_NS, end_ns, units, units, units, units, 1_000 * 10**9)


def who(service: str) -> Identity:
    """A role's identity in tests."""
    return Identity(service, "0.1.0", "dev", "sim")


class TapeVenue:
    """See `venues.port.Venue`. Put events into `events`; history and truth are attributes."""

    name = VenueName("tape")
    capabilities = Capabilities(frozenset(OrderType), frozenset(TimeInForce), shorting=True, fractional=False)

    def __init__(self, clock: Clock, account: AccountId = ACCOUNT) -> None:
        self.account = account
        self.events: asyncio.Queue[MarketEvent] = asyncio.Queue()
        self.history: list[Bar] = []
        self.prints: list[TickEvent] = []
        self.holdings: dict[Symbol, int] = {}
        self.orders: list[VenueOrder] = []
        self.silent = False  # questions are not answered
        self.asked = 0
        self._clock = clock

    def _answer(self) -> None:
        self.asked += 1
        if self.silent:
            raise VenueUnavailable("the tape is torn")

    async def submit(self, order: Approved) -> Outcome:
        return Unknown("a tape takes no orders")

    async def cancel(self, client_order_id: ClientOrderId, symbol: Symbol) -> Outcome:
        return Unknown("a tape takes no orders")

    async def find(self, client_order_id: ClientOrderId, symbol: Symbol) -> VenueOrder | None:
        return next((order for order in self.orders if order.client_order_id == client_order_id), None)

    async def open_orders(self) -> Sequence[VenueOrder]:
        self._answer()
        return list(self.orders)

    async def fills_since(self, at_ns: int, symbols: Sequence[Symbol]) -> Sequence[VenueFill]:
        return []

    async def balances(self) -> VenueBalances:
        self._answer()
        return VenueBalances("tape-1", {}, dict(self.holdings), self._clock.now_ns())

    async def instruments(self, symbols: Sequence[Symbol]) -> Sequence[Instrument]:
        return [us_equity(symbol) for symbol in symbols]

    async def clock(self) -> VenueClock:
        self._answer()
        return VenueClock(self._clock.now_ns(), True, OPEN_NS + 10**18, OPEN_NS + 390 * MINUTE_NS)

    async def bars(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[Bar]:
        self._answer()
        found = [each for each in self.history if each.symbol == symbol]
        return [each for each in found if start_ns <= each.start_ns and each.end_ns <= end_ns]

    async def trades(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[TickEvent]:
        self._answer()
        return [each for each in self.prints if each.symbol == symbol and start_ns <= each.at_ns < end_ns]

    async def account_events(self) -> AsyncIterator[AccountEvent]:
        await asyncio.Event().wait()
        yield  # type: ignore[misc]

    async def market_events(self, symbols: Sequence[Symbol]) -> AsyncIterator[MarketEvent]:
        while True:
            yield await self.events.get()

    async def close(self) -> None:
        return
