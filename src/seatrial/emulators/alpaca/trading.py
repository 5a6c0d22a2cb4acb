"""Orders over HTTP: place, query, take back (`venues.md` 2.1)."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from seatrial.emulators.alpaca.desk import Desk
from seatrial.emulators.alpaca.door import Door, answer
from seatrial.emulators.alpaca.orders import Order
from seatrial.emulators.alpaca.queries import bool_of, choice_of, list_of, text_of, time_of, whole_of
from seatrial.emulators.alpaca.refusals import Refusal, malformed, unprocessable
from seatrial.emulators.alpaca.tickets import parse_body, parse_ticket

ORDERS_DEFAULT = 50
ORDERS_MAX = 500
FAR_FUTURE_NS = 2**62


class OrderDoors:
    """Everything under `/v2/orders`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self, door: Door) -> list[Route]:
        """All of them."""
        return [
            door.route("/v2/orders", self._submit, "POST"),
            door.route("/v2/orders", self._listed),
            door.route("/v2/orders", self._cancel_all, "DELETE"),
            door.route("/v2/orders:by_client_order_id", self._by_client_order_id),
            door.route("/v2/orders/{order_id}", self._one),
            door.route("/v2/orders/{order_id}", self._replace, "PATCH"),
            door.route("/v2/orders/{order_id}", self._cancel, "DELETE"),
        ]

    async def _submit(self, request: Request, account: str) -> Response:
        ticket = parse_ticket(parse_body(await request.body()), self._desk.exchange.instruments)
        order = self._desk.submit(account, ticket)
        # as the real venue: it says `pending_new` even to an order that is about to fill
        return answer(self._desk.shape(order, status="pending_new" if order.status == "new" else None))

    async def _listed(self, request: Request, account: str) -> Response:
        self._desk.exchange.catch_up()
        return answer([self._desk.shape(order) for order in _selected(self._desk, request, account)])

    async def _one(self, request: Request, account: str) -> Response:
        self._desk.exchange.catch_up()
        return answer(self._desk.shape(self._named(request, account)))

    async def _by_client_order_id(self, request: Request, account: str) -> Response:
        self._desk.exchange.catch_up()
        wanted = text_of(request.query_params, "client_order_id")
        if not wanted:
            raise malformed("client_order_id is required")
        return answer(self._desk.shape(self._desk.by_client_order_id(account, wanted)))

    async def _replace(self, request: Request, account: str) -> Response:
        order = self._named(request, account)
        raise unprocessable(
            f"order {order.id} cannot be replaced: this emulated venue accepts a cancel and a new order instead"
        )

    async def _cancel(self, request: Request, account: str) -> Response:
        self._desk.cancel(self._named(request, account))
        return Response(status_code=204)

    async def _cancel_all(self, _: Request, account: str) -> Response:
        self._desk.exchange.catch_up()
        return answer([_canceled(self._desk, order) for order in self._desk.working(account)], 207)

    def _named(self, request: Request, account: str) -> Order:
        return self._desk.by_id(account, request.path_params["order_id"])


def _canceled(desk: Desk, order: Order) -> dict[str, object]:
    try:
        desk.cancel(order)
    except Refusal as refusal:
        return {"id": order.id, "status": refusal.status, "body": refusal.body}
    return {"id": order.id, "status": 200, "body": desk.shape(order)}


def _selected(desk: Desk, request: Request, account: str) -> list[Order]:
    query = request.query_params
    status = choice_of(query, "status", ("open", "closed", "all"))
    side = choice_of(query, "side", ("", "buy", "sell"))
    symbols = set(list_of(query, "symbols"))
    after_ns = time_of(query, "after", default=-1)
    until_ns = time_of(query, "until", default=FAR_FUTURE_NS)
    limit = whole_of(query, "limit", default=ORDERS_DEFAULT, least=1, most=ORDERS_MAX)
    newest_first = choice_of(query, "direction", ("desc", "asc")) == "desc"
    bool_of(query, "nested")
    wanted: dict[str, Callable[[Order], bool]] = {
        "open": lambda order: order.working,
        "closed": lambda order: not order.working,
        "all": lambda order: True,
    }
    pool = desk.working(account) if status == "open" else desk.orders_of(account)
    found = [
        order
        for order in pool
        if wanted[status](order)
        and (not side or order.side == side)
        and (not symbols or order.symbol in symbols)
        and after_ns < order.submitted_ns < until_ns
    ]
    if newest_first:
        found.reverse()
    return found[:limit]
