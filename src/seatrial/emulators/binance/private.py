"""What an account may ask and do: orders, trades, balances."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from seatrial.domain.time import HOUR_NS
from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.desk import Call, Desk, Endpoint
from seatrial.emulators.binance.intake import IGNORED, read_draft, read_rules
from seatrial.emulators.binance.numbers import text
from seatrial.emulators.binance.orders import Json, cancelled, placed, queried, traded
from seatrial.emulators.binance.parameters import CLIENT_ID, SYMBOL, Parameters
from seatrial.emulators.binance.public import LIMIT_DEFAULT, LIMIT_MAX
from seatrial.emulators.binance.spot import RESTRICTIONS

SPAN_HOURS_MAX = 24
CLIENT_ID_LOOSE = r"^[a-zA-Z0-9-_.:/]{1,64}$"  # a lookup may ask for an id that could never be placed


def order_place(desk: Desk, call: Call) -> Json:
    """Place an order; what is refused is in the history, too."""
    try:
        draft = read_draft(call.parameters, desk.markets.rules)
        order = desk.spot.place(call.account, draft)
    except refusals.Refusal as refusal:
        client_order_id = call.parameters.values.get("newClientOrderId", "")
        desk.history.record("refused", account=call.account.name, client_order_id=client_order_id, what=str(refusal))
        raise
    return placed(order, draft.form, call.unit)


def order_test(desk: Desk, call: Call) -> Json:
    """Check an order as far as can be without a balance."""
    rates = call.parameters.flag("computeCommissionRates")
    draft = read_draft(call.parameters, desk.markets.rules)
    desk.spot.check(call.account, draft)
    return _rates(desk) if rates else {}


def order_query(desk: Desk, call: Call) -> Json:
    """One order, by either id."""
    symbol = read_rules(call.parameters, desk.markets.rules).symbol
    order_id, client_order_id = _order_ids(call.parameters)
    call.parameters.finish(*IGNORED)
    order = call.account.find(symbol, order_id, client_order_id)
    if order is None:
        raise refusals.no_such_order()
    return queried(order, call.unit)


def order_cancel(desk: Desk, call: Call) -> Json:
    """Take one order back."""
    symbol = read_rules(call.parameters, desk.markets.rules).symbol
    order_id, client_order_id = _order_ids(call.parameters)
    cancel_id = call.parameters.optional("newClientOrderId", CLIENT_ID)
    restriction = call.parameters.optional("cancelRestrictions")
    if restriction is not None and restriction not in RESTRICTIONS:
        raise refusals.bad_cancel_restrictions()
    if order_id is None and client_order_id is None:
        raise refusals.missing_both("origClientOrderId", "orderId")
    call.parameters.finish(*IGNORED)
    done = desk.spot.cancel(
        call.account,
        symbol,
        order_id=order_id,
        client_order_id=client_order_id,
        cancel_id=cancel_id,
        restriction=restriction,
    )
    return cancelled(done.order, done.cancel_id, call.unit)


def open_orders(desk: Desk, call: Call) -> list[Json]:
    """What is still working, of one pair or of all."""
    symbol = _optional_symbol(desk, call)
    call.parameters.finish(*IGNORED)
    return [queried(order, call.unit) for order in call.account.open_orders(symbol)]


def cancel_open_orders(desk: Desk, call: Call) -> list[Json]:
    """Take back all of one pair."""
    symbol = read_rules(call.parameters, desk.markets.rules).symbol
    call.parameters.finish(*IGNORED)
    return [cancelled(one.order, one.cancel_id, call.unit) for one in desk.spot.cancel_all(call.account, symbol)]


def all_orders(desk: Desk, call: Call) -> list[Json]:
    """Orders of one pair, of whatever status."""
    symbol = read_rules(call.parameters, desk.markets.rules).symbol
    order_id = call.parameters.integer("orderId")
    start_ns, end_ns = _span(call.parameters)
    count = call.parameters.limit(LIMIT_DEFAULT, LIMIT_MAX)
    call.parameters.finish(*IGNORED)
    rows = [
        order
        for order in call.account.orders_of(symbol)
        if (order_id is None or order.order_id >= order_id) and _inside(order.created_ns, start_ns, end_ns)
    ]
    forward = order_id is not None or start_ns is not None
    return [queried(order, call.unit) for order in (rows[:count] if forward else rows[-count:])]


def my_trades(desk: Desk, call: Call) -> list[Json]:
    """Trades of one pair."""
    symbol = read_rules(call.parameters, desk.markets.rules).symbol
    order_id, from_id = call.parameters.integer("orderId"), call.parameters.integer("fromId")
    start_ns, end_ns = _span(call.parameters)
    count = call.parameters.limit(LIMIT_DEFAULT, LIMIT_MAX)
    call.parameters.finish(*IGNORED)
    if from_id is not None and (start_ns is not None or end_ns is not None):
        raise refusals.bad_combination()
    rows = [
        trade
        for trade in call.account.trades_of(symbol)
        if (order_id is None or trade.order_id == order_id)
        and (from_id is None or trade.trade_id >= from_id)
        and _inside(trade.at_ns, start_ns, end_ns)
    ]
    forward = from_id is not None or start_ns is not None
    return [traded(trade, call.unit) for trade in (rows[:count] if forward else rows[-count:])]


def account(desk: Desk, call: Call) -> Json:
    """Balances and permissions."""
    omit_zero = call.parameters.flag("omitZeroBalances")
    call.parameters.finish(*IGNORED)
    for rules in desk.markets.rules.values():
        call.account.wallet.of(rules.base)
        call.account.wallet.of(rules.quote)
    fee_rate = max(rules.fee_rate for rules in desk.markets.rules.values())
    return call.account.body(fee_rate, omit_zero=omit_zero)


def account_commission(desk: Desk, call: Call) -> Json:
    """What a trade costs."""
    rules = read_rules(call.parameters, desk.markets.rules)
    call.parameters.finish(*IGNORED)
    return {"symbol": rules.symbol} | _rates(desk)


def order_rates(desk: Desk, call: Call) -> list[Json]:
    """How many orders are counted now."""
    call.parameters.finish(*IGNORED)
    return call.account.meter.rows()


def nothing(desk: Desk, call: Call) -> list[Json]:
    """SAPI: what ccxt asks at its start and finds empty at a venue without margin and without transfers."""
    return []


def _rates(desk: Desk) -> Json:
    rate = text(max(rules.fee_rate for rules in desk.markets.rules.values()))
    zero = "0.00000000"
    none = {"maker": zero, "taker": zero, "buyer": zero, "seller": zero}
    return {
        "standardCommission": none | {"maker": rate, "taker": rate},
        "specialCommission": none,
        "taxCommission": none,
        "discount": {
            "enabledForAccount": False,
            "enabledForSymbol": False,
            "discountAsset": "BNB",
            "discount": zero,
        },
    }


def _order_ids(parameters: Parameters) -> tuple[int | None, str | None]:
    return parameters.integer("orderId"), parameters.optional("origClientOrderId", CLIENT_ID_LOOSE)


def _optional_symbol(desk: Desk, call: Call) -> str | None:
    symbol = call.parameters.optional("symbol", SYMBOL)
    if symbol is not None and symbol not in desk.markets.rules:
        raise refusals.bad_symbol()
    return symbol


def _span(parameters: Parameters) -> tuple[int | None, int | None]:
    start_ns, end_ns = parameters.span_ns()
    if start_ns is not None and end_ns is not None:
        if end_ns < start_ns:
            raise refusals.bad_combination()
        if end_ns - start_ns > SPAN_HOURS_MAX * HOUR_NS:
            raise refusals.span_too_wide(SPAN_HOURS_MAX)
    return start_ns, end_ns


def _inside(at_ns: int, start_ns: int | None, end_ns: int | None) -> bool:
    return (start_ns is None or at_ns >= start_ns) and (end_ns is None or at_ns <= end_ns)


def _weight(with_it: int, without: int, name: str) -> Callable[[Mapping[str, str]], int]:
    return lambda values: with_it if values.get(name) else without


def _signed(
    serve: Callable[[Desk, Call], object],
    weight: int | Callable[[Mapping[str, str]], int],
    method: str,
    path: str,
    socket: str | None = None,
    *,
    weightless: bool = False,
    places: bool = False,
) -> Endpoint:
    return Endpoint(serve, weight, "signed", (method, path), socket, weightless=weightless, places=places)


ENDPOINTS = (
    _signed(order_place, 1, "POST", "/api/v3/order", "order.place", weightless=True, places=True),
    _signed(order_test, 1, "POST", "/api/v3/order/test", "order.test"),
    _signed(order_query, 4, "GET", "/api/v3/order", "order.status"),
    _signed(order_cancel, 1, "DELETE", "/api/v3/order", "order.cancel", weightless=True),
    _signed(open_orders, _weight(6, 80, "symbol"), "GET", "/api/v3/openOrders", "openOrders.status"),
    _signed(cancel_open_orders, 1, "DELETE", "/api/v3/openOrders", "openOrders.cancelAll", weightless=True),
    _signed(all_orders, 20, "GET", "/api/v3/allOrders", "allOrders"),
    _signed(my_trades, _weight(5, 20, "orderId"), "GET", "/api/v3/myTrades", "myTrades"),
    _signed(account, 20, "GET", "/api/v3/account", "account.status"),
    _signed(account_commission, 20, "GET", "/api/v3/account/commission", "account.commission"),
    _signed(order_rates, 40, "GET", "/api/v3/rateLimit/order", "account.rateLimits.orders"),
    _signed(nothing, 10, "GET", "/sapi/v1/capital/config/getall"),
    _signed(nothing, 1, "GET", "/sapi/v1/margin/allPairs"),
    _signed(nothing, 1, "GET", "/sapi/v1/margin/isolated/allPairs"),
    _signed(nothing, 100, "GET", "/sapi/v1/spot/delist-schedule"),
)
