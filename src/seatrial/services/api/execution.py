"""The doors of execution (5002): orders, targets, positions, halt. Every order is durable before its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from seatrial.core.views import OrderView, PositionView
from seatrial.domain.facts import Approved, CancelOrder, CancelRequest, Effect, Fact, Rebalance, RefusalCode, Refused
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import AccountId, ClientOrderId, StrategyId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.money import CASH_SCALE, units_text
from seatrial.domain.time import MINUTE_NS, rfc3339
from seatrial.services.api.health import health_route
from seatrial.services.api.http import answer, application, refusal
from seatrial.services.api.orders import (
    BY_HAND,
    IN_BATCH_MAX,
    BatchBody,
    OrderBody,
    WordBody,
    client_order_id,
    decided_at_ns,
    listing,
    order_fields,
    order_request,
    target,
)
from seatrial.services.api.reading import Query, one_of, read_body
from seatrial.services.execution.batches import BatchKey, batch_digest
from seatrial.services.execution.service import ExecutionService
from seatrial.services.health import Health

AHEAD_NS_MAX = 5 * MINUTE_NS  # market time a decision may be ahead of our idea of it
ORDERS_LISTED_MAX = 1_000
NAME_LENGTH_MAX = 64
WORD_SECONDS_MAX = 1.0  # how long a halt's answer waits for the journal; the halt itself does not wait


def execution_doors(
    service: ExecutionService,
    health: Health,
    *,
    settings: Callable[[], Mapping[str, object]],
    new_request_id: Callable[[], str],
) -> ASGIApp:
    """The ASGI app of ports 5002 and 8002. `settings` gives the body of `/api/v1/config`."""
    orders, batches, words = _OrderDoors(service), _BatchDoor(service), _WordDoors(service)

    async def config(_: Request) -> Response:
        return answer({**settings(), "timestamp": rfc3339(service.clock.now_ns())})

    routes = [health_route(health), Route("/api/v1/config", config)]
    for path in ("/orders", "/api/v1/orders"):
        routes += [
            Route(path, orders.place, methods=["POST"]),
            Route(path, orders.show_all, methods=["GET"]),
            Route(path, orders.cancel_all, methods=["DELETE"]),
            Route(path + "/{order_id}", orders.show, methods=["GET"]),
            Route(path + "/{order_id}", orders.cancel, methods=["DELETE"]),
        ]
    for path in ("/positions", "/api/v1/positions"):
        routes.append(Route(path, orders.positions, methods=["GET"]))
    routes.append(Route("/api/v1/targets", batches.decide, methods=["POST"]))
    routes.append(Route("/api/v1/halt", words.halt, methods=["POST"]))
    routes.append(Route("/api/v1/resume", words.resume, methods=["POST"]))
    routes.append(Route("/api/v1/kill", words.kill, methods=["POST"]))
    return application(routes, new_request_id=new_request_id)


def _not_ready(service: ExecutionService) -> Response | None:
    if service.waiting_for is None:
        return None
    return refusal(503, "not_ready", f"no order is taken yet: {service.waiting_for}", reason=service.waiting_for)


class _OrderDoors:
    def __init__(self, service: ExecutionService) -> None:
        self._service = service

    async def place(self, request: Request) -> Response:
        """One order by hand. 202 when it is approved and durable; the same id and body meet the same order."""
        body = await read_body(request, OrderBody)
        if (closed := _not_ready(self._service)) is not None:
            return closed
        asked = order_request(self._service, body, account=None, strategy=BY_HAND)
        known = asked.client_order_id
        if known is not None and known in self._service.indexes.orders:
            return self._again(known, asked)
        for effect in await self._service.submit([asked]):
            if isinstance(effect, Approved):
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

    def _again(self, known: ClientOrderId, asked: object) -> Response:
        order = self._service.machine.order(known)
        same = ("account", "symbol", "side", "type", "time_in_force", "qty_units", "limit_units", "stop_units")
        if order is not None and all(getattr(order, name) == getattr(asked, name) for name in same):
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
        return _no_order(request) if order is None else answer(self._fields(order))

    async def cancel(self, request: Request) -> Response:
        """Ask for one cancel. 202 means asked: a fill may still win. Works while halted."""
        order = self._named(request)
        if order is None:
            return _no_order(request)
        if order.status.terminal:
            message = f"the order is {order.status.name.lower()} already"
            return refusal(409, "order_is_over", message, field="order_id", accepted="an order that is still open")
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
        if (closed := _not_ready(self._service)) is not None:
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


class _BatchDoor:
    def __init__(self, service: ExecutionService) -> None:
        self._service = service
        self._deciding: dict[BatchKey, asyncio.Future[list[Effect]]] = {}

    async def decide(self, request: Request) -> Response:
        """One strategy's decision batch. The same (strategy, decided_at) is decided once, also over a crash."""
        body = await read_body(request, BatchBody)
        if (closed := _not_ready(self._service)) is not None:
            return closed
        key, facts = self._read(body)
        while key in self._deciding:
            await asyncio.wait([self._deciding[key]])
        if not facts:
            return answer(self._told(key, [], again=False), 202)
        decided = self._service.batches.find(key)
        if decided is not None:
            if decided.digest != batch_digest(facts):
                message = f"{body.strategy} has decided otherwise at {rfc3339(key[2])} already"
                return refusal(409, "conflict", message, field="decided_at", accepted="a time not decided on before")
            return answer(self._told(key, decided.effects, again=True), 202)
        self._deciding[key] = self._service.engine.post(facts)
        try:
            effects = await self._deciding[key]
        finally:
            del self._deciding[key]
        return answer(self._told(key, effects, again=False), 202)

    def _read(self, body: BatchBody) -> tuple[BatchKey, list[Fact]]:
        """The batch's facts, in the order a runner gives them: cancels, targets, orders, rebalances."""
        for field in ("targets", "orders", "cancels"):
            if len(getattr(body, field)) > IN_BATCH_MAX:
                raise RequestFault(field, f"at most {IN_BATCH_MAX}", len(getattr(body, field)))
        if not 0 < len(body.strategy) <= NAME_LENGTH_MAX:
            raise RequestFault("strategy", f"a name of 1 to {NAME_LENGTH_MAX} characters", body.strategy[:80])
        strategy = StrategyId(body.strategy)
        account = self._account(body)
        at_ns = decided_at_ns(body.decided_at, self._service.market.now_ns(account) + AHEAD_NS_MAX)
        facts: list[Fact] = []
        for index, said in enumerate(body.cancels):
            known = client_order_id(said, f"cancels[{index}].")
            assert known is not None
            facts.append(CancelRequest(at_ns, known, f"by {strategy}"))
        for index, each in enumerate(body.targets):
            prefix = f"targets[{index}]."
            facts.append(target(self._service, each, account=account, strategy=strategy, at_ns=at_ns, prefix=prefix))
        for index, order in enumerate(body.orders):
            prefix = f"orders[{index}]."
            facts.append(
                order_request(self._service, order, account=account, strategy=strategy, at_ns=at_ns, prefix=prefix)
            )
        for symbol in dict.fromkeys(each.symbol for each in body.targets):
            facts.append(Rebalance(at_ns, account, Symbol(symbol), at_ns))
        return (account, strategy, at_ns), facts

    def _account(self, body: BatchBody) -> AccountId:
        """The one account of a batch: named, or that of its first symbol."""
        accounts = [account.id for account in self._service.machine.accounts]
        if body.account is not None:
            return AccountId(one_of("account", body.account, accounts))
        for field, each in (("targets", body.targets), ("orders", body.orders)):
            if each:
                return listing(self._service, each[0].symbol, None, f"{field}[0].")[0]
        orders = [self._service.machine.order(ClientOrderId(one)) for one in body.cancels]
        return next((order.account for order in orders if order is not None), accounts[0])

    def _told(self, key: BatchKey, effects: Sequence[Effect], *, again: bool) -> dict[str, object]:
        account, strategy, at_ns = key
        approved = [effect.client_order_id for effect in effects if isinstance(effect, Approved)]
        orders = [order for order in map(self._service.machine.order, approved) if order is not None]
        return {
            "strategy": strategy,
            "account": account,
            "decided_at": rfc3339(at_ns),
            "decided_at_ns": at_ns,
            "duplicate": again,
            "approved": [order_fields(order, listing(self._service, order.symbol, account)[1]) for order in orders],
            "refused": [refused_fields(effect) for effect in effects if isinstance(effect, Refused)],
            "cancels": [effect.client_order_id for effect in effects if isinstance(effect, CancelOrder)],
        }


