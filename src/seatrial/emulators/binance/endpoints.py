"""Everything that can be asked of an account, by REST and by the WebSocket API, with what it weighs.

Weights are of the vendor's documentation. `REFUSED` is documented there and not played here: it is answered with the
venue's own "not supported" instead of a 404, so that a client can tell the one from the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from seatrial.emulators.binance import account_calls, list_calls, order_calls, refusals
from seatrial.emulators.binance.desk import Call, Desk, Endpoint, Serve, Weight


def _either(name: str, with_it: int, without: int) -> Callable[[Mapping[str, str]], int]:
    return lambda values: with_it if values.get(name) else without


def _signed(serve: Serve, weight: Weight, method: str, path: str, socket: str | None = None) -> Endpoint:
    return Endpoint(serve, weight, "signed", (method, path), socket)


def _trading(serve: Serve, method: str, path: str, socket: str | None = None, *, places: bool = False) -> Endpoint:
    """Placing and cancelling weighs nothing where it succeeds; placing answers with the order counts."""
    return Endpoint(serve, 1, "signed", (method, path), socket, weightless=True, places=places)


def _refuse(desk: Desk, call: Call) -> object:
    raise refusals.unsupported()


API = "/api/v3"
SAPI = "/sapi/v1"

PRIVATE = (
    _trading(order_calls.order_place, "POST", f"{API}/order", "order.place", places=True),
    _signed(
        order_calls.order_test, _either("computeCommissionRates", 20, 1), "POST", f"{API}/order/test", "order.test"
    ),
    _signed(order_calls.order_query, 4, "GET", f"{API}/order", "order.status"),
    _trading(order_calls.order_cancel, "DELETE", f"{API}/order", "order.cancel"),
    _trading(order_calls.order_replace, "POST", f"{API}/order/cancelReplace", "order.cancelReplace", places=True),
    _signed(order_calls.order_amend, 4, "PUT", f"{API}/order/amend/keepPriority", "order.amend.keepPriority"),
    _signed(order_calls.open_orders, _either("symbol", 6, 80), "GET", f"{API}/openOrders", "openOrders.status"),
    _trading(order_calls.cancel_open_orders, "DELETE", f"{API}/openOrders", "openOrders.cancelAll"),
    _signed(order_calls.all_orders, 20, "GET", f"{API}/allOrders", "allOrders"),
    _trading(list_calls.oco_place, "POST", f"{API}/orderList/oco", "orderList.place.oco", places=True),
    _trading(list_calls.old_oco_place, "POST", f"{API}/order/oco", "orderList.place", places=True),
    _trading(list_calls.oto_place, "POST", f"{API}/orderList/oto", "orderList.place.oto", places=True),
    _trading(list_calls.otoco_place, "POST", f"{API}/orderList/otoco", "orderList.place.otoco", places=True),
    _trading(list_calls.list_cancel, "DELETE", f"{API}/orderList", "orderList.cancel"),
    _signed(list_calls.list_query, 4, "GET", f"{API}/orderList", "orderList.status"),
    _signed(list_calls.open_lists, 6, "GET", f"{API}/openOrderList", "openOrderLists.status"),
    _signed(list_calls.all_lists, 20, "GET", f"{API}/allOrderList", "allOrderLists"),
    _signed(account_calls.account, 20, "GET", f"{API}/account", "account.status"),
    _signed(account_calls.account_commission, 20, "GET", f"{API}/account/commission", "account.commission"),
    _signed(account_calls.my_trades, _either("orderId", 5, 20), "GET", f"{API}/myTrades", "myTrades"),
    _signed(
        account_calls.my_prevented_matches,
        _either("orderId", 20, 2),
        "GET",
        f"{API}/myPreventedMatches",
        "myPreventedMatches",
    ),
    _signed(account_calls.order_rates, 40, "GET", f"{API}/rateLimit/order", "account.rateLimits.orders"),
    _signed(account_calls.nothing, 20, "GET", f"{API}/myAllocations", "myAllocations"),
    _signed(account_calls.nothing, 10, "GET", f"{SAPI}/capital/config/getall"),
    _signed(account_calls.nothing, 1, "GET", f"{SAPI}/margin/allPairs"),
    _signed(account_calls.nothing, 1, "GET", f"{SAPI}/margin/isolated/allPairs"),
    _signed(account_calls.nothing, 100, "GET", f"{SAPI}/spot/delist-schedule"),
)

REFUSED = tuple(
    Endpoint(_refuse, 1, rest=(method, API + path), socket=socket)
    for method, path, socket in (
        ("POST", "/orderList/opo", "orderList.place.opo"),
        ("POST", "/orderList/opoco", "orderList.place.opoco"),
        ("POST", "/sor/order", "sor.order.place"),
        ("POST", "/sor/order/test", "sor.order.test"),
        ("GET", "/order/amendments", "order.amendments"),
        ("GET", "/myFilters", "myFilters"),
        ("GET", "/executionRules", "executionRules"),
        ("GET", "/referencePrice", "referencePrice"),
        ("GET", "/referencePrice/calculation", "referencePrice.calculation"),
    )
)
