"""The filters an order must pass before anybody looks at a balance.

They are walked in the order in which exchangeInfo lists them; the first that fails is named.
"""

from __future__ import annotations

from decimal import Decimal

from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.intake import Draft
from seatrial.emulators.binance.market import Quote
from seatrial.emulators.binance.numbers import on_step, product
from seatrial.emulators.binance.orders import ALGO_TYPES, TAKE_PROFITS
from seatrial.emulators.binance.rules import (
    ALGO_ORDERS_MAX,
    MULTIPLIER_DOWN,
    MULTIPLIER_UP,
    ORDERS_MAX,
    Rules,
)


def check_filters(draft: Draft, *, average: Decimal | None, open_orders: int, open_algos: int) -> None:
    """Raises -1013 with the name of the first filter that fails.

    Args:
        average: the volume-weighted price of the last five minutes; None before the first print.
        open_orders, open_algos: of the account in this pair, the new one not counted.
    """
    rules = draft.rules
    for price in (draft.price, draft.stop_price):
        if price and not _in_price_filter(price, rules):
            raise refusals.filter_failure("PRICE_FILTER")
    if draft.quantity and not rules.qty_min <= draft.quantity <= rules.qty_max:
        raise refusals.filter_failure("LOT_SIZE")
    if draft.quantity and not on_step(draft.quantity, rules.step):
        raise refusals.filter_failure("LOT_SIZE")
    if draft.price and average and not average * MULTIPLIER_DOWN <= draft.price <= average * MULTIPLIER_UP:
        raise refusals.filter_failure("PERCENT_PRICE_BY_SIDE")
    _check_notional(draft, average)
    if open_orders >= ORDERS_MAX:
        raise refusals.filter_failure("MAX_NUM_ORDERS")
    if draft.type in ALGO_TYPES and open_algos >= ALGO_ORDERS_MAX:
        raise refusals.filter_failure("MAX_NUM_ALGO_ORDERS")


def _in_price_filter(price: Decimal, rules: Rules) -> bool:
    return rules.tick <= price <= rules.price_max and on_step(price, rules.tick)


def _check_notional(draft: Draft, average: Decimal | None) -> None:
    rules = draft.rules
    if draft.quote_order_qty:
        value = draft.quote_order_qty
    elif draft.price:
        value = product(draft.price, draft.quantity)
    elif average is not None:
        value = product(average, draft.quantity)  # what a market order will cost is not known yet
    else:
        return
    if value < rules.notional_min or (draft.price and value > rules.notional_max):
        raise refusals.filter_failure("NOTIONAL")


def check_prices(draft: Draft, *, last: Decimal | None, quote: Quote | None) -> None:
    """Raises -2010 for a trigger on the wrong side of the market and for a maker that would take."""
    if last is None or quote is None:
        return
    buying = draft.side == "BUY"
    rising = buying != (draft.type in TAKE_PROFITS)
    if draft.stop_price and (draft.stop_price <= last if rising else draft.stop_price >= last):
        raise refusals.would_trigger()
    takes = draft.price >= quote.ask if buying else draft.price <= quote.bid
    if draft.type == "LIMIT_MAKER" and takes:
        raise refusals.would_take()