class _WordDoors:
    def __init__(self, service: ExecutionService) -> None:
        self._service = service

    async def halt(self, request: Request) -> Response:
        """Nothing new is sent from now on. Works at any time, whatever the journal does."""
        word = await _word(request)
        return await self._answer(self._service.halt(word.actor, word.reason))

    async def kill(self, request: Request) -> Response:
        """Halt, and take back every working order."""
        word = await _word(request)
        return await self._answer(self._service.kill(word.actor, word.reason))

    async def resume(self, request: Request) -> Response:
        """Lift the halt, once that is durable."""
        word = await _word(request)
        if (closed := _not_ready(self._service)) is not None:
            return closed
        return await self._answer(self._service.resume(word.actor, word.reason))

    async def _answer(self, durable: asyncio.Future[list[Effect]]) -> Response:
        await asyncio.wait([durable], timeout=WORD_SECONDS_MAX)
        halted = self._service.engine.latched
        journalled = durable.done() and durable.exception() is None
        return answer({"halted": halted is not None, "reason": halted, "journalled": journalled})


async def _word(request: Request) -> WordBody:
    """The body of a word, which may be left out altogether."""
    if request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers:
        return WordBody()
    return await read_body(request, WordBody)


def refused_fields(refused: Refused) -> dict[str, object]:
    """Risk's no: which rule, its limit and what was asked, in the rule's own whole units."""
    return {
        "symbol": refused.symbol,
        "side": refused.side.name.lower(),
        "quantity_units": refused.qty_units,
        "code": refused.code.name,
        "limit": refused.limit,
        "actual": refused.actual,
    }


def refused_answer(refused: Refused) -> Response:
    """Risk's no to one order: 422."""
    message = f"{refused.code.name}: the limit is {refused.limit}, the order would make it {refused.actual}"
    said = {"error": "risk_refused", "field": None, "accepted": None, "message": message}
    return answer({**said, **refused_fields(refused), "risk": {"approved": False}}, 422)


def _no_order(request: Request) -> Response:
    message = f"no order {request.path_params['order_id']} is known"
    return refusal(404, "not_found", message, field="order_id", accepted="the order_id of an order placed here")


def _average_price(view: PositionView, instrument: Instrument) -> str | None:
    """What a unit of the holding cost, rounded down to the price grid; None where nothing is held."""
    if not view.qty_units:
        return None
    return instrument.price_text(abs(view.cost_units) * instrument.value_div // abs(view.qty_units))


def _touched(view: PositionView) -> bool:
    return bool(view.qty_units or view.working_buy_units or view.working_sell_units)
