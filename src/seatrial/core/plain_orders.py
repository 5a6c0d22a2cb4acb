"""One working order of the plain book, and what a print does to it: the conditions of `matching`, in plain Python."""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

from seatrial.domain.orders import OrderStatus, OrderType, Side, TimeInForce

RESTING, LEFT_OVER, NEW = 0, 1, 2  # it waits for the market; the market went through it and left some; no print yet
ROOT_BITS = 20

# Comparing members of an enumeration costs more than comparing integers, and this is asked with every print.
MARKET, LIMIT, STOP, STOP_LIMIT = (
    int(kind) for kind in (OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT)
)
IOC, FOK, GTD, OPG, CLS = (
    int(tif) for tif in (TimeInForce.IOC, TimeInForce.FOK, TimeInForce.GTD, TimeInForce.OPG, TimeInForce.CLS)
)
ENDS_AT_ONCE, ENDS_AT_AUCTION = frozenset({IOC, FOK}), frozenset({OPG, CLS})


class Execution(NamedTuple):
    """What a print did to one working order: a trade, an end, or both.

    `left_units` is what is open after the trade; `ended` says how that ended, None while it works or is filled.
    An order that only ends has traded 0 at 0.
    """

    number: int
    qty_units: int
    price_units: int
    maker: bool
    left_units: int
    ended: OrderStatus | None = None


class PlainOrder:
    """A working order. `arrival` counts the orders of its book; prices are 0 where it has none."""

    __slots__ = (
        "arrival",
        "expires_ns",
        "extended_hours",
        "fresh",
        "if_touched",
        "kind",
        "left",
        "limit",
        "number",
        "post_only",
        "side",
        "stop",
        "tif",
        "triggered",
    )

    def __init__(
        self,
        number: int,
        arrival: int,
        side: Side,
        kind: OrderType,
        left: int,
        limit: int,
        stop: int,
        tif: TimeInForce,
        expires_ns: int,
        post_only: bool,
        extended_hours: bool,
        if_touched: bool,
    ) -> None:
        self.number = number
        self.arrival = arrival
        self.side = int(side)
        self.kind = int(kind)
        self.left = left
        self.limit = limit
        self.stop = stop
        self.tif = int(tif)
        self.expires_ns = expires_ns
        self.post_only = post_only
        self.extended_hours = extended_hours
        self.if_touched = if_touched
        self.fresh = NEW
        self.triggered = False

    @property
    def is_limit(self) -> bool:
        """It works as a limit order now."""
        return self.kind == LIMIT or (self.kind == STOP_LIMIT and self.triggered)

    @property
    def ends_now(self) -> bool:
        """What is left after a print it met does not work on."""
        if self.tif in ENDS_AT_AUCTION:
            return True
        return self.tif in ENDS_AT_ONCE and (self.kind <= LIMIT or self.triggered)

    @property
    def watch(self) -> tuple[int, int] | None:
        """What a resting order waits for: `(direction, key)`, reached where `key >= -direction * price`.

        `(1, -p)` waits for the price to rise to `p`, `(-1, p)` to fall to it. None where every print concerns it.
        """
        if self.fresh != RESTING:
            return None
        if self.is_limit:
            return (-1, self.limit - 1) if self.side > 0 else (1, -self.limit - 1)
        if self.kind == MARKET or self.triggered:
            return None
        return (1, -self.stop) if (self.side > 0) != self.if_touched else (-1, self.stop)

    def price_at(self, price: int, jumped: bool) -> int:
        """Where it trades when the market moves to `price`, 0 where it does not. Marks a stop that triggers."""
        kind = self.kind
        if kind == MARKET or (kind == STOP and self.triggered):
            return price
        side = self.side
        at_print = jumped or self.fresh != RESTING
        if kind != LIMIT and not self.triggered:
            beyond = (price - self.stop) * side
            if beyond > 0 if self.if_touched else beyond < 0:
                return 0
            self.triggered = True
            reached = price if at_print else self.stop
            return reached if kind == STOP or (self.limit - reached) * side > 0 else 0
        if (self.limit - price) * side <= 0:
            return 0
        return price if at_print else self.limit

    def impacted(self, price: int, taken: int, volume: int, slope: int) -> int:
        """The price when it takes the market and impact is on."""
        root = isqrt((min(taken, volume) << (2 * ROOT_BITS)) // volume)
        paid = -(-slope * root >> ROOT_BITS)
        limit = self.limit if self.kind in (LIMIT, STOP_LIMIT) else 0
        if self.side > 0:
            return min(price + paid, limit) if limit else price + paid
        return max(price - paid, limit, 1)
