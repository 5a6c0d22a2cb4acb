"""What one request leads to: an order for the venue, a parked one, and the exits it brings."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.reference.plain.exact import MILLION, down
from tests.reference.plain.order import Order
from tests.reference.plain.parked import Parked

if TYPE_CHECKING:
    from tests.reference.plain.desk import Decision, Desk

ZERO = Decimal(0)


def answer(desk: Desk, said: Decision) -> Order | Parked | None:
    """What bears the request's name from now on; None where it is refused."""
    account, held = desk.account, desk.account.holdings[said.symbol]
    order = _draft(desk, said)
    refused = None
    if said.kind == "oco" or said.reduce_only:
        closable = account.closable(said.symbol, order.side)
        order.qty = min(order.qty, closable)
        refused = "NOTHING_TO_REDUCE" if closable == 0 else None
    refused = refused or (_shape(desk, said, order) if held.last > 0 else None)
    places = 1 if said.type == "trailing" else (said.take_profit > 0) + (said.stop_loss > 0)
    if not refused and places and len(account.parked) + places > account.limits.orders_working:
        refused = "TOO_MANY_ORDERS"
    if not refused and (said.kind == "oco" or said.type == "trailing"):
        refused = desk.verdict(order)
    if refused:
        desk.told.refused[refused] += 1
        return None
    if said.kind == "oco":
        first = _park(desk, said, order.side, "profit", order.qty, None)
        _park(desk, said, order.side, "loss", order.qty, first)
        return first
    if said.type == "trailing":
        return _park(desk, said, order.side, "trailing", order.qty, None)
    if desk.ask(order) is None:
        return None
    if said.take_profit:
        _park(desk, said, -order.side, "profit", order.qty, order)
    if said.stop_loss:
        _park(desk, said, -order.side, "loss", order.qty, order)
    return order


def _draft(desk: Desk, said: Decision) -> Order:
    held = desk.account.holdings[said.symbol]
    limit, stop = (said.take_profit, said.stop_loss) if said.kind == "oco" else (said.limit, said.stop)
    qty, side = said.amount, said.side
    if said.kind == "oco":
        qty, side = qty or abs(held.qty), -1 if held.qty > 0 else 1
    if said.notional:
        price = limit or stop or held.last
        qty = held.thing.in_lots(down(said.notional / price, held.thing.qty_step)) if price > 0 else ZERO
    until = "gtc" if said.expires_ns else said.until
    reduces = said.reduce_only or said.kind == "oco"
    return Order(
        said.symbol, side, said.type, until, qty, limit, stop, "request", said.post_only, reduces, said.expires_ns
    )


def _shape(desk: Desk, said: Decision, order: Order) -> str | None:
    """Whether trail and exits can be, at the price as it is."""
    account, held = desk.account, desk.account.holdings[said.symbol]
    if said.type == "trailing":
        return "PRICES_DISAGREE" if said.trail >= held.last else None
    entry = held.last if said.kind == "oco" else order.limit or order.stop or held.last
    ahead = -order.side if said.kind == "oco" else order.side
    collar = down(held.last * account.limits.collar_for(said.symbol) / MILLION, held.thing.price_step)
    for price, direction in ((said.take_profit, ahead), (said.stop_loss, -ahead)):
        if price == 0:
            continue
        if price % held.thing.tick:
            return "OFF_TICK"
        if (price - entry) * direction <= 0:
            return "PRICES_DISAGREE"
        if abs(price - held.last) > collar:
            return "PRICE_COLLAR"
    return "OFF_TICK" if said.stop_loss_limit % held.thing.tick else None


def _park(desk: Desk, said: Decision, side: int, role: str, qty: Decimal, parent: Order | Parked | None) -> Parked:
    account, held = desk.account, desk.account.holdings[said.symbol]
    trails, waits = role == "trailing", isinstance(parent, Order)
    parked = Parked(
        held.thing,
        side,
        role,
        qty,
        ZERO if waits else qty,
        account.now_ns,
        held.last,
        limit={"profit": said.take_profit, "loss": said.stop_loss_limit}.get(role, ZERO),
        stop=said.stop_loss if role == "loss" else ZERO,
        trail=said.trail,
        trail_part=said.trail_part,
        reduce_only=said.reduce_only if trails else True,
        expires_ns=said.expires_ns if trails else 0,
        parent=parent,
    )
    account.parked.append(parked)
    return parked
