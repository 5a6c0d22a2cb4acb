"""An order, a trade and a prevented match as the venue remembers them.

Amounts are `Decimal`, times nanoseconds of market time. The JSON they appear in is in `order_shapes`.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from seatrial.domain.time import MICROSECOND_NS, MILLISECOND_NS
from seatrial.emulators.binance.numbers import ZERO

OPEN = frozenset({"NEW", "PARTIALLY_FILLED", "PENDING_NEW"})
TAKE_PROFITS = frozenset({"TAKE_PROFIT", "TAKE_PROFIT_LIMIT"})
ALGO_TYPES = frozenset({"STOP_LOSS", "STOP_LOSS_LIMIT"}) | TAKE_PROFITS
PRICED_ALGO_TYPES = frozenset({"STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"})
NO_LIST = -1
NO_GROUP = -1  # accounts of the emulator are in no trade group
BASIS_POINTS = 10_000
UNFILLED_REASONS = {"IOC": "UNFILLED_IOC_QUANTITY_EXPIRED", "FOK": "UNFILLED_FOK_ORDER_EXPIRED"}

Json = dict[str, object]


class Order(msgspec.Struct, kw_only=True, gc=False):
    """One order, from its acceptance to its end.

    `reserved` is what of a balance it still locks: quote for a buy, base for a sell. `budget_only` marks a
    market buy by `quoteOrderQty`, which may never spend more than its reservation. `entered_ns` is when the
    exchange was given it, None while the venue itself holds it back: the pending order of a list, and a
    trailing stop that has not triggered. `working_ns` is when it came onto the book.
    """

    account: str
    symbol: str
    order_id: int
    client_order_id: str
    side: str
    type: str
    time_in_force: str
    quantity: Decimal
    price: Decimal
    stop_price: Decimal
    quote_order_qty: Decimal
    created_ns: int
    updated_ns: int
    working_ns: int | None
    reserved: Decimal
    reserved_asset: str
    entered_ns: int | None = 0  # 0: when it was created
    budget_only: bool = False
    executed: Decimal = ZERO
    quote_executed: Decimal = ZERO
    status: str = "NEW"
    sequence: int = 0
    strategy_id: int | None = None
    strategy_type: int | None = None
    list_id: int = NO_LIST
    iceberg_qty: Decimal = ZERO
    stp_mode: str = "NONE"
    prevented: Decimal = ZERO
    prevented_match_id: int | None = None
    trailing_delta: int = 0
    trailing_ns: int | None = None  # since when it follows the price
    trailed_price: Decimal = ZERO  # the best price since then
    expiry_reason: str | None = None
    amends: int = 0

    @property
    def open(self) -> bool:
        """Whether anything can still happen to it."""
        return self.status in OPEN

    @property
    def left(self) -> Decimal:
        """What is neither executed nor prevented."""
        return self.quantity - self.executed - self.prevented

    @property
    def algo(self) -> bool:
        """Off the book until a price is touched."""
        return self.type in ALGO_TYPES

    @property
    def rising(self) -> bool:
        """An order with a trigger: whether the price has to rise to it."""
        return (self.side == "BUY") != (self.type in TAKE_PROFITS)


class Trade(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """One execution of one order."""

    account: str
    symbol: str
    trade_id: int
    order_id: int
    side: str
    price: Decimal
    qty: Decimal
    value: Decimal
    fee: Decimal
    fee_asset: str
    at_ns: int
    maker: bool
    list_id: int = NO_LIST


class PreventedMatch(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """Two orders of one account that would have traded with each other. A side that kept its quantity has None."""

    account: str
    symbol: str
    match_id: int
    taker_order_id: int
    maker_order_id: int
    mode: str
    price: Decimal
    taker_qty: Decimal | None
    maker_qty: Decimal | None
    at_ns: int


class TimeUnit:
    """Milliseconds, or microseconds where the client asked for them."""

    def __init__(self, micro: bool = False) -> None:
        self.ns = MICROSECOND_NS if micro else MILLISECOND_NS

    def __call__(self, at_ns: int) -> int:
        return at_ns // self.ns


MS = TimeUnit()
