"""What can be traded, and on which grids its numbers live.

Two grids are kept apart: `price_scale` is the finest grid a *print* can have (US equities trade at
1e-4 although orders step by a cent), `tick_units` the grid an *order* must meet. Quantities use
`qty_scale` with `lot_units` as the step of an order: commissions taken in the base coin leave
amounts finer than a lot.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from seatrial.domain.fees import SaleFees
from seatrial.domain.ids import Symbol, VenueName
from seatrial.domain.money import CASH_SCALE, Currency, parse_units, units_text

QTY_UNITS_MAX = 2**62


class AssetClass(StrEnum):
    """The two kinds of thing this house trades today."""

    US_EQUITY = "us_equity"
    CRYPTO = "crypto"


@dataclass(frozen=True, slots=True)
class Instrument:
    """One tradable thing at one venue. Frozen into the journal when a segment starts.

    `price_units / price_scale` is a price in `quote`; `qty_units / qty_scale` an amount of `base`.
    `calendar` is `XNYS` or `24x7`. Fee rates are in millionths of the traded value.
    """

    symbol: Symbol
    venue: VenueName
    asset_class: AssetClass
    base: Currency
    quote: Currency
    price_scale: int
    qty_scale: int
    tick_units: int
    lot_units: int
    qty_min_units: int
    notional_min_units: int
    calendar: str
    shortable: bool
    fee_ppm: int
    fee_in_base_on_buy: bool
    maker_fee_ppm: int | None = None  # of trades of resting orders; None is `fee_ppm`
    sale_fees: SaleFees | None = None

    def __post_init__(self) -> None:
        product = self.price_scale * self.qty_scale
        assert product >= CASH_SCALE and product % CASH_SCALE == 0, (
            "a trade's value must reach cash units by one division"
        )

    @property
    def value_div(self) -> int:
        """`price_units * qty_units / value_div` is a value in cash units."""
        return self.price_scale * self.qty_scale // CASH_SCALE

    def parse_price(self, text: str) -> int:
        """Price text to price units; `InexactAmount` when finer than the grid."""
        return parse_units(text, self.price_scale)

    def parse_qty(self, text: str) -> int:
        """Quantity text to quantity units; `InexactAmount` when finer than the grid."""
        return parse_units(text, self.qty_scale)

    def price_text(self, price_units: int) -> str:
        """The shortest decimal text of a price."""
        return units_text(price_units, self.price_scale)

    def qty_text(self, qty_units: int) -> str:
        """The shortest decimal text of a quantity."""
        return units_text(qty_units, self.qty_scale)


def us_equity(symbol: str, *, shortable: bool = True, sale_fees: SaleFees | None = None) -> Instrument:
    """A US stock or fund as Alpaca trades it: cents, whole shares by default, no commission.

    An account in which nothing is shortable is a cash account.
    """
    return Instrument(
        symbol=Symbol(symbol),
        venue=VenueName("alpaca"),
        asset_class=AssetClass.US_EQUITY,
        base=Currency(symbol),
        quote=Currency("USD"),
        price_scale=10_000,
        qty_scale=10**9,
        tick_units=100,
        lot_units=10**9,
        qty_min_units=10**9,
        notional_min_units=0,
        calendar="XNYS",
        shortable=shortable,
        fee_ppm=0,
        fee_in_base_on_buy=False,
        sale_fees=sale_fees,
    )


def binance_spot(
    base: str, quote: str, *, tick: str, lot: str, notional_min: str = "5", fee_ppm: int = 1_000
) -> Instrument:
    """A Binance spot pair: 1e-8 grids, the venue's tick and lot, commission from what is received."""
    scale = 10**8
    return Instrument(
        symbol=Symbol(base + quote),
        venue=VenueName("binance"),
        asset_class=AssetClass.CRYPTO,
        base=Currency(base),
        quote=Currency(quote),
        price_scale=scale,
        qty_scale=scale,
        tick_units=parse_units(tick, scale),
        lot_units=parse_units(lot, scale),
        qty_min_units=parse_units(lot, scale),
        notional_min_units=parse_units(notional_min, CASH_SCALE),
        calendar="24x7",
        shortable=False,
        fee_ppm=fee_ppm,
        fee_in_base_on_buy=True,
    )
