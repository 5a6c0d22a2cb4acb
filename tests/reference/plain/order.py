"""An order, and what a print does to it: the conditions F-05 to F-15 of docs/concepts/fills.md."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.reference.plain.parked import Parked


@dataclass(eq=False)
class Order:
    """`side` is 1 or -1; `why` is request, target, part, stop or child, of `parent` then.

    `met` counts the prints it took part in. What is good till a date the account ends, at `expires_ns`.
    """

    symbol: str
    side: int
    kind: str
    until: str
    qty: Decimal
    limit: Decimal
    stop: Decimal
    why: str
    post_only: bool = False
    reduce_only: bool = False
    expires_ns: int = 0
    parent: Parked | None = None
    filled: Decimal = Decimal(0)  # as the account has heard
    traded: Decimal = Decimal(0)  # as the venue knows
    canceling: bool = False
    met: int = 0
    resting: bool = False
    triggered: bool = False

    @classmethod
    def market(cls, symbol: str, signed: Decimal, why: str) -> Order:
        """A market order for the day."""
        return cls(symbol, 1 if signed > 0 else -1, "market", "day", abs(signed), Decimal(0), Decimal(0), why)

    @property
    def left(self) -> Decimal:
        """What can still fill, as far as the account has heard."""
        return self.qty - self.filled

    def could_trade(self, other: Order) -> bool:
        """Whether two orders of one account could meet: two limits where their prices do, anything else always."""
        if self.side == other.side:
            return False
        return {self.kind, other.kind} != {"limit"} or (self.limit - other.limit) * self.side >= 0

    def takes_part(self, opening: bool, closing: bool) -> bool:
        """Orders for an auction meet nothing else."""
        return {"opg": opening, "cls": closing}.get(self.until, True)

    def price_at(self, price: Decimal, jumped: bool) -> Decimal | None:
        """The price at which it would trade as the market moves to `price`, or None."""
        passes = self.resting and not jumped  # the market goes through every price in between
        if self.kind == "market" or (self.kind == "stop" and self.triggered):
            return price
        if self.kind == "limit" or self.triggered:
            return (self.limit if passes else price) if self._is_through(price) else None
        if (price - self.stop) * self.side < 0:
            return None
        self.triggered = True
        reached = self.stop if passes else price
        return reached if self.kind == "stop" or self._is_through(reached) else None

    def is_over(self) -> bool:
        """Whether what is left does not work on after a print it met."""
        waits = self.kind in ("stop", "stop_limit") and not self.triggered
        return self.until in ("opg", "cls") or (self.until in ("ioc", "fok") and not waits)

    def _is_through(self, price: Decimal) -> bool:
        return (self.limit - price) * self.side > 0


@dataclass(frozen=True)
class Word:
    """What came of an order: a trade, or (without a quantity) its end, `canceled` or `expired`."""

    at_ns: int
    order: Order
    qty: Decimal
    price: Decimal
    end: str = ""


def meet(
    orders: list[Order], at_ns: int, price: Decimal, ours: Decimal, jumped: bool, opening: bool, closing: bool
) -> list[Word]:
    """One print meets the orders of its instrument, first come first served; what one takes the next does not find."""
    words = []
    for order in orders:
        if not order.takes_part(opening, closing):
            continue
        is_new = order.met == 0
        at_price = order.price_at(price, jumped)
        order.met += 1
        order.resting = at_price is None
        qty, end = Decimal(0), ""
        if at_price is not None and order.post_only:
            at_price = order.limit
            end = "canceled" if is_new else ""
        left = order.qty - order.traded
        if at_price is not None and not end and (order.until != "fok" or left <= ours):
            qty = min(left, ours)
        if not end and left > qty and order.is_over():
            end = "expired"
        if qty:
            ours -= qty
            words.append(Word(at_ns, order, qty, at_price))
            order.traded += qty
        if end:
            words.append(Word(at_ns, order, Decimal(0), Decimal(0), end))
    return words
