"""The filters an order must pass before anybody looks at a balance.

They are walked in the order in which exchangeInfo lists them; the first that fails is named.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from seatrial.emulators.binance import engine_refusals
from seatrial.emulators.binance.intake import Draft
from seatrial.emulators.binance.market import Quote
from seatrial.emulators.binance.numbers import CONTEXT, ZERO, on_step
from seatrial.emulators.binance.orders import ALGO_TYPES
from seatrial.emulators.binance.rules import (
    ICEBERG_PARTS_MAX,
    MULTIPLIER_DOWN,
    MULTIPLIER_UP,
    TRAILING_DELTA_MAX,
    TRAILING_DELTA_MIN,
    Rules,
)


class Standing(NamedTuple):
    """What filters must know of market and account; the new order is not counted.

    `average` is the volume-weighted price of the last five minutes, None before the first print. `position` is
    what the account has of the base asset and what its open buys may add.
    """

    average: Decimal | None
    open_orders: int = 0
    open_algos: int = 0
    position: Decimal = ZERO


def check_filters(draft: Draft, standing: Standing) -> None:
    """Raises -1013 with the name of the first filter that fails."""
    rules, average = draft.rules, standing.average
    _check_price(draft.price, rules)
    _check_price(draft.stop_price, rules)
    _check_quantity(draft)
    delta = draft.trailing_delta
    if delta and not TRAILING_DELTA_MIN <= delta <= TRAILING_DELTA_MAX:
        raise engine_refusals.filter_failure("TRAILING_DELTA")
    if draft.price and average and not average * MULTIPLIER_DOWN <= draft.price <= average * MULTIPLIER_UP:
        raise engine_refusals.filter_failure("PERCENT_PRICE_BY_SIDE")
    _check_notional(draft, average)
    limit = rules.position_max if draft.side == "BUY" else None
    if limit is not None and standing.position + draft.quantity > limit:
        raise engine_refusals.filter_failure("MAX_POSITION")
    if standing.open_orders >= rules.orders_max:
        raise engine_refusals.filter_failure("MAX_NUM_ORDERS")
    if draft.type in ALGO_TYPES and standing.open_algos >= rules.algo_orders_max:
        raise engine_refusals.filter_failure("MAX_NUM_ALGO_ORDERS")


def _check_price(price: Decimal, rules: Rules) -> None:
    if price and not (rules.tick <= price <= rules.price_max and on_step(price, rules.tick)):
        raise engine_refusals.filter_failure("PRICE_FILTER")


def _check_quantity(draft: Draft) -> None:
    rules = draft.rules
    for quantity in (draft.quantity, draft.iceberg_qty):
        if quantity and not (rules.qty_min <= quantity <= rules.qty_max and on_step(quantity, rules.step)):
            raise engine_refusals.filter_failure("LOT_SIZE")
    if draft.iceberg_qty and draft.quantity > draft.iceberg_qty * ICEBERG_PARTS_MAX:
        raise engine_refusals.filter_failure("ICEBERG_PARTS")
    if draft.type == "MARKET" and draft.quantity > rules.market_qty_max:
        raise engine_refusals.filter_failure("MARKET_LOT_SIZE")


def _check_notional(draft: Draft, average: Decimal | None) -> None:
    rules = draft.rules
    if draft.quote_order_qty:
        value = draft.quote_order_qty
    elif draft.price:
        value = CONTEXT.multiply(draft.price, draft.quantity)
    elif average is not None:
        value = CONTEXT.multiply(average, draft.quantity)  # what a market order will cost is not known yet
    else:
        return
    if value < rules.notional_min or (draft.price and value > rules.notional_max):
        raise engine_refusals.filter_failure("NOTIONAL")


def check_prices(draft: Draft, *, last: Decimal | None, quote: Quote | None) -> None:
    """Raises -2010 for a trigger on the wrong side of the market and for a maker that would take."""
    if last is None:
        return
    if draft.stop_price and (draft.stop_price <= last if draft.rising else draft.stop_price >= last):
        raise engine_refusals.would_trigger()
    if draft.type != "LIMIT_MAKER" or quote is None:
        return
    if draft.price >= quote.ask if draft.side == "BUY" else draft.price <= quote.bid:
        raise engine_refusals.would_take()
