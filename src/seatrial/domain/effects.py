"""What comes out of the machine, and is journalled with the fact that led to it."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.domain.ids import AccountId, ClientOrderId, StrategyId, Symbol
from seatrial.domain.orders import LegRole, OrderStatus, OrderType, Side, TimeInForce
from seatrial.domain.refusals import RefusalCode


@dataclass(frozen=True, slots=True)
class Approved:
    """An order that passed risk. Only `core.machine` builds one, and `Venue.submit` takes nothing else."""

    client_order_id: ClientOrderId
    account: AccountId
    symbol: Symbol
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    qty_units: int
    limit_units: int
    stop_units: int
    sequence: int
    batch_ns: int
    at_ns: int
    reason: str = ""  # "target", "request", "stop_loss", ...
    allocation: tuple[tuple[StrategyId, int], ...] = ()  # signed quantity units by strategy, summing to the order
    post_only: bool = False
    extended_hours: bool = False
    expires_at_ns: int = 0  # of GTD
    parent: ClientOrderId | None = None  # the order that brought this one with it
    reduce_only: bool = False


@dataclass(frozen=True, slots=True)
class Parked:
    """An order that lives in the machine and not at the venue, until prices or fills make it send one of its own.

    `parent` is the entry of a bracket or OTO, or the first leg of an OCO; what counts of a leg grows with what of the
    entry fills, up to `qty_units`.
    """

    client_order_id: ClientOrderId
    account: AccountId
    strategy: StrategyId | None
    symbol: Symbol
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    role: LegRole
    qty_units: int
    limit_units: int
    stop_units: int
    trail_units: int
    trail_ppm: int
    sequence: int
    batch_ns: int
    at_ns: int
    reason: str = ""
    post_only: bool = False
    reduce_only: bool = False
    extended_hours: bool = False
    expires_at_ns: int = 0
    parent: ClientOrderId | None = None


@dataclass(frozen=True, slots=True)
class Unparked:
    """A parked order has ended: FILLED, CANCELED, EXPIRED or REJECTED."""

    client_order_id: ClientOrderId
    account: AccountId
    symbol: Symbol
    status: OrderStatus
    at_ns: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """An intent that risk turned away, with both numbers inside so that the message writes itself."""

    account: AccountId
    symbol: Symbol
    side: Side
    qty_units: int
    code: RefusalCode
    limit: int
    actual: int
    at_ns: int


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Take a working order back. Never blocked by halt: it reduces risk."""

    client_order_id: ClientOrderId
    account: AccountId
    symbol: Symbol
    at_ns: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BreakerTripped:
    """The trading breaker of an account opened."""

    account: AccountId
    reason: str
    limit: int
    actual: int
    at_ns: int


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a human should hear of."""

    name: str
    detail: str
    at_ns: int


Effect = Approved | Parked | Unparked | Refused | CancelOrder | BreakerTripped | Alert
