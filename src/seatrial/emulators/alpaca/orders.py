"""An Alpaca order: what is stored of it, and the request it comes from (`venues.md` 2.1, 3.1)."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import msgspec

from seatrial.domain.ids import Symbol
from seatrial.domain.orders import OrderType, Side
from seatrial.emulators.alpaca.amounts import ZERO
from seatrial.emulators.alpaca.exits import NO_EXITS, Exits
from seatrial.emulators.alpaca.lifetimes import KERNEL_TIMES
from seatrial.emulators.order_books import Terms

TERMINAL = frozenset({"filled", "canceled", "expired", "rejected", "replaced"})
UNSETTLED = frozenset({"pending_cancel", "pending_replace"})  # a request is under way, and a fill can still win

TYPES = {
    "market": OrderType.MARKET,
    "limit": OrderType.LIMIT,
    "stop": OrderType.STOP,
    "stop_limit": OrderType.STOP_LIMIT,
    "trailing_stop": OrderType.MARKET,  # once it has triggered; before that no book knows of it
}
SIDES = {"buy": Side.BUY, "sell": Side.SELL}

# A stop to buy is sent on as a stop-limit: 4 % above a stop under $50, 2.5 % above others (Alpaca, "Orders").
CHEAP_DOLLARS = 50
CHEAP_PER_MILLE, DEAR_PER_MILLE = 1_040, 1_025


class Admission(NamedTuple):
    """An order that may work. `reserve_units`: the price at which it is held back; zero when it closes."""

    reserve_units: int
    intent: str


class Order(msgspec.Struct, gc=False):
    """One order. Times are market time, 0 for never; prices are in price units, 0 for none.

    `filled_product` sums `price_units * qty_units` of its executions. `reserve_units` is the price at which what is
    left of it is held back from buying power; zero for an order that closes a position.

    A leg names its parent, the parent its legs, by number. `working` says whether it stands in the market: a leg
    that is held for its entry does not; the stop-loss of a pair does, although it is shown as `held`.
    """

    number: int
    id: str
    client_order_id: str
    account: str
    symbol: str
    side: str
    type: str
    time_in_force: str
    qty_units: int
    limit_units: int
    stop_units: int
    reserve_units: int
    intent: str
    status: str
    submitted_ns: int
    updated_ns: int
    expires_ns: int
    filled_units: int = 0
    filled_product: int = 0
    filled_ns: int = 0
    canceled_ns: int = 0
    expired_ns: int = 0
    failed_ns: int = 0
    replaced_ns: int = 0
    placed_ns: int = 0
    working: bool = False
    extended_hours: bool = False
    trail_units: int = 0
    trail_percent: Decimal = ZERO
    hwm_units: int = 0
    triggered: bool = False
    notional: Decimal = ZERO
    order_class: str = ""
    part: str = ""  # of its class: "", "entry", "take_profit" or "stop_loss"
    parent: int = 0
    legs: tuple[int, ...] = ()
    replaces: str = ""
    replaced_by: str = ""

    @property
    def open(self) -> bool:
        """It has not come to its end."""
        return self.status not in TERMINAL

    @property
    def left_units(self) -> int:
        """What has not traded."""
        return self.qty_units - self.filled_units

    @property
    def signed_side(self) -> Side:
        """+1 or -1."""
        return SIDES[self.side]

    @property
    def paired_stop(self) -> bool:
        """The stop-loss beside a take-profit: the shares it would sell are bound by the take-profit already."""
        return self.part == "stop_loss" and self.order_class in ("bracket", "oco")

    @property
    def binds(self) -> bool:
        """Whether what is left of it would be taken from a position on the other side, and not by others again.

        Also of an order that came before that position: it trades against it all the same.
        """
        return self.working and not self.paired_stop


class Ticket(msgspec.Struct, frozen=True, gc=False):
    """A request for an order that passed every check of form. `notional` is zero where a quantity is asked for."""

    symbol: Symbol
    side: Side
    type: str
    time_in_force: str
    qty_units: int
    limit_units: int = 0
    stop_units: int = 0
    client_order_id: str = ""
    extended_hours: bool = False
    trail_units: int = 0
    trail_percent: Decimal = ZERO
    notional: Decimal = ZERO
    order_class: str = ""
    exits: Exits = NO_EXITS
    intent: str = ""
    fractional: bool = False


def terms_of(order: Order, price_scale: int) -> Terms:
    """What the exchange needs to know of an order."""
    side, kind, limit_units = order.signed_side, TYPES[order.type], order.limit_units
    if kind is OrderType.STOP and side is Side.BUY:
        kind = OrderType.STOP_LIMIT
        cheap = order.stop_units < CHEAP_DOLLARS * price_scale
        limit_units = order.stop_units * (CHEAP_PER_MILLE if cheap else DEAR_PER_MILLE) // 1_000
    return Terms(
        side=side,
        type=kind,
        qty_units=order.left_units,
        limit_units=limit_units,
        stop_units=0 if order.type == "trailing_stop" else order.stop_units,
        time_in_force=KERNEL_TIMES[order.time_in_force],
        extended_hours=order.extended_hours,
    )
