"""The one door through which orders leave. Every adapter, real or emulated, stands behind this protocol.

The rule that pays for the room: **a timeout, a dropped connection, a 5xx or an unreadable body is
`Unknown`, never `Rejected`.** Only a body in the venue's own protocol that says no is a rejection.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from seatrial.domain.bars import Bar
from seatrial.domain.effects import Approved
from seatrial.domain.ids import AccountId, ClientOrderId, ExecutionId, Symbol, VenueName, VenueOrderId
from seatrial.domain.instrument import Instrument
from seatrial.domain.money import Currency
from seatrial.domain.orders import OrderStatus, OrderType, Side, TimeInForce


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The venue has the order (or has taken the cancel). `status` is its word at that moment."""

    venue_order_id: VenueOrderId
    status: OrderStatus


@dataclass(frozen=True, slots=True)
class Rejected:
    """The venue understood and said no, in its own protocol. Final."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Denied:
    """Over on our side, before a byte was sent: no capability, rate budget spent, nobody listens."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """We do not know. The order may live; ask with `find` until the venue's word is in."""

    reason: str


Outcome = Confirmed | Rejected | Denied | Unknown

# ------------------------------------------------------ the venue's truth


@dataclass(frozen=True, slots=True)
class VenueOrder:
    """An order as the venue tells it. `client_order_id` may be somebody else's."""

    client_order_id: ClientOrderId
    venue_order_id: VenueOrderId
    symbol: Symbol
    side: Side
    type: OrderType
    qty_units: int
    filled_units: int
    status: OrderStatus
    updated_ns: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class VenueFill:
    """A trade as the venue tells it; also sent as an event.

    `fee_units` is in cash units where `fee_currency` is the quote, in quantity units where it is the base.
    """

    execution_id: ExecutionId
    client_order_id: ClientOrderId
    venue_order_id: VenueOrderId
    symbol: Symbol
    side: Side
    qty_units: int
    price_units: int
    fee_units: int
    fee_currency: Currency
    at_ns: int


@dataclass(frozen=True, slots=True)
class VenueBalances:
    """Cash by currency in cash units, holdings by symbol in signed quantity units.

    `account_ref` is the venue's own account identity: when it changes, a new venue epoch has begun.
    """

    account_ref: str
    cash: dict[Currency, int]
    holdings: dict[Symbol, int]
    as_of_ns: int


@dataclass(frozen=True, slots=True)
class VenueClock:
    """The venue's market clock."""

    now_ns: int
    is_open: bool
    next_open_ns: int
    next_close_ns: int


# ------------------------------------------------------------ event streams


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """A status change of one order, from the stream."""

    order: VenueOrder


@dataclass(frozen=True, slots=True)
class FillEvent:
    """A trade, from the stream."""

    fill: VenueFill


@dataclass(frozen=True, slots=True)
class BarEvent:
    """A finished bar, from the stream."""

    bar: Bar


@dataclass(frozen=True, slots=True)
class TickEvent:
    """A trade of the market at large. One that does not `count` is no part of its bar's volume."""

    symbol: Symbol
    price_units: int
    qty_units: int
    at_ns: int
    counts: bool = True


@dataclass(frozen=True, slots=True)
class StreamUp:
    """A stream is subscribed and live. After it, whatever was missed must be backfilled."""

    stream: str


@dataclass(frozen=True, slots=True)
class StreamDown:
    """A stream was lost; the adapter is reconnecting with back-off."""

    stream: str
    reason: str


@dataclass(frozen=True, slots=True)
class StreamGap:
    """A live stream has skipped something, as its own counting shows. What is missing must be backfilled."""

    stream: str
    missing: str


AccountEvent = OrderEvent | FillEvent | StreamUp | StreamDown | StreamGap
MarketEvent = BarEvent | TickEvent | StreamUp | StreamDown | StreamGap


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a venue can do by itself. Only declared; what it lacks the machine parks and emulates."""

    order_types: frozenset[OrderType]
    times_in_force: frozenset[TimeInForce]
    shorting: bool
    fractional: bool
    post_only: bool = True
    extended_hours: bool = False


class Venue(Protocol):
    """One account at one venue.

    Questions raise `VenueUnavailable` or `VenueUnreadable` when there is no trustworthy answer and
    may be asked again. Commands never raise for that: they return an `Outcome`.
    """

    name: VenueName
    account: AccountId
    capabilities: Capabilities
    late_arrival_ns: int  # of our own clock: how long after a send an "unknown order" is not yet final

    async def submit(self, order: Approved) -> Outcome:
        """Send one order, once. Never retried inside: a resend is a decision of the order path."""
        ...

    async def cancel(self, client_order_id: ClientOrderId, symbol: Symbol) -> Outcome:
        """Ask that an order be taken back. `Confirmed` means asked, not gone: the stream tells."""
        ...

    async def find(self, client_order_id: ClientOrderId, symbol: Symbol) -> VenueOrder | None:
        """The venue's word on one order; None means the venue says it has never heard of it."""
        ...

    async def open_orders(self) -> Sequence[VenueOrder]:
        """Every order still working."""
        ...

    async def fills_since(self, at_ns: int, symbols: Sequence[Symbol]) -> Sequence[VenueFill]:
        """Trades at or after a market time, oldest first, complete over all pages."""
        ...

    async def balances(self) -> VenueBalances:
        """Cash and holdings now."""
        ...

    async def instruments(self, symbols: Sequence[Symbol]) -> Sequence[Instrument]:
        """The venue's own rules for these symbols; raises `VenueRefused` naming one it does not list."""
        ...

    async def clock(self) -> VenueClock:
        """The venue's market clock."""
        ...

    async def bars(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[Bar]:
        """Finished minute bars in a span, oldest first."""
        ...

    async def trades(self, symbol: Symbol, start_ns: int, end_ns: int) -> Sequence[TickEvent]:
        """Trades of the market at large in `[start_ns, end_ns)`, oldest first, complete over all pages."""
        ...

    def account_events(self) -> AsyncIterator[AccountEvent]:
        """Order and fill events for ever; reconnects by itself and says so."""
        ...

    def market_events(self, symbols: Sequence[Symbol]) -> AsyncIterator[MarketEvent]:
        """Bars and ticks for ever; reconnects by itself and says so."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...
