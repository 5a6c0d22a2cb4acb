"""What a PATCH asks of an order, and the order that comes of it (`venues.md` 2.1, 3.1).

The new order has ids of its own, names the one it replaces and has traded nothing yet. Unless the request says
otherwise its quantity is what was left of the former: what that one traded stays with it.
"""

from __future__ import annotations

import msgspec

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.emulators.alpaca.amounts import ZERO
from seatrial.emulators.alpaca.exits import NO_EXITS
from seatrial.emulators.alpaca.fields import Fields, choice_in, price_of
from seatrial.emulators.alpaca.lifetimes import TIMES_IN_FORCE
from seatrial.emulators.alpaca.orders import Order, Ticket
from seatrial.emulators.alpaca.refusals import malformed, unprocessable
from seatrial.emulators.alpaca.tickets import (
    WITH_LIMIT,
    WITH_STOP,
    check_rules,
    parse_client_order_id,
    parse_percent,
    parse_qty,
)

REPLACEABLE = frozenset({"new", "partially_filled", "held"})
MEMBERS = ("qty", "time_in_force", "limit_price", "stop_price", "trail", "client_order_id")


def parse_change(fields: Fields, order: Order, instrument: Instrument) -> Ticket:
    """The order as the request wants it.

    Raises:
        Refusal: 422, it cannot be replaced, or not that way.
    """
    check_replaceable(order)
    given = [name for name in MEMBERS if fields.get(name) is not None]
    if not given:
        raise malformed(f"at least one of {', '.join(MEMBERS)} is required")
    _check_kind(order, given)
    trail_units, trail_percent = order.trail_units, order.trail_percent
    if "trail" in given and trail_percent:
        trail_percent = parse_percent("trail", fields["trail"])
    elif "trail" in given:
        trail_units = price_of("trail", fields["trail"], instrument)
    ticket = Ticket(
        symbol=Symbol(order.symbol),
        side=order.signed_side,
        type=order.type,
        time_in_force=(
            choice_in(fields, "time_in_force", TIMES_IN_FORCE) if "time_in_force" in given else order.time_in_force
        ),
        qty_units=_qty_units(fields, order, instrument),
        limit_units=_changed(fields, "limit_price", instrument, order.limit_units),
        stop_units=_changed(fields, "stop_price", instrument, order.stop_units),
        client_order_id=parse_client_order_id(fields.get("client_order_id")),
        extended_hours=order.extended_hours,
        trail_units=trail_units,
        trail_percent=trail_percent,
        order_class=order.order_class,
        exits=NO_EXITS,
        fractional=order.left_units % instrument.qty_scale != 0,
    )
    check_rules(ticket, instrument)
    return ticket


def check_replaceable(order: Order) -> None:
    """Refuse to replace an order that is on its way, or gone.

    Raises:
        Refusal: 422.
    """
    if not order.open:
        raise unprocessable(f'order is already in "{order.status}" state')
    if order.status not in REPLACEABLE:
        raise unprocessable(f"order in {order.status} status cannot be replaced")
    if order.notional:
        raise unprocessable("notional orders cannot be replaced")


def heir_of(
    order: Order, ticket: Ticket, *, number: int, ids: tuple[str, str], reserve_units: int, now_ns: int, expires_ns: int
) -> Order:
    """The order that takes the place of another; it is pending until it has."""
    return msgspec.structs.replace(
        order,
        number=number,
        id=ids[0],
        client_order_id=ids[1],
        time_in_force=ticket.time_in_force,
        qty_units=ticket.qty_units,
        limit_units=ticket.limit_units,
        stop_units=order.stop_units if order.type == "trailing_stop" else ticket.stop_units,
        trail_units=ticket.trail_units,
        trail_percent=ticket.trail_percent,
        reserve_units=reserve_units,
        status="pending_new",
        submitted_ns=now_ns,
        updated_ns=now_ns,
        expires_ns=expires_ns if ticket.time_in_force != order.time_in_force else order.expires_ns,
        filled_units=0,
        filled_product=0,
        filled_ns=0,
        placed_ns=0,
        working=False,
        notional=ZERO,
        replaces=order.id,
        replaced_by="",
    )


def _check_kind(order: Order, given: list[str]) -> None:
    if "limit_price" in given and order.type not in WITH_LIMIT:
        raise malformed(f"{order.type} orders require no limit price")
    if "stop_price" in given and order.type not in WITH_STOP:
        raise malformed(f"{order.type} orders require no stop price")
    if "trail" in given and order.type != "trailing_stop":
        raise malformed(f"{order.type} orders require no trail")
    if "qty" in given and (order.parent or order.legs):
        raise unprocessable(f"qty of {order.order_class} orders cannot be changed")
    if "trail" in given and order.triggered:
        raise unprocessable("a trailing stop that has triggered cannot be replaced")


def _qty_units(fields: Fields, order: Order, instrument: Instrument) -> int:
    if fields.get("qty") is None:
        return order.left_units
    if order.qty_units % instrument.qty_scale and instrument.lot_units == instrument.qty_scale:
        raise unprocessable("qty of fractional orders cannot be changed")
    qty_units = parse_qty(fields["qty"], instrument, fractionable=True)
    if qty_units % instrument.lot_units:
        raise unprocessable("qty must be a whole number of shares")
    return qty_units


def _changed(fields: Fields, name: str, instrument: Instrument, units: int) -> int:
    return units if fields.get(name) is None else price_of(name, fields[name], instrument)
