"""What is traded, and what was printed of it."""

from dataclasses import dataclass
from decimal import Decimal

from tests.reference.plain.exact import CENT, MILLION, down, toward_zero, up


@dataclass(frozen=True)
class Thing:
    """One instrument. Steps are the smallest differences; `fee` is in millionths of the traded value."""

    symbol: str
    price_step: Decimal
    qty_step: Decimal
    tick: Decimal
    lot: Decimal
    qty_min: Decimal
    worth_min: Decimal
    shortable: bool
    counts_shares: bool
    fee: Decimal
    fee_in_coin: bool
    stops_wait: bool = False  # a stop that would trigger on arrival is refused
    sale_part: Decimal = Decimal(0)  # regulatory fees of a sale: so much of the proceeds,
    sale_per_share: Decimal = Decimal(0)  # so much a share,
    sale_per_share_max: Decimal = Decimal(0)  # but no more than this, each up to the cent

    def paid(self, qty: Decimal, price: Decimal) -> Decimal:
        """Cost rounds up."""
        return up(qty * price, CENT)

    def value(self, side: int, qty: Decimal, price: Decimal) -> Decimal:
        """What a trade moves in cash."""
        return self.paid(qty, price) if side > 0 else self.received(qty, price)

    def received(self, qty: Decimal, price: Decimal) -> Decimal:
        """Proceeds round down."""
        return down(qty * price, CENT)

    def worth(self, qty: Decimal, price: Decimal) -> Decimal:
        """A holding's worth, magnitude rounded down."""
        return toward_zero(qty * price, CENT)

    def in_lots(self, qty: Decimal) -> Decimal:
        """Toward zero, on the lot grid."""
        return toward_zero(qty, self.lot)

    def fee_on(self, side: int, qty: Decimal, price: Decimal) -> tuple[Decimal, bool]:
        """The fee, and whether it is taken in coin. It is cut off, never rounded up."""
        if side > 0 and self.fee_in_coin:
            return down(qty * self.fee / MILLION, self.qty_step), True
        fee = down(self.value(side, qty, price) * self.fee / MILLION, CENT)
        return fee + (self.sale_fees(qty, price) if side < 0 else 0), False

    def sale_fees(self, qty: Decimal, price: Decimal) -> Decimal:
        """Two fees, each rounded up to a whole cent of its own."""
        penny = Decimal("0.01")
        of_value = up(up(self.received(qty, price) * self.sale_part, CENT), penny)
        return of_value + up(min(up(qty * self.sale_per_share, CENT), self.sale_per_share_max), penny)

    def price_after(self, price: Decimal, new: int, old: int) -> Decimal:
        """A price after a split, to the nearest step, halves up, never to nothing."""
        if price <= 0:
            return Decimal(0)
        return max(down(price * old / new + self.price_step / 2, self.price_step), self.price_step)

    def qty_after(self, qty: Decimal, new: int, old: int) -> Decimal:
        """A quantity after a split, magnitude rounded down."""
        return toward_zero(qty * new / old, self.qty_step)


@dataclass(frozen=True)
class Bar:
    """What happened between two instants."""

    symbol: str
    start_ns: int
    end_ns: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal

    def prints(self, thing: Thing, part: Decimal) -> list[tuple[int, Decimal, Decimal]]:
        """`(instant, price, volume that can be ours)` four times: open, the nearer extreme, the other one, close."""
        high_first = self.high - self.open < self.open - self.low
        extremes = [self.high, self.low] if high_first else [self.low, self.high]
        quarter = down(self.volume / 4, thing.lot)
        volumes = [quarter, quarter, quarter, self.volume - 3 * quarter]
        sixtieth = (self.end_ns - self.start_ns) // 60
        instants = [self.start_ns + sixtieth * many for many in (1, 20, 40, 59)]
        prices = [self.open, *extremes, self.close]
        ours = [down(down(volume * part / MILLION, thing.qty_step), thing.lot) for volume in volumes]
        return list(zip(instants, prices, ours, strict=True))
