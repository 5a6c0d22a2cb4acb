"""What an account may do with orders: place, test, ask, cancel, replace, amend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from seatrial.emulators.binance import engine_refusals, refusals
from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.account_calls import commission_rates
from seatrial.emulators.binance.amendment import amend
from seatrial.emulators.binance.desk import Call, Desk
from seatrial.emulators.binance.intake import IGNORED, Draft, read_draft, read_rules
from seatrial.emulators.binance.order_shapes import amended, cancelled, listed, placed, queried
from seatrial.emulators.binance.orders import NO_LIST, Json, Order, TimeUnit
from seatrial.emulators.binance.parameters import CLIENT_ID, SYMBOL, Parameters, span_of
from seatrial.emulators.binance.replacement import MODES, RATE_MODES, Replacement, replace
from seatrial.emulators.binance.reports import execution_id
from seatrial.emulators.binance.rows import LIMIT_DEFAULT, LIMIT_MAX, first_or_newest
from seatrial.emulators.binance.spot import RESTRICTIONS, Aim, Cancelled

CLIENT_ID_LOOSE = r"^[a-zA-Z0-9-_.:/]{1,64}$"  # a lookup may ask for an id that could never be placed
OF_REPLACEMENT = (
    "cancelReplaceMode",
    "cancelOrderId",
    "cancelOrigClientOrderId",
    "cancelNewClientOrderId",
    "cancelRestrictions",
    "orderRateLimitExceededMode",
)

T = TypeVar("T")


def order_place(desk: Desk, call: Call) -> Json:
    """Place an order; what is refused is in the history, too."""

    def place() -> Json:
        draft = read_draft(call.parameters, desk.markets.rules)
        return _answer(call.account, desk.spot.place(call.account, draft), draft, call.unit)

    return recorded(desk, call, place)


def order_test(desk: Desk, call: Call) -> Json:
    """Check an order as far as can be without a balance."""
    rates = call.parameters.flag("computeCommissionRates")
    draft = read_draft(call.parameters, desk.markets.rules)
    desk.spot.check_rules(call.account, draft)
    desk.spot.check_market(call.account, draft)
    return commission_rates(draft.rules, "standardCommissionForOrder", call.account.credentials) if rates else {}


def order_query(desk: Desk, call: Call) -> Json:
    """One order, by either id."""
    return queried(_order(desk, call), call.unit)


def order_cancel(desk: Desk, call: Call) -> Json:
    """Take one order back, and with it the list it belongs to."""
    symbol = read_rules(call.parameters, desk.markets.rules).symbol
    aim = Aim(
        symbol,
        *_order_ids(call.parameters),
        call.parameters.optional("newClientOrderId", CLIENT_ID),
        _read_restriction(call.parameters),
    )
    if aim.order_id is None and aim.client_order_id is None:
        raise refusals.missing_both("origClientOrderId", "orderId")
    call.parameters.finish(*IGNORED)
    (told,) = told_cancelled(call.account, desk.spot.cancel(call.account, aim), call.unit)
    return told


def order_replace(desk: Desk, call: Call) -> Json:
    """Cancel one order and place another."""

    def place() -> Json:
        asked = _read_replacement(desk, call.parameters)
        return replace(desk.spot, call.account, asked, call.unit)

    return recorded(desk, call, place)


def order_amend(desk: Desk, call: Call) -> Json:
    """Make an order smaller."""
    quantity = call.parameters.decimal("newQty")
    client_order_id = call.parameters.optional("newClientOrderId", CLIENT_ID)
    if quantity is None:
        raise refusals.missing("newQty")
    order = _order(desk, call)
    amend(desk.spot, call.account, order, quantity, client_order_id)
    return amended(order, execution_id(order), call.unit)


def open_orders(desk: Desk, call: Call) -> list[Json]:
    """What is still working, of one pair or of all."""
    symbol = call.parameters.optional("symbol", SYMBOL)
    if symbol is not None and symbol not in desk.markets.rules:
        raise refusals.bad_symbol()
    call.parameters.finish(*IGNORED)
    return [queried(order, call.unit) for order in call.account.open_orders(symbol)]


def cancel_open_orders(desk: Desk, call: Call) -> list[Json]:
    """Take back all of one pair."""
    symbol = read_rules(call.parameters, desk.markets.rules).symbol
    call.parameters.finish(*IGNORED)
    return told_cancelled(call.account, desk.spot.cancel_all(call.account, symbol), call.unit)


def all_orders(desk: Desk, call: Call) -> list[Json]:
    """Orders of one pair, of whatever status."""
    symbol = read_rules(call.parameters, desk.markets.rules).symbol
    order_id = call.parameters.integer("orderId")
    span = span_of(call.parameters)
    count = call.parameters.limit(LIMIT_DEFAULT, LIMIT_MAX)
    call.parameters.finish(*IGNORED)
    forward = order_id is not None or span.start_ns is not None
    rows = call.account.orders_from(order_id or 0, newest_first=not forward)
    found = (order for order in rows if order.symbol == symbol and span.holds(order.created_ns))
    return [queried(order, call.unit) for order in first_or_newest(found, count, forward=forward)]


def recorded(desk: Desk, call: Call, place: Callable[[], T]) -> T:
    """Run what places orders; a refusal is in the operation history."""
    try:
        return place()
    except refusals.Refusal as refusal:
        client_order_id = call.parameters.values.get("newClientOrderId", "")
        desk.history.record("refused", account=call.account.name, client_order_id=client_order_id, what=str(refusal))
        raise


def told_cancelled(account: Account, done: Sequence[Cancelled], unit: TimeUnit) -> list[Json]:
    """A row per cancelled order, or per list with the orders that were cancelled with it."""
    rows: list[Json] = []
    of_lists: dict[int, list[Json]] = {}
    for one in done:
        told = cancelled(one.order, one.cancel_id, unit)
        if one.order.list_id == NO_LIST:
            rows.append(told)
            continue
        if one.order.list_id not in of_lists:
            group = account.list_of(one.order)
            assert group is not None, "an order of a list has a list"
            reports = of_lists.setdefault(one.order.list_id, [])
            rows.append(listed(group, account.members(group), unit) | {"orderReports": reports})
        of_lists[one.order.list_id].append(told)
    return rows


def _answer(account: Account, order: Order, draft: Draft, unit: TimeUnit) -> Json:
    trades, matches = account.trades_of_order(order), account.matches_of_order(order)
    return placed(order, draft.form, unit, trades=trades, matches=matches)


def _order(desk: Desk, call: Call) -> Order:
    symbol = read_rules(call.parameters, desk.markets.rules).symbol
    order_id, client_order_id = _order_ids(call.parameters)
    call.parameters.finish(*IGNORED)
    order = call.account.find(symbol, order_id, client_order_id)
    if order is None:
        raise engine_refusals.no_such_order()
    return order


def _order_ids(parameters: Parameters) -> tuple[int | None, str | None]:
    return parameters.integer("orderId"), parameters.optional("origClientOrderId", CLIENT_ID_LOOSE)


def _read_restriction(parameters: Parameters) -> str | None:
    restriction = parameters.optional("cancelRestrictions")
    if restriction is not None and restriction not in RESTRICTIONS:
        raise refusals.bad_cancel_restrictions()
    return restriction


def _read_replacement(desk: Desk, parameters: Parameters) -> Replacement:
    symbol = read_rules(parameters, desk.markets.rules).symbol
    mode = parameters.required("cancelReplaceMode")
    rate_mode = parameters.optional("orderRateLimitExceededMode") or "DO_NOTHING"
    if mode not in MODES:
        raise refusals.bad_data("cancelReplaceMode")
    if rate_mode not in RATE_MODES:
        raise refusals.bad_data("orderRateLimitExceededMode")
    aim = Aim(
        symbol,
        parameters.integer("cancelOrderId"),
        parameters.optional("cancelOrigClientOrderId", CLIENT_ID_LOOSE),
        parameters.optional("cancelNewClientOrderId", CLIENT_ID),
        _read_restriction(parameters),
    )
    if aim.order_id is None and aim.client_order_id is None:
        raise refusals.missing_both("cancelOrigClientOrderId", "cancelOrderId")
    draft = read_draft(parameters, desk.markets.rules, also_known=OF_REPLACEMENT)
    return Replacement(aim, draft, mode == "STOP_ON_FAILURE", rate_mode == "CANCEL_ONLY")
