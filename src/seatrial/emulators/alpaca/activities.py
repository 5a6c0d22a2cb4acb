"""The account's activities over HTTP: executions, page by page (`venues.md` 2.1)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.time import DAY_NS
from seatrial.emulators.alpaca.desk import Desk
from seatrial.emulators.alpaca.door import Doorway, answer
from seatrial.emulators.alpaca.fills import Fill, activity_shape
from seatrial.emulators.alpaca.new_york import midnight_ns
from seatrial.emulators.alpaca.queries import choice_of, date_of, list_of, text_of, time_of, whole_of

PAGE_SIZE_MAX = 100
FAR_FUTURE_NS = 2**62


def activity_doorways(desk: Desk) -> list[Doorway]:
    """`/v2/account/activities[/{type}]`. This venue has executions only; other types are empty lists."""

    async def listed(request: Request, account: str) -> Response:
        return _answer(request, account, list_of(request.query_params, "activity_types"))

    async def of_type(request: Request, account: str) -> Response:
        return _answer(request, account, [request.path_params["activity_type"]])

    def _answer(request: Request, account: str, types: list[str]) -> Response:
        desk.catch_up()
        found = _selected(desk, request, account) if not types or "FILL" in types else []
        account_id = desk.identity.uuid("account", account)
        return answer([_shape(desk, fill, account_id) for fill in found])

    return [
        Doorway("/v2/account/activities", listed),
        Doorway("/v2/account/activities/{activity_type}", of_type),
    ]


def _shape(desk: Desk, fill: Fill, account_id: str) -> dict[str, object]:
    order = desk.register.orders[fill.order_number]
    return activity_shape(fill, order, desk.exchange.instruments[Symbol(order.symbol)], account_id)


def _selected(desk: Desk, request: Request, account: str) -> Sequence[Fill]:
    """One page. `page_token` is the id of the last activity of the page before."""
    query = request.query_params
    after_ns = time_of(query, "after", default=-1)
    until_ns = time_of(query, "until", default=FAR_FUTURE_NS, day_ends=True)
    if day := date_of(query, "date"):
        if query.get("after") or query.get("until"):
            raise RequestFault("date", "without after and until", day)
        after_ns = midnight_ns(day) - 1
        until_ns = after_ns + 1 + DAY_NS
    size = whole_of(query, "page_size", default=PAGE_SIZE_MAX, least=1, most=PAGE_SIZE_MAX)
    newest_first = choice_of(query, "direction", ("desc", "asc")) == "desc"
    first, last = desk.fills.between(account, after_ns, until_ns)
    token = text_of(query, "page_token")
    if token:
        place = desk.fills.place_of(account, token)
        if place is None:
            raise RequestFault("page_token", "the id of the last activity of a page", token)
        first, last = (first, min(last, place)) if newest_first else (max(first, place + 1), last)
    rows = desk.fills.of(account)
    return rows[max(first, last - size) : last][::-1] if newest_first else rows[first : min(last, first + size)]
