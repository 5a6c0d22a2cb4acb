"""Self-trade prevention: what two orders of one account do to each other instead of trading.

In a market with books the exchange finds the two orders. In a market of prints nobody meets anybody, so there it is
looked for when an order comes onto the book: own orders of the other side whose price it crosses, best price first.
The taker's mode rules; `TRANSFER` is `DECREMENT` between orders of one account.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.numbers import from_units
from seatrial.emulators.binance.orders import Order, PreventedMatch
from seatrial.emulators.binance.reports import Prevention
from seatrial.emulators.floor.shown import Prevented

EXPIRED_IN_MATCH = "EXPIRED_IN_MATCH"


class Asked(Protocol):
    """An order, or what is to become one."""

    @property
    def side(self) -> str: ...
    @property
    def symbol(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two orders that met; a side that keeps what it has is None."""

    taker: Order
    maker: Order
    price: Decimal
    taker_qty: Decimal | None
    maker_qty: Decimal | None

    def match(self, match_id: int, at_ns: int) -> PreventedMatch:
        """What the venue remembers of it."""
        return PreventedMatch(
            account=self.taker.account,
            symbol=self.taker.symbol,
            match_id=match_id,
            taker_order_id=self.taker.order_id,
            maker_order_id=self.maker.order_id,
            mode=self.taker.stp_mode,
            price=self.price,
            taker_qty=self.taker_qty,
            maker_qty=self.maker_qty,
            at_ns=at_ns,
        )

    def sides(self) -> Iterator[tuple[Order, Prevention]]:
        """The orders that lost something, and what a report says of it."""
        matched = min(qty for qty in (self.taker_qty, self.maker_qty) if qty is not None)
        for order, other, qty in ((self.maker, self.taker, self.maker_qty), (self.taker, self.maker, self.taker_qty)):
            if qty is not None:
                yield order, Prevention(other.order_id, qty, matched, self.price)


def meeting_of(account: Account, event: Prevented) -> Meeting:
    """Two orders that met in a book of the exchange."""
    taker, maker = account.orders_by((event.taker_number, event.maker_number))
    taken, given = from_units(event.taker_qty_units), from_units(event.maker_qty_units)
    return Meeting(taker, maker, from_units(event.price_units), taken or None, given or None)


def meetings(account: Account, taker: Order, best: Decimal | None) -> Iterator[Meeting]:
    """Own orders that a newcomer would trade with, in turn, until nothing is left of it.

    Whoever asks for the next one has taken from both orders what this one says.

    Args:
        best: the market's best price of the other side, at which a market order trades.
    """
    limit = taker.price or best
    if taker.stp_mode == "NONE" or not limit:
        return
    for maker in crossed(account, taker, limit):
        taker_qty, maker_qty = _taken(taker, maker)
        yield Meeting(taker, maker, maker.price, taker_qty, maker_qty)
        if not taker.open:
            return


def crossed(account: Account, taker: Asked, limit: Decimal) -> list[Order]:
    """Own orders on the book that an order with this limit would trade with, best price first."""
    buying = taker.side == "BUY"
    found = [
        order
        for order in account.open_orders(taker.symbol)
        if order.working_ns is not None
        and order.price
        and order.side != taker.side
        and (order.price <= limit if buying else order.price >= limit)
    ]
    return sorted(found, key=lambda order: (order.price if buying else -order.price, order.order_id))


def _taken(taker: Order, maker: Order) -> tuple[Decimal | None, Decimal | None]:
    match taker.stp_mode:
        case "EXPIRE_TAKER":
            return taker.left, None
        case "EXPIRE_MAKER":
            return None, maker.left
        case "EXPIRE_BOTH":
            return taker.left, maker.left
        case _:
            smaller = min(taker.left, maker.left)
            return smaller, smaller
