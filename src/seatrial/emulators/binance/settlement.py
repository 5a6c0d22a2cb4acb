"""What an order locks and what a trade moves. Pure arithmetic in `Decimal`.

* A buy locks its worst value in quote: a limit at its price, a stop at its stop price, a market order at
  the last price, or `quoteOrderQty`. A sell locks its quantity in base.
* A trade is worth price times quantity at eight digits, rounded up for a buy and down for a sell.
* The commission is taken from what is received, rounded down at eight digits.
* A market buy pays a worse price than the last one from what is free. What it then cannot pay is not
  bought: a balance never goes below zero.
"""

from __future__ import annotations

from decimal import Decimal

from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.intake import Draft
from seatrial.emulators.binance.numbers import CONTEXT, ZERO, down, product, step_down, up
from seatrial.emulators.binance.orders import Order, Trade
from seatrial.emulators.binance.rules import Rules
from seatrial.emulators.binance.wallet import Wallet


def quantity_of(draft: Draft, last_price: Decimal | None) -> Decimal:
    """The quantity in base; for `quoteOrderQty` what it buys at the last price, on the step of LOT_SIZE."""
    if not draft.quote_order_qty:
        return draft.quantity
    if last_price is None:
        raise refusals.market_closed()
    quantity = step_down(CONTEXT.divide(draft.quote_order_qty, last_price), draft.rules.step)
    if quantity < draft.rules.qty_min:
        raise refusals.filter_failure("LOT_SIZE")
    return quantity


def reservation_of(draft: Draft, quantity: Decimal, last_price: Decimal | None) -> tuple[str, Decimal]:
    """`(asset, amount)` that the order locks from its acceptance on."""
    if draft.side == "SELL":
        return draft.rules.base, quantity
    if draft.quote_order_qty:
        return draft.rules.quote, draft.quote_order_qty
    price = draft.price or draft.stop_price or last_price
    if price is None:
        raise refusals.market_closed()
    return draft.rules.quote, up(product(price, quantity))


def payable(order: Order, wallet: Wallet, price: Decimal, rules: Rules) -> Decimal:
    """The largest quantity, on the step, that the order can pay at a price."""
    if order.side == "SELL" or order.price:
        return order.left
    budget = order.reserved
    if not order.budget_only:
        budget += wallet.of(order.reserved_asset).free
    quantity = step_down(CONTEXT.divide(budget, price), rules.step)
    while quantity > 0 and up(product(price, quantity)) > budget:
        quantity -= rules.step
    return min(quantity, order.left)


def settle(
    order: Order,
    wallet: Wallet,
    rules: Rules,
    *,
    trade_id: int,
    quantity: Decimal,
    price: Decimal,
    maker: bool,
    at_ns: int,
) -> Trade:
    """Move the money of one trade and advance the order."""
    value, fee, fee_asset = _exchange(order, wallet, rules, quantity, price)
    order.executed += quantity
    order.quote_executed += value
    order.updated_ns = at_ns
    order.sequence += 1
    order.status = "FILLED" if order.left == 0 else "PARTIALLY_FILLED"
    wallet.updated_ns = at_ns
    return Trade(
        account=order.account,
        symbol=order.symbol,
        trade_id=trade_id,
        order_id=order.order_id,
        side=order.side,
        price=price,
        qty=quantity,
        value=value,
        fee=fee,
        fee_asset=fee_asset,
        at_ns=at_ns,
        maker=maker,
    )


def _exchange(
    order: Order, wallet: Wallet, rules: Rules, quantity: Decimal, price: Decimal
) -> tuple[Decimal, Decimal, str]:
    """Move the money; `(value, fee, asset of the fee)`."""
    value = product(price, quantity)
    if order.side == "BUY":
        value = up(value)
        fee = down(product(quantity, rules.fee_rate))
        still = _still_reserved(order, quantity, value)
        wallet.pay(rules.quote, value, from_locked=order.reserved - still)
        wallet.receive(rules.base, quantity - fee)
        order.reserved = still
        return value, fee, rules.base
    value = down(value)
    fee = down(product(value, rules.fee_rate))
    wallet.pay(rules.base, quantity, from_locked=quantity)
    wallet.receive(rules.quote, value - fee)
    order.reserved -= quantity
    return value, fee, rules.quote


def _still_reserved(order: Order, quantity: Decimal, value: Decimal) -> Decimal:
    left = order.left - quantity
    if left == 0:
        return ZERO
    if order.price:
        return product(order.price, left)  # exact: `Rules` sees to it
    return max(ZERO, order.reserved - value)


def close_budget(order: Order, wallet: Wallet) -> None:
    """A market buy by `quoteOrderQty` has spent what buys a whole step: it is filled with what it has."""
    wallet.release(order.reserved_asset, order.reserved)
    order.reserved = ZERO
    order.quantity = order.executed
    order.status = "FILLED"


def end(order: Order, wallet: Wallet, status: str, at_ns: int) -> None:
    """End an order that is not filled, and give back what it still locks."""
    if order.reserved:
        wallet.release(order.reserved_asset, order.reserved)
    order.reserved = ZERO
    order.status = status
    order.updated_ns = at_ns
    order.sequence += 1
    wallet.updated_ns = at_ns
