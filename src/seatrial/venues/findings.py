"""What reconciliation can find, each with the facts that repair it.

Whoever calls decides the policy (adopt, ignore, halt); a finding only carries the facts of adopting.
`ForeignOrder`, `ForeignPosition` and `ViewsTorn` carry none: they need a person, or another look.
"""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.domain.facts import Command, Fill, Report, Transfer
from seatrial.domain.ids import ClientOrderId, ExecutionId, Symbol
from seatrial.domain.money import Currency
from seatrial.venues.port import VenueOrder

Repair = Report | Fill | Transfer | Command


@dataclass(frozen=True, slots=True)
class VenueEpochChanged:
    """Another account answers: a paper or testnet reset. Nothing else is compared; trading halts."""

    was: str
    now: str
    facts: tuple[Repair, ...]


@dataclass(frozen=True, slots=True)
class FillMissed:
    """A trade that no stream delivered. `foreign` when the order is not ours."""

    execution_id: ExecutionId
    foreign: bool
    facts: tuple[Repair, ...]


@dataclass(frozen=True, slots=True)
class PaymentMissed:
    """Cash that the venue's record says it moved, such as a dividend, and that is not booked."""

    payment_id: str
    facts: tuple[Repair, ...]


@dataclass(frozen=True, slots=True)
class _OfOurOrder:
    """Something about one order that we sent."""

    client_order_id: ClientOrderId
    facts: tuple[Repair, ...]


class OrderUnknownResolved(_OfOurOrder):
    """An order whose answer was lost: the venue has it, and this is its word."""

    __slots__ = ()


class OrderMissingAtVenue(_OfOurOrder):
    """An order we believe in and the venue has never heard of."""

    __slots__ = ()


class OrderStatusBehind(_OfOurOrder):
    """The venue is further with an order than we are."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ForeignOrder:
    """An open order of this account that we did not send. Nothing repairs it; a person or the policy decides."""

    order: VenueOrder
    facts: tuple[Repair, ...] = ()

    @property
    def key(self) -> str:
        return f"order {self.order.venue_order_id}"


@dataclass(frozen=True, slots=True)
class ForeignPosition:
    """The venue holds something we do not trade, so that no fact can book it."""

    symbol: Symbol
    theirs_units: int
    facts: tuple[Repair, ...] = ()

    @property
    def key(self) -> str:
        return f"position {self.symbol} {self.theirs_units}"


@dataclass(frozen=True, slots=True)
class PositionBreak:
    """Holdings differ by more than the missed fills explain."""

    symbol: Symbol
    ours_units: int
    theirs_units: int
    facts: tuple[Repair, ...]


@dataclass(frozen=True, slots=True)
class CashBreak:
    """Cash differs by more than the missed fills explain. The first meeting finds the opening balance so."""

    currency: Currency
    ours_units: int
    theirs_units: int
    facts: tuple[Repair, ...]


@dataclass(frozen=True, slots=True)
class ViewsTorn:
    """A trade or order happened between the venue's answers: balances were not compared. Ask again."""

    detail: str
    facts: tuple[Repair, ...] = ()


Finding = (
    VenueEpochChanged
    | FillMissed
    | PaymentMissed
    | OrderUnknownResolved
    | OrderMissingAtVenue
    | OrderStatusBehind
    | ForeignOrder
    | ForeignPosition
    | PositionBreak
    | CashBreak
    | ViewsTorn
)
