"""The orders that one request becomes: a single one, or a parent with the legs of its class."""

from __future__ import annotations

from collections.abc import Callable

from seatrial.emulators.alpaca.orders import Admission, Order, Ticket

ENTRY, TAKE_PROFIT, STOP_LOSS = "entry", "take_profit", "stop_loss"
OPPOSITE_SIDES = {"buy": "sell", "sell": "buy"}


def family_of(
    ticket: Ticket,
    account: str,
    *,
    take_number: Callable[[], int],
    ids: Callable[[int, str], tuple[str, str]],
    admission: Admission,
    now_ns: int,
    expires_ns: int,
) -> list[Order]:
    """The orders of a ticket, parent first.

    Args:
        ticket: the request; its quantity is known.
        account: whose it is.
        take_number: gives the next order number.
        ids: the venue's own id and the client's, by number and what the client gave.
        admission: what the parent holds back, and its intent.
        now_ns, expires_ns: market time, and when they end by themselves.
    """
    parent = _parent(ticket, account, take_number(), ids, admission, now_ns, expires_ns)
    exits = ticket.exits
    if ticket.order_class == "oco":
        parent.part = TAKE_PROFIT
        legs = [_leg(parent, take_number(), ids, STOP_LOSS, parent.side, exits.stop_units, exits.stop_limit_units)]
    elif ticket.order_class in ("bracket", "oto"):
        parent.part = ENTRY
        side = OPPOSITE_SIDES[parent.side]
        legs = []
        if exits.take_profit_units:
            legs.append(_leg(parent, take_number(), ids, TAKE_PROFIT, side, 0, exits.take_profit_units))
        if exits.stop_units:
            legs.append(_leg(parent, take_number(), ids, STOP_LOSS, side, exits.stop_units, exits.stop_limit_units))
    else:
        return [parent]
    parent.legs = tuple(leg.number for leg in legs)
    return [parent, *legs]


def _parent(
    ticket: Ticket,
    account: str,
    number: int,
    ids: Callable[[int, str], tuple[str, str]],
    admission: Admission,
    now_ns: int,
    expires_ns: int,
) -> Order:
    own_id, client_id = ids(number, ticket.client_order_id)
    return Order(
        number=number,
        id=own_id,
        client_order_id=client_id,
        account=account,
        symbol=ticket.symbol,
        side="buy" if ticket.side > 0 else "sell",
        type=ticket.type,
        time_in_force=ticket.time_in_force,
        qty_units=ticket.qty_units,
        limit_units=ticket.limit_units,
        stop_units=ticket.stop_units,
        reserve_units=admission.reserve_units,
        intent=admission.intent,
        status="pending_new",
        submitted_ns=now_ns,
        updated_ns=now_ns,
        expires_ns=expires_ns,
        extended_hours=ticket.extended_hours,
        trail_units=ticket.trail_units,
        trail_percent=ticket.trail_percent,
        notional=ticket.notional,
        order_class=ticket.order_class,
    )


def _leg(
    parent: Order,
    number: int,
    ids: Callable[[int, str], tuple[str, str]],
    part: str,
    side: str,
    stop_units: int,
    limit_units: int,
) -> Order:
    own_id, client_id = ids(number, "")
    kind = "limit" if not stop_units else "stop_limit" if limit_units else "stop"
    return Order(
        number=number,
        id=own_id,
        client_order_id=client_id,
        account=parent.account,
        symbol=parent.symbol,
        side=side,
        type=kind,
        time_in_force=parent.time_in_force,
        qty_units=parent.qty_units,
        limit_units=limit_units,
        stop_units=stop_units,
        reserve_units=0,
        intent=f"{side}_to_close",
        status="held",
        submitted_ns=parent.submitted_ns,
        updated_ns=parent.submitted_ns,
        expires_ns=parent.expires_ns,
        order_class=parent.order_class,
        part=part,
        parent=parent.number,
    )
