"""What a strategy holds of an order it has asked for."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.core.views import OrderView
from seatrial.domain.facts import OrderRequest
from seatrial.domain.ids import ClientOrderId
from seatrial.domain.instrument import Instrument
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.orders import Side
from seatrial.strategy.grid import PPM


@dataclass(frozen=True, slots=True)
class OrderHandle:
    """An order this strategy has asked for. Asking is not having: risk and venue decide later."""

    client_order_id: ClientOrderId
    symbol: str
    side: Side
    quantity: float
    limit_price: float | None
    stop_price: float | None
    placed_at_ns: int
    notional: float | None = None  # where the quantity was left to the price, and is 0 here
    trail_amount: float | None = None
    trail_percent: float | None = None
    take_profit: float | None = None
    stop_loss: float | None = None
    stop_loss_limit: float | None = None

    @property
    def has_legs(self) -> bool:
        """Whether exits come with it."""
        return self.take_profit is not None or self.stop_loss is not None


def handle_of(request: OrderRequest, instrument: Instrument) -> OrderHandle:
    """The handle of a request, in the strategy's own numbers."""
    assert request.client_order_id is not None
    scale = instrument.price_scale

    def price(units: int) -> float | None:
        return units / scale if units else None

    return OrderHandle(
        client_order_id=request.client_order_id,
        symbol=instrument.symbol,
        side=request.side,
        quantity=request.qty_units / instrument.qty_scale,
        limit_price=price(request.limit_units),
        stop_price=price(request.stop_units),
        placed_at_ns=request.at_ns,
        notional=request.notional_units / CASH_SCALE if request.notional_units else None,
        trail_amount=price(request.trail_units),
        trail_percent=request.trail_ppm * 100 / PPM if request.trail_ppm else None,
        take_profit=price(request.take_profit_units),
        stop_loss=price(request.stop_loss_units),
        stop_loss_limit=price(request.stop_loss_limit_units),
    )


def handle_of_order(order: OrderView, instrument: Instrument) -> OrderHandle:
    """The handle of an order that an earlier process, or an earlier version of the file, asked for."""
    scale = instrument.price_scale
    return OrderHandle(
        client_order_id=order.client_order_id,
        symbol=instrument.symbol,
        side=order.side,
        quantity=order.qty_units / instrument.qty_scale,
        limit_price=order.limit_units / scale if order.limit_units else None,
        stop_price=order.stop_units / scale if order.stop_units else None,
        placed_at_ns=order.batch_ns or order.approved_at_ns,
        trail_amount=order.trail_units / scale if order.trail_units else None,
        trail_percent=order.trail_ppm * 100 / PPM if order.trail_ppm else None,
    )
