"""Orders over HTTP: place, query, change, take back (`venues.md` 2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol
from seatrial.emulators.alpaca.desk import Desk
from seatrial.emulators.alpaca.door import (
    Door,
    Doorway,
    Respond,
    Swift,
    answer,
    body_of,
    check_entry,
    check_size,
    encoded,
    head,
    nothing,
    refusal_of,
)
from seatrial.emulators.alpaca.fields import parse_body
from seatrial.emulators.alpaca.keys import RawHeaders
from seatrial.emulators.alpaca.order_shapes import Shape
from seatrial.emulators.alpaca.orders import Order
from seatrial.emulators.alpaca.queries import bool_of, choice_of, list_of, text_of, time_of, whole_of
from seatrial.emulators.alpaca.refusals import Refusal, malformed
from seatrial.emulators.alpaca.replacement import parse_change
from seatrial.emulators.alpaca.tickets import parse_ticket

ORDERS_DEFAULT = 50
ORDERS_MAX = 500
FAR_FUTURE_NS = 2**62


class OrderDoors:
    """Everything under `/v2/orders`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def doorways(self) -> list[Doorway]:
        """All of them."""
        return [
            Doorway("/v2/orders", self._submit, "POST"),
            Doorway("/v2/orders", self._listed),
            Doorway("/v2/orders", self._cancel_all, "DELETE"),
            Doorway("/v2/orders:by_client_order_id", self._by_client_order_id),
            Doorway("/v2/orders/{order_id}", self._one),
            Doorway("/v2/orders/{order_id}", self._replace, "PATCH"),
            Doorway("/v2/orders/{order_id}", self._cancel, "DELETE"),
        ]

    def swift(self, door: Door) -> dict[tuple[bytes, bytes], Swift]:
        """Placing an order, without ASGI around it: bots place thousands and read the rest now and then."""
        return {(b"POST", b"/v2/orders"): partial(self._submit_swiftly, door)}

    async def _submit(self, request: Request, account: str) -> Response:
        told = self._placed(account, await body_of(request))
        await self._desk.news.durable()
        return answer(told)

    def _submit_swiftly(self, door: Door, headers: RawHeaders, body: bytes, respond: Respond) -> None:
        entry = door.enter(headers)
        try:
            check_entry(entry)
            check_size(len(body))
            told = encoded(self._placed(entry.account or "", body))
        except (Refusal, RequestFault) as fault:
            status, told = refusal_of(fault)
            respond(status, [*head(told), *entry.headers], told)
            return
        self._desk.news.when_durable(partial(respond, 200, [*head(told), *entry.headers], told))

    def _placed(self, account: str, body: bytes) -> Shape:
        """Take an order; what to answer once it is durable.

        As the real venue it says `pending_new` even to an order that is about to fill.
        """
        order = self._desk.submit(account, parse_ticket(parse_body(body), self._desk.listings))
        return self._desk.shape(order, status=None if order.status == "accepted" else "pending_new", nested=True)

    async def _listed(self, request: Request, account: str) -> Response:
        self._desk.catch_up()
        nested = bool_of(request.query_params, "nested")
        found = _selected(self._desk, request, account, nested=nested)
        return answer([self._desk.shape(order, nested=nested) for order in found])

    async def _one(self, request: Request, account: str) -> Response:
        self._desk.catch_up()
        nested = bool_of(request.query_params, "nested")
        return answer(self._desk.shape(self._named(request, account), nested=nested))

    async def _by_client_order_id(self, request: Request, account: str) -> Response:
        self._desk.catch_up()
        wanted = text_of(request.query_params, "client_order_id")
        if not wanted:
            raise malformed("client_order_id is required")
        return answer(self._desk.shape(self._desk.register.by_client_order_id(account, wanted)))

    async def _replace(self, request: Request, account: str) -> Response:
        fields = parse_body(await body_of(request))
        self._desk.catch_up()
        order = self._named(request, account)
        ticket = parse_change(fields, order, self._desk.exchange.instruments[Symbol(order.symbol)])
        heir = self._desk.replace(order, ticket)
        told = self._desk.shape(heir, status="accepted" if heir.status == "accepted" else "pending_new")
        await self._desk.news.durable()
        return answer(told)

    async def _cancel(self, request: Request, account: str) -> Response:
        self._desk.cancel(self._named(request, account))
        await self._desk.news.durable()
        return nothing()

    async def _cancel_all(self, _: Request, account: str) -> Response:
        told = cancel_all(self._desk, account)
        await self._desk.news.durable()
        return answer(told, 207)

    def _named(self, request: Request, account: str) -> Order:
        return self._desk.register.by_id(account, request.path_params["order_id"])


def cancel_all(desk: Desk, account: str) -> list[dict[str, object]]:
    """Take back every open order of an account; what became of each. One that went with its family is not asked."""
    desk.catch_up()
    return [_canceled(desk, order) for order in desk.register.open.of(account) if order.open]


def _canceled(desk: Desk, order: Order) -> dict[str, object]:
    try:
        desk.cancel(order)
    except Refusal as refusal:
        return {"id": order.id, "status": refusal.status, "body": refusal.body}
    return {"id": order.id, "status": 200, "body": desk.shape(order)}


def _selected(desk: Desk, request: Request, account: str, *, nested: bool) -> list[Order]:
    """The orders a query asks for. A leg that is rolled up shows with its parent, which stands for both."""
    query = request.query_params
    status = choice_of(query, "status", ("open", "closed", "all"))
    side = choice_of(query, "side", ("", "buy", "sell"))
    symbols = set(list_of(query, "symbols"))
    after_ns = time_of(query, "after", default=-1)
    until_ns = time_of(query, "until", default=FAR_FUTURE_NS)
    limit = whole_of(query, "limit", default=ORDERS_DEFAULT, least=1, most=ORDERS_MAX)
    newest_first = choice_of(query, "direction", ("desc", "asc")) == "desc"
    register = desk.register

    def matches(order: Order) -> bool:
        members = [order, *register.legs(order)] if nested else [order]
        if status != "all" and not any(one.open == (status == "open") for one in members):
            return False
        return (not side or order.side == side) and after_ns < order.submitted_ns < until_ns

    if status == "open":
        open_ones = register.open.of(account)
        numbers: Sequence[int] = sorted({(nested and one.parent) or one.number for one in open_ones})
    else:
        numbers = register.numbers_of(account)
    found: list[Order] = []
    for order in map(register.order, reversed(numbers) if newest_first else numbers):
        if nested and order.parent:
            continue
        if matches(order) and (not symbols or order.symbol in symbols):
            found.append(order)
            if len(found) == limit:
                break
    return found
