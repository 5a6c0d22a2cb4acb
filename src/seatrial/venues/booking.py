"""What it means to book a repair: the small model of the machine that reconciliation reasons with.

Only the ledger's equations, on a copy: enough to say how positions and cash *will* stand once missed
fills are in. The machine must agree with it to the unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from seatrial.domain.facts import Command, Fill, Report, Transfer
from seatrial.domain.ids import AccountId, ClientOrderId, ExecutionId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.money import Currency
from seatrial.domain.orders import OrderStatus
from seatrial.venues.findings import (
    Finding,
    ForeignOrder,
    ForeignPosition,
    PaymentMissed,
    Repair,
    VenueEpochChanged,
)
from seatrial.venues.payments import VenuePayment
from seatrial.venues.port import VenueFill, VenueOrder
from seatrial.venues.truth import OurOrder, OurTruth


def fill_fact(account: AccountId, fill: VenueFill) -> Fill:
    """The venue's trade as a fact. The same from a stream and from a history, so that booking it twice is once."""
    return Fill(
        at_ns=fill.at_ns,
        account=account,
        client_order_id=fill.client_order_id,
        execution_id=fill.execution_id,
        symbol=fill.symbol,
        side=fill.side,
        qty_units=fill.qty_units,
        price_units=fill.price_units,
        fee_units=fill.fee_units,
        fee_currency=fill.fee_currency,
    )


def report_fact(order: VenueOrder) -> Report:
    """The venue's word on an order as a fact."""
    return Report(
        at_ns=order.updated_ns,
        client_order_id=order.client_order_id,
        status=order.status,
        venue_order_id=order.venue_order_id,
        reason=order.reason,
    )


PAYMENT = "payment "  # what the reason of such a transfer begins with; the venue's id of it follows


def payment_fact(account: AccountId, payment: VenuePayment, at_ns: int) -> Transfer:
    """The venue's payment as a fact, booked when it is learned of. Its reason names it, so that twice is once."""
    what = " ".join([payment.kind, *filter(None, [payment.symbol])])
    reason = f"{PAYMENT}{payment.payment_id} {what}"
    return Transfer(at_ns, account, payment.currency, payment.amount_units, reason=reason)


def payment_of(transfer: Transfer) -> str:
    """The venue's id of the payment that a transfer books; empty where it books none."""
    if not transfer.reason.startswith(PAYMENT):
        return ""
    return transfer.reason.removeprefix(PAYMENT).partition(" ")[0]


@dataclass(slots=True)
class _Books:
    """Our truth while facts are booked into it."""

    orders: dict[ClientOrderId, OurOrder]
    fills: dict[tuple[Symbol, ExecutionId], int]
    holdings: dict[Symbol, int]
    cash: dict[Currency, int]
    noted: set[str] = field(default_factory=set)
    payments: set[str] = field(default_factory=set)

    def book(self, fact: Repair, instruments: Mapping[Symbol, Instrument]) -> None:
        match fact:
            case Fill():
                self._book_fill(fact, instruments[fact.symbol])
            case Report():
                order = self.orders.get(fact.client_order_id)
                if order is not None and fact.status > order.status:
                    self.orders[order.client_order_id] = replace(order, status=fact.status)
            case Transfer(symbol=None):
                self.cash[fact.currency] = self.cash.get(fact.currency, 0) + fact.amount_units
            case Transfer(symbol=symbol):
                assert symbol is not None
                self.holdings[symbol] = self.holdings.get(symbol, 0) + fact.amount_units
            case Command():
                pass

    def _book_fill(self, fill: Fill, instrument: Instrument) -> None:
        """Holdings change by side * qty less a base fee, cash by the value, buys rounded up and sells down."""
        if (fill.symbol, fill.execution_id) in self.fills:
            return
        self.fills[fill.symbol, fill.execution_id] = fill.at_ns
        base_fee_units = fill.fee_units if fill.fee_currency == instrument.base else 0
        change = -(fill.side * fill.price_units * fill.qty_units) // instrument.value_div  # floor: against us, always
        self.cash[instrument.quote] = self.cash.get(instrument.quote, 0) + change
        if not base_fee_units:
            self.cash[fill.fee_currency] = self.cash.get(fill.fee_currency, 0) - fill.fee_units
        held = self.holdings.get(fill.symbol, 0)
        self.holdings[fill.symbol] = held + fill.side * fill.qty_units - base_fee_units
        order = self.orders.get(fill.client_order_id)
        if order is not None:
            filled_units = order.filled_units + fill.qty_units
            reached = OrderStatus.FILLED if filled_units >= order.qty_units else OrderStatus.PARTIALLY_FILLED
            self.orders[order.client_order_id] = replace(
                order, filled_units=filled_units, status=max(order.status, reached)
            )


def booked(ours: OurTruth, findings: Sequence[Finding]) -> OurTruth:
    """Our truth once the facts of these findings are booked: the model the machine must agree with."""
    books = _Books(
        dict(ours.orders),
        dict(ours.fills),
        dict(ours.holdings),
        dict(ours.cash),
        set(ours.noted),
        set(ours.payments),
    )
    account_ref = ours.account_ref
    for finding in findings:
        for fact in finding.facts:
            books.book(fact, ours.instruments)
        match finding:
            case ForeignOrder() | ForeignPosition():
                books.noted.add(finding.key)
            case PaymentMissed():
                books.payments.add(finding.payment_id)
            case VenueEpochChanged():
                account_ref = finding.now
            case _:
                pass
    return replace(
        ours,
        account_ref=account_ref,
        orders=books.orders,
        fills=books.fills,
        holdings=books.holdings,
        cash=books.cash,
        noted=frozenset(books.noted),
        payments=frozenset(books.payments),
    )
