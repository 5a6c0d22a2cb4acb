"""Orders, lists, trades and prevented matches in the JSON of REST and the WebSocket API.

Field names and their order follow the vendor's documentation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from seatrial.emulators.binance.numbers import text
from seatrial.emulators.binance.order_lists import OrderList
from seatrial.emulators.binance.orders import MS, NO_GROUP, NO_LIST, Json, Order, PreventedMatch, TimeUnit, Trade

NOT_WORKING = -1


def _state(order: Order) -> Json:
    return {
        "price": text(order.price),
        "origQty": text(order.quantity),
        "executedQty": text(order.executed),
        "origQuoteOrderQty": text(order.quote_order_qty),
        "cummulativeQuoteQty": text(order.quote_executed),
        "status": order.status,
        "timeInForce": order.time_in_force,
        "type": order.type,
        "side": order.side,
    }


def _conditional(order: Order, unit: TimeUnit) -> Json:
    """Fields that appear only where the order has them."""
    extra: Json = {}
    if order.stop_price:
        extra["stopPrice"] = text(order.stop_price)
    if order.iceberg_qty:
        extra["icebergQty"] = text(order.iceberg_qty)
    if order.trailing_delta:
        extra["trailingDelta"] = order.trailing_delta
        extra["trailingTime"] = NOT_WORKING if order.trailing_ns is None else unit(order.trailing_ns)
    if order.strategy_id is not None:
        extra["strategyId"] = order.strategy_id
    if order.strategy_type is not None:
        extra["strategyType"] = order.strategy_type
    if order.working_ns is not None:
        extra["workingTime"] = unit(order.working_ns)
    elif order.list_id != NO_LIST:
        extra["workingTime"] = NOT_WORKING
    if order.prevented_match_id is not None:
        extra["preventedMatchId"] = order.prevented_match_id
        extra["preventedQuantity"] = text(order.prevented)
    if order.expiry_reason is not None:
        extra["expiryReason"] = order.expiry_reason
    return extra


def placed(
    order: Order,
    form: str,
    unit: TimeUnit = MS,
    *,
    trades: Iterable[Trade] = (),
    matches: Sequence[PreventedMatch] = (),
) -> Json:
    """The answer to a new order; `form` is ACK, RESULT or FULL. `trades` and `matches` happened at its arrival."""
    ack: Json = {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": order.list_id,
        "clientOrderId": order.client_order_id,
        "transactTime": unit(order.created_ns),
    }
    if form == "ACK":
        return ack
    result = ack | _state(order) | _conditional(order, unit)
    if form == "FULL":
        result["fills"] = [_fill(trade) for trade in trades]
    if matches:
        result["preventedMatches"] = [_prevented_at_arrival(match) for match in matches]
    return result | {"selfTradePreventionMode": order.stp_mode}


def _fill(trade: Trade) -> Json:
    return {
        "price": text(trade.price),
        "qty": text(trade.qty),
        "commission": text(trade.fee),
        "commissionAsset": trade.fee_asset,
        "tradeId": trade.trade_id,
    }


def _prevented_at_arrival(match: PreventedMatch) -> Json:
    row: Json = {
        "preventedMatchId": match.match_id,
        "makerOrderId": match.maker_order_id,
        "price": text(match.price),
    }
    return row | _prevented_sides(match)


def _prevented_sides(match: PreventedMatch) -> Json:
    sides = {"takerPreventedQuantity": match.taker_qty, "makerPreventedQuantity": match.maker_qty}
    return {name: text(qty) for name, qty in sides.items() if qty is not None}


def queried(order: Order, unit: TimeUnit = MS) -> Json:
    """The order as `GET /order` tells it."""
    return {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": order.list_id,
        "clientOrderId": order.client_order_id,
        **_state(order),
        "stopPrice": text(order.stop_price),
        "icebergQty": text(order.iceberg_qty),
        "time": unit(order.created_ns),
        "updateTime": unit(order.updated_ns),
        "isWorking": order.working_ns is not None,
        **_conditional(order, unit),
        "origQuoteOrderQty": text(order.quote_order_qty),
        "selfTradePreventionMode": order.stp_mode,
    }


def cancelled(order: Order, cancel_id: str, unit: TimeUnit = MS) -> Json:
    """The answer to a cancel: `clientOrderId` is the cancel's own id."""
    conditional = _conditional(order, unit)
    conditional.pop("workingTime", None)
    return {
        "symbol": order.symbol,
        "origClientOrderId": order.client_order_id,
        "orderId": order.order_id,
        "orderListId": order.list_id,
        "clientOrderId": cancel_id,
        "transactTime": unit(order.updated_ns),
        **_state(order),
        **conditional,
        "selfTradePreventionMode": order.stp_mode,
    }


def amended(order: Order, execution_id: int, unit: TimeUnit = MS) -> Json:
    """The answer to `order/amend/keepPriority`."""
    return {
        "transactTime": unit(order.updated_ns),
        "executionId": execution_id,
        "amendedOrder": {
            "symbol": order.symbol,
            "orderId": order.order_id,
            "orderListId": order.list_id,
            "origClientOrderId": order.client_order_id,
            "clientOrderId": order.client_order_id,
            "price": text(order.price),
            "qty": text(order.quantity),
            "executedQty": text(order.executed),
            "preventedQty": text(order.prevented),
            "quoteOrderQty": text(order.quote_order_qty),
            "cumulativeQuoteQty": text(order.quote_executed),
            "status": order.status,
            "timeInForce": order.time_in_force,
            "type": order.type,
            "side": order.side,
            **({"workingTime": unit(order.working_ns)} if order.working_ns is not None else {}),
            "selfTradePreventionMode": order.stp_mode,
        },
    }


def traded(trade: Trade, unit: TimeUnit = MS) -> Json:
    """A row of myTrades."""
    return {
        "symbol": trade.symbol,
        "id": trade.trade_id,
        "orderId": trade.order_id,
        "orderListId": trade.list_id,
        "price": text(trade.price),
        "qty": text(trade.qty),
        "quoteQty": text(trade.value),
        "commission": text(trade.fee),
        "commissionAsset": trade.fee_asset,
        "time": unit(trade.at_ns),
        "isBuyer": trade.side == "BUY",
        "isMaker": trade.maker,
        "isBestMatch": True,
    }


def prevented(match: PreventedMatch, unit: TimeUnit = MS) -> Json:
    """A row of myPreventedMatches."""
    return {
        "symbol": match.symbol,
        "preventedMatchId": match.match_id,
        "takerOrderId": match.taker_order_id,
        "makerSymbol": match.symbol,
        "makerOrderId": match.maker_order_id,
        "tradeGroupId": NO_GROUP,
        "selfTradePreventionMode": match.mode,
        "price": text(match.price),
        **_prevented_sides(match),
        "transactTime": unit(match.at_ns),
    }


def listed(group: OrderList, orders: Sequence[Order], unit: TimeUnit = MS) -> Json:
    """An order list as the queries tell it."""
    done = not any(order.open for order in orders)
    return {
        "orderListId": group.list_id,
        "contingencyType": group.contingency,
        "listStatusType": "ALL_DONE" if done else "EXEC_STARTED",
        "listOrderStatus": "ALL_DONE" if done else "EXECUTING",
        "listClientOrderId": group.client_id,
        "transactionTime": unit(group.created_ns),
        "symbol": group.symbol,
        "orders": [
            {"symbol": order.symbol, "orderId": order.order_id, "clientOrderId": order.client_order_id}
            for order in orders
        ],
    }
