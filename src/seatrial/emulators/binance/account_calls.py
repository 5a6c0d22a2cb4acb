"""What an account may ask about itself: balances, trades, prevented matches, commission, order counts."""

from __future__ import annotations

from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.commission import BNB, BNB_DISCOUNT, rates_of
from seatrial.emulators.binance.desk import Call, Desk
from seatrial.emulators.binance.intake import IGNORED, read_rules
from seatrial.emulators.binance.numbers import ZERO, text
from seatrial.emulators.binance.order_shapes import prevented, traded
from seatrial.emulators.binance.orders import Json
from seatrial.emulators.binance.parameters import span_of
from seatrial.emulators.binance.rows import LIMIT_DEFAULT, LIMIT_MAX, first_or_newest
from seatrial.emulators.binance.rules import Rules
from seatrial.emulators.binance.wallet import Credentials


def account(desk: Desk, call: Call) -> Json:
    """Balances and permissions."""
    omit_zero = call.parameters.flag("omitZeroBalances")
    call.parameters.finish(*IGNORED)
    for rules in desk.markets.rules.values():
        call.account.wallet.of(rules.base)
        call.account.wallet.of(rules.quote)
    dearest = max(desk.markets.rules.values(), key=lambda rules: rules.fee_rate)
    rates = rates_of(dearest, call.account.credentials.commission)
    return call.account.body(rates, omit_zero=omit_zero)


def account_commission(desk: Desk, call: Call) -> Json:
    """What a trade of a pair costs."""
    rules = read_rules(call.parameters, desk.markets.rules)
    call.parameters.finish(*IGNORED)
    return {"symbol": rules.symbol} | commission_rates(rules, "standardCommission", call.account.credentials)


def commission_rates(rules: Rules, name: str, holder: Credentials) -> Json:
    """The rates of a pair; `name` is what the standard ones are called in this answer."""
    rates, zero = rates_of(rules, holder.commission), text(ZERO)
    none = {"maker": zero, "taker": zero, "buyer": zero, "seller": zero}
    suffix = name.removeprefix("standardCommission")
    return {
        name: none | {"maker": text(rates.maker), "taker": text(rates.taker)},
        f"specialCommission{suffix}": none,
        f"taxCommission{suffix}": none,
        "discount": {
            "enabledForAccount": holder.pays_in_bnb,
            "enabledForSymbol": True,
            "discountAsset": BNB,
            "discount": text(1 - BNB_DISCOUNT),
        },
    }


def my_trades(desk: Desk, call: Call) -> list[Json]:
    """Trades of one pair."""
    symbol = read_rules(call.parameters, desk.markets.rules).symbol
    order_id, from_id = call.parameters.integer("orderId"), call.parameters.integer("fromId")
    span = span_of(call.parameters)
    count = call.parameters.limit(LIMIT_DEFAULT, LIMIT_MAX)
    call.parameters.finish(*IGNORED)
    if span.bounded and (from_id is not None or order_id is not None):
        raise refusals.bad_combination()
    forward = from_id is not None or span.start_ns is not None
    past = call.account.past
    if order_id is None:
        rows = past.trades(newest_first=not forward)
    else:
        rows = iter(list(past.trades_of(order_id))[:: 1 if forward else -1])
    found = (
        trade
        for trade in rows
        if trade.symbol == symbol and (from_id is None or trade.trade_id >= from_id) and span.holds(trade.at_ns)
    )
    return [traded(trade, call.unit) for trade in first_or_newest(found, count, forward=forward)]


def my_prevented_matches(desk: Desk, call: Call) -> list[Json]:
    """Trades with itself that the account was kept from."""
    symbol = read_rules(call.parameters, desk.markets.rules).symbol
    match_id, order_id = call.parameters.integer("preventedMatchId"), call.parameters.integer("orderId")
    from_id = call.parameters.integer("fromPreventedMatchId") or 0
    count = call.parameters.limit(LIMIT_DEFAULT, LIMIT_MAX)
    call.parameters.finish(*IGNORED)
    if match_id is None and order_id is None:
        raise refusals.missing_both("preventedMatchId", "orderId")
    if match_id is not None and order_id is not None:
        raise refusals.bad_combination()
    rows = [
        match
        for match in call.account.past.prevented()
        if match.symbol == symbol
        and (match_id is None or match.match_id == match_id)
        and (order_id is None or order_id in {match.taker_order_id, match.maker_order_id})
        and match.match_id >= from_id
    ]
    return [prevented(match, call.unit) for match in rows[:count]]


def order_rates(desk: Desk, call: Call) -> list[Json]:
    """How many orders are counted now."""
    call.parameters.finish(*IGNORED)
    return call.account.meter.rows()


def nothing(desk: Desk, call: Call) -> list[Json]:
    """What is asked about a venue without this is answered with an empty list, as ccxt's SAPI calls want it."""
    return []
