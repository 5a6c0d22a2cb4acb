"""The two truths that reconciliation compares: one account as we see it, and as the venue tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seatrial.domain.ids import AccountId, ClientOrderId, ExecutionId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.money import Currency
from seatrial.domain.orders import OrderStatus
from seatrial.venues.payments import VenuePayment
from seatrial.venues.port import VenueFill, VenueOrder


@dataclass(frozen=True, slots=True)
class OurOrder:
    """What the machine believes of one order. `in_flight` while its send has not returned: then it is left alone."""

    client_order_id: ClientOrderId
    symbol: Symbol
    qty_units: int
    filled_units: int
    status: OrderStatus
    in_flight: bool = False


@dataclass(frozen=True, slots=True)
class OurTruth:
    """One account as the machine sees it, read without an `await` in between.

    `orders` holds every order that is not terminal, and the terminal ones young enough that the venue
    may still mention them. `fills` maps every booked trade to its time, back to at least
    `TheirTruth.fills_from_ns`. `account_ref` is empty before the first meeting. `noted` holds the `key`
    of findings that only a person can act on and that were already reported. `payments` are the venue's
    ids of those that are booked.
    """

    account: AccountId
    at_ns: int
    account_ref: str
    instruments: Mapping[Symbol, Instrument]
    orders: Mapping[ClientOrderId, OurOrder]
    fills: Mapping[tuple[Symbol, ExecutionId], int]
    holdings: Mapping[Symbol, int]
    cash: Mapping[Currency, int]
    noted: frozenset[str] = frozenset()
    payments: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TheirTruth:
    """The account as the venue tells it.

    `orders`: open orders, and every order looked up by id. `absent`: ids the venue was asked for *after*
    a request sent earlier can no longer arrive (Binance: recvWindow), and says it has never heard of.
    `fills`: complete from `fills_from_ns`. The answers are of different moments: a trade between them
    can look like a break of balances, so a break is believed only when several looks agree.
    `payments`: those since the opening balance that the venue's record still tells of.
    """

    account_ref: str
    orders: Mapping[ClientOrderId, VenueOrder]
    absent: frozenset[ClientOrderId]
    fills: Sequence[VenueFill]
    fills_from_ns: int
    holdings: Mapping[Symbol, int]
    cash: Mapping[Currency, int]
    payments: Sequence[VenuePayment] = ()
