"""What is held of one instrument, and what it has earned."""

from dataclasses import dataclass
from decimal import Decimal

from tests.reference.plain.exact import CENT, toward_zero
from tests.reference.plain.instrument import Thing

ZERO = Decimal(0)


@dataclass(eq=False)
class Holding:
    """Cost carries the quantity's sign. `trade_result` is since it was last flat; `extreme` the best close since."""

    thing: Thing
    qty: Decimal = ZERO
    cost: Decimal = ZERO
    realized: Decimal = ZERO
    fees: Decimal = ZERO
    last: Decimal = ZERO
    last_at: int = 0
    extreme: Decimal = ZERO
    trade_result: Decimal = ZERO
    resize_waits: bool = False
    exiting: bool = False
    stopped_side: int = 0
    dividends: Decimal = ZERO
    borrow_fees: Decimal = ZERO

    @property
    def worth(self) -> Decimal:
        """At the last price."""
        return self.thing.worth(self.qty, self.last)

    @property
    def is_flat(self) -> bool:
        """Less than a lot counts as nothing."""
        return abs(self.qty) < self.thing.lot

    def post(self, side: int, qty: Decimal, price: Decimal, fee: Decimal, in_coin: bool) -> tuple[Decimal, bool]:
        """Book a trade; answers how cash moves, and whether it closed what was held."""
        thing = self.thing
        value = thing.value(side, qty, price)
        held, moved, cash = self.qty, side * qty, -side * value
        if in_coin:
            moved -= fee
            self.fees += thing.worth(fee, price)
        else:
            cash -= fee
            self.fees += fee
            self.trade_result -= fee
        if moved == 0:
            self.realized -= side * value
            self.trade_result -= side * value
        else:
            self.trade_result += self.move(moved, side * value, price)
        was_held = abs(held) >= thing.lot
        return cash, was_held and (self.is_flat or (self.qty > 0) != (held > 0))

    def move(self, moved: Decimal, value: Decimal, price: Decimal) -> Decimal:
        """Post a signed quantity and its signed value; answers what that realised."""
        held = self.qty
        self.qty += moved
        if held == 0 or (held > 0) == (moved > 0):
            if held == 0:
                self.extreme = price
            self.cost += value
            return ZERO
        closed = min(abs(moved), abs(held))
        cost_closed = toward_zero(self.cost * closed / abs(held), CENT)
        value_closed = toward_zero(value * closed / abs(moved), CENT)
        gained = -value_closed - cost_closed
        self.cost += value - value_closed - cost_closed
        self.realized += gained
        if self.qty == 0 or (self.qty > 0) != (held > 0):
            self.extreme = price
        return gained
