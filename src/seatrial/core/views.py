"""What one may read of the machine: frozen pictures in the domain's words."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.core import records as r
from seatrial.core.ledger import market_value
from seatrial.domain.ids import AccountId, ClientOrderId, StrategyId, Symbol
from seatrial.domain.orders import OrderStatus, OrderType, Side, TimeInForce


@dataclass(frozen=True, slots=True)
class PositionView:
    """One holding. `cost_units` carries the sign of `qty_units`; money is in the account's currency."""

    account: AccountId
    symbol: Symbol
    qty_units: int
    cost_units: int
    realized_units: int
    fees_units: int
    last_price_units: int
    last_price_at_ns: int
    market_value_units: int
    working_buy_units: int
    working_sell_units: int
    dividends_units: int = 0
    borrow_fees_units: int = 0
    cost_moved_units: int = 0


def position_view(account: AccountId, symbol: Symbol, row: r.Int64Array, value_div: int) -> PositionView:
    """The picture of one position row."""
    return PositionView(
        account=account,
        symbol=symbol,
        qty_units=int(row[r.P_QTY]),
        cost_units=int(row[r.P_COST]),
        realized_units=int(row[r.P_REALIZED]),
        fees_units=int(row[r.P_FEES]),
        last_price_units=int(row[r.P_LAST]),
        last_price_at_ns=int(row[r.P_LAST_AT]),
        market_value_units=int(market_value(int(row[r.P_QTY]), int(row[r.P_LAST]), value_div)),
        working_buy_units=int(row[r.P_WORKING_BUY]),
        working_sell_units=int(row[r.P_WORKING_SELL]),
        dividends_units=int(row[r.P_DIVIDENDS]),
        borrow_fees_units=int(row[r.P_BORROW_FEES]),
        cost_moved_units=int(row[r.P_COST_MOVED]),
    )


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order as the machine knows it."""

    client_order_id: ClientOrderId
    account: AccountId
    symbol: Symbol
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    qty_units: int
    filled_units: int
    limit_units: int
    stop_units: int
    status: OrderStatus
    sequence: int
    batch_ns: int
    approved_at_ns: int
    strategy: StrategyId | None
    reason: str
    venue_order_id: str | None = None
    message: str = ""
    post_only: bool = False
    reduce_only: bool = False
    extended_hours: bool = False
    expires_at_ns: int = 0
    parent: ClientOrderId | None = None  # the order that brought this one with it
    parked: bool = False  # it lives in the machine, and no venue knows of it
    trail_units: int = 0
    trail_ppm: int = 0
