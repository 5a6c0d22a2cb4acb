"""An order, and what a print does to it."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(eq=False)
class Order:
    """`side` is 1 or -1; `why` is request, target, part or stop. `fresh` until it has met a print and rested."""

    symbol: str
    side: int
    kind: str
    until: str
    qty: Decimal
    limit: Decimal
    stop: Decimal
    why: str
    filled: Decimal = Decimal(0)  # as the account has heard
    traded: Decimal = Decimal(0)  # as the venue knows
    canceling: bool = False
    fresh: bool = True
    triggered: bool = False

    @property
    def left(self) -> Decimal:
        """What can still fill, as far as the account has heard."""
        return self.qty - self.filled

    def is_touched(self, price: Decimal) -> bool:
        """Whether a stop's price has come already."""
        return self.kind == "stop" and price > 0 and (price - self.stop) * self.side >= 0

    def price_at(self, price: Decimal, jumped: bool) -> Decimal | None:
        """The price at which it would trade as the market moves to `price`, or None."""
        if self.kind == "market" or self.triggered:
            return price
        if self.kind == "limit":
            if (self.limit - price) * self.side <= 0:  # at the limit is not through it
                return None
            return price if jumped or self.fresh else self.limit
        if (price - self.stop) * self.side < 0:
            return None
        self.triggered = True
        return price if jumped or self.fresh else self.stop


@dataclass(frozen=True)
class Trade:
    """What came of an order."""

    at_ns: int
    order: Order
    qty: Decimal
    price: Decimal


def meet(orders: list[Order], at_ns: int, price: Decimal, ours: Decimal, jumped: bool) -> list[Trade]:
    """One print meets the orders of its instrument, first come first served; what one takes the next does not find."""
    trades = []
    for order in orders:
        at_price = order.price_at(price, jumped)
        order.fresh = at_price is not None
        qty = min(order.qty - order.traded, ours)
        if at_price is None or qty == 0:
            continue
        ours -= qty
        trades.append(Trade(at_ns, order, qty, at_price))
        order.traded += qty
    return trades
