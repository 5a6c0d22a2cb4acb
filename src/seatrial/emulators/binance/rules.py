"""What may be traded and how finely: the trading rules of a symbol, as exchangeInfo tells them.

Rules come from the instrument (tick, lot, smallest notional). Bounds that an instrument does not name
carry the values the venue uses for its large pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from seatrial.domain.instrument import Instrument
from seatrial.emulators.binance.numbers import UNIT, on_step, product, text

AVERAGE_MINUTES = 5
ORDERS_MAX = 200
ALGO_ORDERS_MAX = 5
ORDER_LISTS_MAX = 20
AMENDS_MAX = 10
ICEBERG_PARTS_MAX = 10
TRAILING_DELTA_MIN = 10
TRAILING_DELTA_MAX = 2_000
PRICE_MAX = Decimal(1_000_000)
QTY_MAX = Decimal(9_000_000)
NOTIONAL_MAX = Decimal(9_000_000)
MULTIPLIER_UP = Decimal(5)
MULTIPLIER_DOWN = Decimal("0.2")
ORDER_TYPES = (
    "LIMIT",
    "LIMIT_MAKER",
    "MARKET",
    "STOP_LOSS",
    "STOP_LOSS_LIMIT",
    "TAKE_PROFIT",
    "TAKE_PROFIT_LIMIT",
)
STP_MODES = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT", "TRANSFER")
_MULTIPLIERS = {
    "bidMultiplierUp": str(MULTIPLIER_UP),
    "bidMultiplierDown": str(MULTIPLIER_DOWN),
    "askMultiplierUp": str(MULTIPLIER_UP),
    "askMultiplierDown": str(MULTIPLIER_DOWN),
}
_TRAILING_DELTAS = {
    "minTrailingAboveDelta": TRAILING_DELTA_MIN,
    "maxTrailingAboveDelta": TRAILING_DELTA_MAX,
    "minTrailingBelowDelta": TRAILING_DELTA_MIN,
    "maxTrailingBelowDelta": TRAILING_DELTA_MAX,
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one pair. Prices in `quote`, quantities in `base`."""

    symbol: str
    base: str
    quote: str
    tick: Decimal
    step: Decimal
    qty_min: Decimal
    notional_min: Decimal
    fee_rate: Decimal
    maker_rate: Decimal | None = None  # None: the same
    price_max: Decimal = PRICE_MAX
    qty_max: Decimal = QTY_MAX
    notional_max: Decimal = NOTIONAL_MAX
    market_qty_max: Decimal = QTY_MAX
    position_max: Decimal | None = None
    orders_max: int = ORDERS_MAX
    algo_orders_max: int = ALGO_ORDERS_MAX
    stp_default: str = "NONE"
    stp_modes: tuple[str, ...] = STP_MODES

    def __post_init__(self) -> None:
        assert on_step(product(self.tick, self.step), UNIT), "a limit order's value must be exact in eight digits"


def rules_of(instrument: Instrument) -> Rules:
    """An instrument of the house as this venue would list it."""
    price_scale, qty_scale = Decimal(instrument.price_scale), Decimal(instrument.qty_scale)
    return Rules(
        symbol=str(instrument.symbol),
        base=str(instrument.base),
        quote=str(instrument.quote),
        tick=Decimal(instrument.tick_units) / price_scale,
        step=Decimal(instrument.lot_units) / qty_scale,
        qty_min=Decimal(instrument.qty_min_units) / qty_scale,
        notional_min=Decimal(instrument.notional_min_units) / 10**8,
        fee_rate=Decimal(instrument.fee_ppm) / 10**6,
        maker_rate=None if instrument.maker_fee_ppm is None else Decimal(instrument.maker_fee_ppm) / 10**6,
    )


def filters(rules: Rules) -> list[dict[str, object]]:
    """The `filters` of a symbol, in the venue's order."""
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": text(rules.tick),
            "maxPrice": text(rules.price_max),
            "tickSize": text(rules.tick),
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": text(rules.qty_min),
            "maxQty": text(rules.qty_max),
            "stepSize": text(rules.step),
        },
        {"filterType": "ICEBERG_PARTS", "limit": ICEBERG_PARTS_MAX},
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": text(Decimal(0)),
            "maxQty": text(rules.market_qty_max),
            "stepSize": text(Decimal(0)),
        },
        {"filterType": "TRAILING_DELTA", **_TRAILING_DELTAS},
        {"filterType": "PERCENT_PRICE_BY_SIDE", **_MULTIPLIERS, "avgPriceMins": AVERAGE_MINUTES},
        {
            "filterType": "NOTIONAL",
            "minNotional": text(rules.notional_min),
            "applyMinToMarket": True,
            "maxNotional": text(rules.notional_max),
            "applyMaxToMarket": False,
            "avgPriceMins": AVERAGE_MINUTES,
        },
        *_position_filter(rules),
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": rules.orders_max},
        {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": ORDER_LISTS_MAX},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": rules.algo_orders_max},
        {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": AMENDS_MAX},
    ]


def _position_filter(rules: Rules) -> list[dict[str, object]]:
    if rules.position_max is None:
        return []
    return [{"filterType": "MAX_POSITION", "maxPosition": text(rules.position_max)}]


def listing(rules: Rules) -> dict[str, object]:
    """One element of `symbols` of exchangeInfo."""
    return {
        "symbol": rules.symbol,
        "status": "TRADING",
        "baseAsset": rules.base,
        "baseAssetPrecision": 8,
        "quoteAsset": rules.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": list(ORDER_TYPES),
        "icebergAllowed": True,
        "ocoAllowed": True,
        "otoAllowed": True,
        "opoAllowed": False,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": True,
        "cancelReplaceAllowed": True,
        "amendAllowed": True,
        "pegInstructionsAllowed": False,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": filters(rules),
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": rules.stp_default,
        "allowedSelfTradePreventionModes": list(rules.stp_modes),
    }
