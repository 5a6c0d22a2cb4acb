"""One Alpaca account: cash, positions, and what working orders hold back. Decimal, to 8 decimals.

    equity       = cash + value of longs - value of shorts          (at the last prints)
    margin       = half of both values, the whole of coins          (Regulation T, multiplier 2)
    buying power = 2 * (equity - margin) - what opening orders reserve

Always true: cash + sum of position costs changes by realised profit only; a trade moves exactly
`traded_value` from the one to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

import msgspec

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import Side
from seatrial.emulators.alpaca.amounts import ZERO, amount_of, share_of, traded_value
from seatrial.emulators.alpaca.assets import is_coin

MULTIPLIER = 2
INITIAL_MARGIN = Decimal("0.5")
MAINTENANCE_LONG = Decimal("0.25")
MAINTENANCE_SHORT = Decimal("0.30")


class Position(msgspec.Struct):
    """`qty_units` is signed; `cost` has its sign: what was paid, or minus what was received."""

    qty_units: int
    cost: Decimal


class Settings(msgspec.Struct):
    """What `/v2/account/configurations` can change."""

    no_shorting: bool = False
    suspend_trade: bool = False
    trade_confirm_email: str = "all"
    fractional_trading: bool = True
    max_margin_multiplier: str = "4"
    ptp_no_exception_entry: bool = False


class Account(msgspec.Struct):
    """The stored state of one account."""

    name: str
    cash: Decimal
    created_ns: int
    last_equity: Decimal
    last_maintenance: Decimal = ZERO
    positions: dict[str, Position] = {}
    settings: Settings = msgspec.field(default_factory=Settings)

    def post(self, instrument: Instrument, side: Side, price_units: int, qty_units: int) -> None:
        """Book one execution: what it closes takes its share of the cost along, what it opens adds to it."""
        buy = side is Side.BUY
        value = traded_value(instrument, price_units, qty_units, buy=buy)
        self.cash += -value if buy else value
        held = self.positions.setdefault(instrument.symbol, Position(0, ZERO))
        before = held.qty_units
        held.qty_units += side * qty_units
        closing_units = 0 if before == 0 or (before > 0) == buy else min(qty_units, abs(before))
        if closing_units:
            held.cost -= share_of(held.cost, closing_units, abs(before))
        if closing_units < qty_units:
            opening = share_of(value, qty_units - closing_units, qty_units)
            held.cost += opening if buy else -opening
        if held.qty_units == 0:
            del self.positions[instrument.symbol]

    def held_units(self, symbol: str) -> int:
        """The signed position."""
        position = self.positions.get(symbol)
        return 0 if position is None else position.qty_units


class Standing(msgspec.Struct, frozen=True):
    """An account valued at the last prints."""

    cash: Decimal
    long_value: Decimal
    short_value: Decimal  # zero or less
    coin_value: Decimal = ZERO  # of the longs, what has to be paid in full
    reserved: Decimal = ZERO

    @property
    def equity(self) -> Decimal:
        """What the account is worth."""
        return self.cash + self.long_value + self.short_value

    @property
    def initial_margin(self) -> Decimal:
        """What of it is bound by positions."""
        return INITIAL_MARGIN * (self.long_value - self.coin_value - self.short_value) + self.coin_value

    @property
    def maintenance_margin(self) -> Decimal:
        """Where a margin call would come."""
        margined = MAINTENANCE_LONG * (self.long_value - self.coin_value)
        return margined + self.coin_value - MAINTENANCE_SHORT * self.short_value

    @property
    def buying_power(self) -> Decimal:
        """What new positions may cost."""
        return max(ZERO, MULTIPLIER * (self.equity - self.initial_margin) - self.reserved)

    @property
    def cash_power(self) -> Decimal:
        """What may be spent on assets that have to be paid in full."""
        return max(ZERO, min(self.cash - self.reserved, self.buying_power))


def standing(
    account: Account, instruments: Mapping[Symbol, Instrument], last_price: Callable[[Symbol], int | None]
) -> Standing:
    """Value an account of which nothing is held back. A position without a print is worth its cost."""
    long_value = short_value = coin_value = ZERO
    for symbol, position in account.positions.items():
        instrument = instruments[Symbol(symbol)]
        value = market_value(position, instrument, last_price(Symbol(symbol)))
        if position.qty_units > 0:
            long_value += value
        else:
            short_value += value
        if is_coin(instrument):
            coin_value += value
    return Standing(account.cash, long_value, short_value, coin_value)


def market_value(position: Position, instrument: Instrument, price_units: int | None) -> Decimal:
    """A position at a price; signed."""
    if price_units is None:
        return position.cost
    return amount_of(price_units * position.qty_units, instrument.price_scale * instrument.qty_scale)
