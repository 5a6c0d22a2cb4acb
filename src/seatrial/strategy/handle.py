"""What a strategy holds of an order it has asked for."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.core.views import OrderView
from seatrial.domain.facts import OrderRequest
from seatrial.domain.ids import ClientOrderId
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import Side


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


def handle_of(request: OrderRequest, instrument: Instrument) -> OrderHandle:
    """The handle of a request, in the strategy's own numbers."""
    assert request.client_order_id is not None
    scale = instrument.price_scale
    return OrderHandle(
        client_order_id=request.client_order_id,
        symbol=instrument.symbol,
        side=request.side,
        quantity=request.qty_units / instrument.qty_scale,
        limit_price=request.limit_units / scale if request.limit_units else None,
        stop_price=request.stop_units / scale if request.stop_units else None,
        placed_at_ns=request.at_ns,
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
    )
