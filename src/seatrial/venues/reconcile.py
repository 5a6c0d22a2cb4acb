"""Their truth against ours: what differs, and which facts repair it. Pure: no clock, no network, no order of dicts.

The findings come in the order in which their facts must be booked: missed fills (oldest first), payments, then
the orders' statuses, then what is not ours, then positions and cash *as they will stand after those
fills*. So one pass converges: with the facts of all findings booked, a second pass over the same two
truths finds nothing (`booked` says what booking means; a property test holds it to that).
"""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.domain.facts import Command, CommandKind, Report, Transfer
from seatrial.domain.ids import ExecutionId
from seatrial.domain.orders import OrderStatus
from seatrial.venues.booking import booked, fill_fact, payment_fact, report_fact
from seatrial.venues.findings import (
    CashBreak,
    FillMissed,
    Finding,
    ForeignOrder,
    ForeignPosition,
    OrderMissingAtVenue,
    OrderStatusBehind,
    OrderUnknownResolved,
    PaymentMissed,
    PositionBreak,
    VenueEpochChanged,
    ViewsTorn,
)
from seatrial.venues.truth import OurOrder, OurTruth, TheirTruth


def reconcile(ours: OurTruth, theirs: TheirTruth) -> list[Finding]:
    """Everything that differs, in the order in which the repairs must be booked."""
    if ours.account_ref and ours.account_ref != theirs.account_ref:
        return [_epoch_changed(ours, theirs)]
    findings: list[Finding] = [*_missed_fills(ours, theirs), *_missed_payments(ours, theirs)]
    after_fills = booked(ours, findings)
    findings += _orders(ours, after_fills, theirs)
    findings += _foreign_orders(ours, theirs)
    torn = _torn(after_fills, theirs)
    if torn:
        return [*findings, ViewsTorn(torn)]
    return [*findings, *_positions(after_fills, theirs), *_cash(after_fills, theirs)]


# --------------------------------------------------------------- one question each


def _epoch_changed(ours: OurTruth, theirs: TheirTruth) -> VenueEpochChanged:
    reason = f"the venue answers as account {theirs.account_ref!r}, it was {ours.account_ref!r}: a new venue epoch"
    halt = Command(at_ns=ours.at_ns, kind=CommandKind.HALT, actor="reconcile", reason=reason)
    return VenueEpochChanged(was=ours.account_ref, now=theirs.account_ref, facts=(halt,))


def _missed_fills(ours: OurTruth, theirs: TheirTruth) -> Iterator[FillMissed]:
    missed = {(fill.symbol, fill.execution_id): fill for fill in theirs.fills if fill.symbol in ours.instruments}
    for key in ours.fills:
        missed.pop(key, None)
    for fill in sorted(missed.values(), key=lambda fill: (fill.at_ns, fill.symbol, _numeric(fill.execution_id))):
        foreign = fill.client_order_id not in ours.orders
        yield FillMissed(fill.execution_id, foreign, (fill_fact(ours.account, fill),))


def _missed_payments(ours: OurTruth, theirs: TheirTruth) -> Iterator[PaymentMissed]:
    missed = {payment.payment_id: payment for payment in theirs.payments if payment.payment_id not in ours.payments}
    for payment in sorted(missed.values(), key=lambda payment: (payment.at_ns, payment.payment_id)):
        yield PaymentMissed(payment.payment_id, (payment_fact(ours.account, payment, ours.at_ns),))


def _orders(ours: OurTruth, after_fills: OurTruth, theirs: TheirTruth) -> Iterator[Finding]:
    for client_order_id in sorted(ours.orders):
        order = ours.orders[client_order_id]
        theirs_order = theirs.orders.get(client_order_id)
        filled_units = after_fills.orders[client_order_id].filled_units
        if order.in_flight:
            continue
        if theirs_order is None:
            if client_order_id in theirs.absent and not after_fills.orders[client_order_id].status.terminal:
                yield OrderMissingAtVenue(client_order_id, (_gone(order, filled_units, ours.at_ns),))
        elif theirs_order.filled_units > filled_units and theirs_order.status.terminal:
            continue  # its last fills are not in yet: to call it done now would free what they still cost
        elif order.status <= OrderStatus.UNKNOWN:
            yield OrderUnknownResolved(client_order_id, (report_fact(theirs_order),))
        elif theirs_order.status > after_fills.orders[client_order_id].status and not order.status.terminal:
            yield OrderStatusBehind(client_order_id, (report_fact(theirs_order),))


def _gone(order: OurOrder, filled_units: int, at_ns: int) -> Report:
    never_arrived = order.status <= OrderStatus.UNKNOWN and filled_units == 0
    return Report(
        at_ns=at_ns,
        client_order_id=order.client_order_id,
        status=OrderStatus.REJECTED if never_arrived else OrderStatus.CANCELED,
        reason="it never reached the venue" if never_arrived else "the venue no longer knows it",
    )


def _foreign_orders(ours: OurTruth, theirs: TheirTruth) -> Iterator[ForeignOrder]:
    for client_order_id in sorted(theirs.orders):
        finding = ForeignOrder(theirs.orders[client_order_id])
        if client_order_id not in ours.orders and not finding.order.status.terminal and finding.key not in ours.noted:
            yield finding


def _torn(after_fills: OurTruth, theirs: TheirTruth) -> str:
    """Why the balances cannot be compared now; empty when they can."""
    told = {(fill.symbol, fill.execution_id) for fill in theirs.fills}
    for key in sorted(after_fills.fills):
        if key not in told and after_fills.fills[key] >= theirs.fills_from_ns:
            return f"trade {key[1]} of {key[0]} is booked and not yet in the venue's history"
    for client_order_id in sorted(theirs.orders):
        order = after_fills.orders.get(client_order_id)
        if order is not None and theirs.orders[client_order_id].filled_units > order.filled_units:
            return f"order {client_order_id} is filled further than its trades tell"
    return ""


def _positions(after_fills: OurTruth, theirs: TheirTruth) -> Iterator[PositionBreak | ForeignPosition]:
    for symbol in sorted({*after_fills.holdings, *theirs.holdings}):
        ours_units, theirs_units = after_fills.holdings.get(symbol, 0), theirs.holdings.get(symbol, 0)
        instrument = after_fills.instruments.get(symbol)
        if ours_units == theirs_units:
            continue
        if instrument is None:
            foreign = ForeignPosition(symbol, theirs_units)
            if foreign.key not in after_fills.noted:
                yield foreign
            continue
        transfer = Transfer(
            at_ns=after_fills.at_ns,
            account=after_fills.account,
            currency=instrument.base,
            amount_units=theirs_units - ours_units,
            symbol=symbol,
            reason="reconciliation",
        )
        yield PositionBreak(symbol, ours_units, theirs_units, (transfer,))


def _cash(after_fills: OurTruth, theirs: TheirTruth) -> Iterator[CashBreak]:
    for currency in sorted({*after_fills.cash, *theirs.cash}):
        ours_units, theirs_units = after_fills.cash.get(currency, 0), theirs.cash.get(currency, 0)
        if ours_units == theirs_units:
            continue
        transfer = Transfer(
            at_ns=after_fills.at_ns,
            account=after_fills.account,
            currency=currency,
            amount_units=theirs_units - ours_units,
            reason="reconciliation",
        )
        yield CashBreak(currency, ours_units, theirs_units, (transfer,))


def _numeric(execution_id: ExecutionId) -> tuple[int, str]:
    """Binance trade ids are numbers in time order; 9 comes before 10."""
    return (int(execution_id), "") if execution_id.isdecimal() else (0, execution_id)
