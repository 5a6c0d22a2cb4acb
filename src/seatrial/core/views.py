"""What one may read of the machine: frozen pictures in the domain's words."""

from __future__ import annotations

from dataclasses import dataclass

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
