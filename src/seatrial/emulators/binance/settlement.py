"""What an order locks and what a trade moves. Pure arithmetic in `Decimal`.

* A buy locks its worst value in quote: a limit at its price, a stop at its stop price, a market order at
  the last price, or `quoteOrderQty`. A sell locks its quantity in base.
* A trade is worth price times quantity at eight digits, rounded up for a buy and down for a sell.
* A market buy pays a worse price than the last one from what is free. What it then cannot pay is not
  bought: a balance never goes below zero.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from seatrial.emulators.binance import engine_refusals
from seatrial.emulators.binance.commission import commission_of, rates_of
from seatrial.emulators.binance.intake import Draft
from seatrial.emulators.binance.numbers import CONTEXT, ZERO, down, product, step_down, up
from seatrial.emulators.binance.orders import Order, Trade
from seatrial.emulators.binance.rules import Rules
from seatrial.emulators.binance.wallet import Rates, Wallet


class Market(Protocol):
    """What the market asks for a quantity, or gives."""

    @property
    def last_price(self) -> Decimal | None:
        """The price of the last trade."""
        ...

    def cost_to_buy(self, quantity: Decimal) -> Decimal | None:
        """What a quantity costs at once; None where no book says so, or none is that deep."""
        ...

    def bought_for(self, budget: Decimal, side: str) -> Decimal | None:
        """What a budget of quote trades at once; None where no book says so."""
        ...


def needs_of(draft: Draft, market: Market) -> tuple[Decimal, Decimal]:
    """`(quantity, what it locks)` of a new order."""
    quantity = quantity_of(draft, market)
    if draft.type == "MARKET" and draft.side == "BUY" and not draft.quote_order_qty:
        cost = market.cost_to_buy(quantity)
        if cost is not None:
            return quantity, up(cost)
    return quantity, reservation_of(draft, quantity, market.last_price)


def quantity_of(draft: Draft, market: Market) -> Decimal:
    """The quantity in base; for `quoteOrderQty` what it trades at the market's price, on the step of LOT_SIZE."""
    if not draft.quote_order_qty:
        return draft.quantity
    found = market.bought_for(draft.quote_order_qty, draft.side)
    if found is None:
        if market.last_price is None:
            raise engine_refusals.market_closed()
        found = CONTEXT.divide(draft.quote_order_qty, market.last_price)
    if not found:
        raise engine_refusals.no_liquidity()
    quantity = step_down(found, draft.rules.step)
    if quantity < draft.rules.qty_min:
        raise engine_refusals.filter_failure("LOT_SIZE")
    if quantity > draft.rules.market_qty_max:
        raise engine_refusals.filter_failure("MARKET_LOT_SIZE")
    return quantity


def reservation_of(asked: Draft | Order, quantity: Decimal, last_price: Decimal | None) -> Decimal:
    """How much of `reserved_asset_of` the order locks from its acceptance on."""
    if asked.side == "SELL":
        return quantity
    if asked.quote_order_qty:
        return asked.quote_order_qty
    price = asked.price or asked.stop_price or last_price
    if price is None:
        raise engine_refusals.market_closed()
    return up(product(price, quantity))


def reserved_asset_of(side: str, rules: Rules) -> str:
    """What an order of a side locks: a buy its quote asset, a sell its base asset."""
    return rules.base if side == "SELL" else rules.quote


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
    bnb_price: Decimal | None = None,
    tier: Rates | None = None,
) -> Trade:
    """Move the money of one trade and advance the order. `bnb_price` is given where BNB pays the commission."""
    rate = rates_of(rules, tier).of(maker=maker)
    value = product(price, quantity)
    value = up(value) if order.side == "BUY" else down(value)
    fee, fee_asset = commission_of(order.side, quantity, value, rules, rate, wallet, bnb_price)
    _exchange(order, wallet, rules, quantity, value)
    wallet.pay(fee_asset, fee, from_locked=ZERO)
    order.executed += quantity
    order.quote_executed += value
    order.updated_ns = at_ns
    order.sequence += 1
    order.status = "PARTIALLY_FILLED" if order.left else "FILLED"
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
        list_id=order.list_id,
    )


def _exchange(order: Order, wallet: Wallet, rules: Rules, quantity: Decimal, value: Decimal) -> None:
    if order.side == "BUY":
        still = _still_reserved(order, quantity, value)
        wallet.pay(rules.quote, value, from_locked=order.reserved - still)
        wallet.receive(rules.base, quantity)
        order.reserved = still
    else:
        wallet.pay(rules.base, quantity, from_locked=quantity)
        wallet.receive(rules.quote, value)
        order.reserved -= quantity


def _still_reserved(order: Order, quantity: Decimal, value: Decimal) -> Decimal:
    left = order.left - quantity
    if left == 0:
        return ZERO
    if order.price:
        return product(order.price, left)  # exact: `Rules` sees to it
    return max(ZERO, order.reserved - value)


def hand_over(giver: Order, taker: Order, wallet: Wallet) -> None:
    """The survivor of a pair takes what both shared, and gives back what it does not need."""
    held = giver.reserved + taker.reserved
    giver.reserved = ZERO
    needed = min(held, reservation_of(taker, taker.left, None)) if _priced(taker) else held
    if held > needed:
        wallet.release(taker.reserved_asset, held - needed)
    taker.reserved = needed


def _priced(order: Order) -> bool:
    return order.side == "SELL" or bool(order.price or order.stop_price)


def shrink(order: Order, wallet: Wallet) -> None:
    """The order got smaller without trading: give back what it locks beyond what is left of it."""
    if not _priced(order):
        return  # a market buy keeps its budget; what it does not spend returns at its end
    needed = reservation_of(order, order.left, None)
    if order.reserved > needed:
        wallet.release(order.reserved_asset, order.reserved - needed)
        order.reserved = needed


def close_budget(order: Order, wallet: Wallet) -> None:
    """A market buy by `quoteOrderQty` has spent what buys a whole step: it is filled with what it has."""
    wallet.release(order.reserved_asset, order.reserved)
    order.reserved = ZERO
    order.quantity = order.executed
    order.status = "FILLED"


def end(order: Order, wallet: Wallet, status: str, at_ns: int, *, reason: str | None = None) -> None:
    """End an order that is not filled, and give back what it still locks. `reason` is why it expired."""
    if order.reserved:
        wallet.release(order.reserved_asset, order.reserved)
    order.reserved = ZERO
    order.status = status
    order.updated_ns = at_ns
    order.sequence += 1
    order.expiry_reason = reason
    wallet.updated_ns = at_ns
