"""Orders and positions at execution's doors. Every order is durable before its answer."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from seatrial.core.views import OrderView, PositionView
from seatrial.domain.effects import Approved, Parked, Refused
from seatrial.domain.facts import CancelRequest, Fact, OrderRequest
from seatrial.domain.ids import ClientOrderId
from seatrial.domain.instrument import Instrument
from seatrial.domain.money import CASH_SCALE, units_text
from seatrial.domain.orders import OrderClass, OrderType
from seatrial.domain.refusals import RefusalCode
from seatrial.domain.time import rfc3339
from seatrial.services.api.http import answer, refusal
from seatrial.services.api.order_asking import order_request
from seatrial.services.api.order_body import OrderBody
from seatrial.services.api.orders import BY_HAND, listing, order_fields, refused_fields
from seatrial.services.api.reading import Query, read_body
from seatrial.services.api.words import not_ready
from seatrial.services.execution.service import ExecutionService

ORDERS_LISTED_MAX = 1_000


class OrderDoors:
    """`/orders` and `/positions`."""

    def __init__(self, service: ExecutionService) -> None:
        self._service = service

    async def place(self, request: Request) -> Response:
        """One order by hand. 202 when it is approved and durable; the same id and body meet the same order."""
        body = await read_body(request, OrderBody)
        if (closed := not_ready(self._service)) is not None:
            return closed
        asked = order_request(self._service, body, account=None, strategy=BY_HAND)
        known = asked.client_order_id
        if known is not None and known in self._service.indexes.orders:
            return self._again(known, asked)
        for effect in await self._service.submit([asked]):
            if isinstance(effect, Approved | Parked):
                return self._taken(effect.client_order_id)
            if isinstance(effect, Refused):
                if effect.code is RefusalCode.DUPLICATE_CLIENT_ORDER_ID and known is not None:
                    return self._again(known, asked)
                return refused_answer(effect)
        raise AssertionError("risk neither approved nor refused an order")

    def _taken(self, known: ClientOrderId) -> Response:
        order = self._service.machine.order(known)
        assert order is not None
        return answer({**self._fields(order), "risk": {"approved": True}}, 202)

    def _again(self, known: ClientOrderId, asked: OrderRequest) -> Response:
        order = self._service.machine.order(known)
        if order is not None and all(getattr(order, name) == getattr(asked, name) for name in _kept(asked)):
            return self._taken(known)
        message = f"client_order_id {known} names another order already"
        return refusal(409, "conflict", message, field="client_order_id", accepted="an id that was not used before")

    def _fields(self, order: OrderView) -> dict[str, object]:
        _, instrument = listing(self._service, order.symbol, order.account)
        return order_fields(order, instrument)

    async def show_all(self, request: Request) -> Response:
        """Orders, newest first: the open ones, or with `status=all` the recently ended too."""
        query = Query(request, ["status", "symbol", "limit"])
        status = query.choice("status", ["open", "all", "closed"]) if query.text("status") is not None else "open"
        limit = query.integer("limit", default=100, low=1, high=ORDERS_LISTED_MAX)
        symbol = query.text("symbol")
        found = [
            order
            for order in reversed(self._service.machine.orders())
            if (status == "all" or order.status.terminal == (status == "closed")) and symbol in {None, order.symbol}
        ]
        return answer({"orders": [self._fields(order) for order in found[:limit]], "count": len(found)})

    def _named(self, request: Request) -> OrderView | None:
        return self._service.machine.order(ClientOrderId(request.path_params["order_id"]))

    async def show(self, request: Request) -> Response:
        """One order."""
        order = self._named(request)
        return no_order(request) if order is None else answer(self._fields(order))

    async def cancel(self, request: Request) -> Response:
        """Ask for one cancel. 202 means asked: a fill may still win. Works while halted."""
        order = self._named(request)
        if order is None:
            return no_order(request)
        if order.status.terminal:
            return order_is_over(order)
        await self._cancel([order])
        return answer({"order_id": order.client_order_id, "status": "cancel_requested"}, 202)

    async def cancel_all(self, _: Request) -> Response:
        """Ask for the cancel of everything that works."""
        working = self._service.machine.registry.working()
        await self._cancel(working)
        return answer({"cancel_requested": [order.client_order_id for order in working]}, 202)

    async def _cancel(self, orders: Sequence[OrderView]) -> None:
        facts: list[Fact] = [
            CancelRequest(self._service.market.now_ns(order.account), order.client_order_id, "by hand")
            for order in orders
        ]
        if facts:
            await self._service.submit(facts)

    async def positions(self, _: Request) -> Response:
        """What is held and what is working, per account, with the cash beside it. 503 before recovery has ended."""
        if (closed := not_ready(self._service)) is not None:
            return closed
        machine = self._service.machine
        held = [view for view in machine.positions() if _touched(view)]
        accounts = [
            {
                "account": account.id,
                "currency": account.currency,
                "cash": units_text(machine.cash(account.id, account.currency), CASH_SCALE),
                "equity": units_text(machine.equity_units(account.id), CASH_SCALE),
                "breaker": machine.breaker(account.id),
            }
            for account in machine.accounts
        ]
        return answer({"positions": [self._position(view) for view in held], "accounts": accounts})

    def _position(self, view: PositionView) -> dict[str, object]:
        _, instrument = listing(self._service, view.symbol, view.account)
        return {
            "account": view.account,
            "symbol": view.symbol,
            "quantity": instrument.qty_text(view.qty_units),
            "cost": units_text(view.cost_units, CASH_SCALE),
            "average_price": _average_price(view, instrument),
            "market_value": units_text(view.market_value_units, CASH_SCALE),
            "realized": units_text(view.realized_units, CASH_SCALE),
            "working_buy": instrument.qty_text(view.working_buy_units),
            "working_sell": instrument.qty_text(view.working_sell_units),
            "last_price": instrument.price_text(view.last_price_units) if view.last_price_units else None,
            "as_of": rfc3339(view.last_price_at_ns) if view.last_price_units else None,
        }


def refused_answer(refused: Refused, *, replaces: str | None = None) -> Response:
    """Risk's no to one order: 422. `replaces` names the order that was taken back for it, which stays taken back."""
    message = f"{refused.code.name}: the limit is {refused.limit}, the order would make it {refused.actual}"
    said = {"error": "risk_refused", "field": None, "accepted": None, "message": message}
    refusing = {**said, **refused_fields(refused), "risk": {"approved": False}}
    return answer(refusing if replaces is None else {**refusing, "replaces": replaces}, 422)


