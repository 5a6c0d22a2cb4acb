"""The account's activities over HTTP: executions, page by page (`venues.md` 2.1)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.time import DAY_NS
from seatrial.emulators.alpaca.desk import Desk
from seatrial.emulators.alpaca.door import Door, answer
from seatrial.emulators.alpaca.fills import Fill, activity_shape
from seatrial.emulators.alpaca.queries import choice_of, date_of, list_of, text_of, time_of, whole_of

PAGE_SIZE_MAX = 100
FAR_FUTURE_NS = 2**62


def activity_routes(desk: Desk, door: Door) -> list[Route]:
    """`/v2/account/activities[/{type}]`. This venue has executions only; other types are empty lists."""

    async def listed(request: Request, account: str) -> Response:
        return _answer(request, account, list_of(request.query_params, "activity_types"))

    async def of_type(request: Request, account: str) -> Response:
        return _answer(request, account, [request.path_params["activity_type"]])

    def _answer(request: Request, account: str, types: list[str]) -> Response:
        desk.exchange.catch_up()
        found = _selected(desk, request, account) if not types or "FILL" in types else []
        account_id = desk.identity.uuid("account", account)
        return answer([_shape(desk, fill, account_id) for fill in found])

    return [
        door.route("/v2/account/activities", listed),
        door.route("/v2/account/activities/{activity_type}", of_type),
    ]


def _shape(desk: Desk, fill: Fill, account_id: str) -> dict[str, object]:
    order = desk.orders[fill.order_number]
    return activity_shape(fill, order, desk.exchange.instruments[Symbol(order.symbol)], account_id)


def _selected(desk: Desk, request: Request, account: str) -> list[Fill]:
    query = request.query_params
    after_ns = time_of(query, "after", default=-1)
    until_ns = time_of(query, "until", default=FAR_FUTURE_NS, day_ends=True)
    if date_of(query, "date"):
        after_ns = time_of(query, "date", default=0) // DAY_NS * DAY_NS - 1
        until_ns = after_ns + 1 + DAY_NS
    size = whole_of(query, "page_size", default=PAGE_SIZE_MAX, least=1, most=PAGE_SIZE_MAX)
    newest_first = choice_of(query, "direction", ("desc", "asc")) == "desc"
    found = [fill for fill in desk.fills if fill.account == account and after_ns < fill.at_ns < until_ns]
    if newest_first:
        found.reverse()
    token = text_of(query, "page_token")
    if token:
        ids = [fill.activity_id for fill in found]
        if token not in ids:
            raise RequestFault("page_token", "the id of the last activity of a page", token)
        found = found[ids.index(token) + 1 :]
    return found[:size]
