"""`order/amend/keepPriority`: make an open order smaller where it stands in the queue."""

from __future__ import annotations

from decimal import Decimal

from seatrial.emulators.binance import engine_refusals, settlement
from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.numbers import on_step, to_units
from seatrial.emulators.binance.orders import Order
from seatrial.emulators.binance.rules import AMENDS_MAX
from seatrial.emulators.binance.spot import Spot


def amend(spot: Spot, account: Account, order: Order, quantity: Decimal, client_order_id: str | None) -> None:
    """Leave the order at a smaller quantity, and where it stands.

    Raises:
        Refusal: the order is not open, has no price, would not get smaller, or was amended too often.
    """
    rules = spot.markets.rules[order.symbol]
    if not order.open:
        raise engine_refusals.unknown_order()
    if order.amends >= AMENDS_MAX:
        raise engine_refusals.too_many_amends()
    if not rules.qty_min <= quantity <= rules.qty_max or not on_step(quantity, rules.step):
        raise engine_refusals.filter_failure("LOT_SIZE")
    if quantity * (order.price or order.stop_price) < rules.notional_min:
        raise engine_refusals.filter_failure("NOTIONAL")
    if quantity >= order.quantity:
        raise engine_refusals.amend_refused("The requested quantity must be less than the order's quantity.")
    if quantity <= order.executed + order.prevented:
        raise engine_refusals.amend_refused("The requested quantity must be more than what is executed.")
    order.quantity = quantity
    order.amends += 1
    order.sequence += 1
    order.updated_ns = spot.exchange.settled_ns
    if client_order_id is not None:
        account.rename(order, client_order_id)
    settlement.shrink(order, account.wallet)
    if order.entered_ns is not None:
        spot.exchange.shrink(order.order_id, to_units(order.left))
    spot.clearing.bulletin.report(account, order, "REPLACED")
    spot.clearing.commit(spot.exchange.settled_ns)