def order_is_over(order: OrderView) -> Response:
    """409: it cannot be changed any more."""
    message = f"the order is {order.status.name.lower()} already"
    return refusal(409, "order_is_over", message, field="order_id", accepted="an order that is still open")


def no_order(request: Request) -> Response:
    """404: nobody placed it here."""
    message = f"no order {request.path_params['order_id']} is known"
    return refusal(404, "not_found", message, field="order_id", accepted="the order_id of an order placed here")


def _average_price(view: PositionView, instrument: Instrument) -> str | None:
    """What a unit of the holding cost, rounded down to the price grid; None where nothing is held."""
    if not view.qty_units:
        return None
    return instrument.price_text(abs(view.cost_units) * instrument.value_div // abs(view.qty_units))


def _touched(view: PositionView) -> bool:
    return bool(view.qty_units or view.working_buy_units or view.working_sell_units)


def _kept(asked: OrderRequest) -> list[str]:
    """What an order has in common with its request for ever. The machine makes a quantity of cash, clips what may
    only reduce, and parks the legs of an OCO in the request's place."""
    names = ["account", "symbol", "side"]
    if not asked.notional_units and not asked.reduce_only and asked.order_class is not OrderClass.OCO:
        names.append("qty_units")
    if asked.order_class is not OrderClass.OCO:
        names += ["type", "time_in_force", "limit_units", "post_only", "reduce_only", "extended_hours"]
        names += ["expires_at_ns", "trail_units", "trail_ppm"]
        names += [] if asked.type is OrderType.TRAILING_STOP else ["stop_units"]
    return names
