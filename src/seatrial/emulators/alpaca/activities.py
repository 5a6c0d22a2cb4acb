"""The account's activities over HTTP, page by page: executions and what was booked without one (`venues.md` 2.1)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.time import DAY_NS
from seatrial.emulators.alpaca.bookings import Booking, booking_shape
from seatrial.emulators.alpaca.desk import Desk
from seatrial.emulators.alpaca.door import Doorway, answer
from seatrial.emulators.alpaca.fills import Fill, activity_shape
from seatrial.emulators.alpaca.new_york import midnight_ns
from seatrial.emulators.alpaca.queries import choice_of, date_of, list_of, text_of, time_of, whole_of

PAGE_SIZE_MAX = 100
FAR_FUTURE_NS = 2**62
TRADES = "FILL"
CATEGORIES = ("", "trade_activity", "non_trade_activity")


def activity_doorways(desk: Desk) -> list[Doorway]:
    """`/v2/account/activities[/{type}]`. A type that this venue has none of is an empty list."""

    async def listed(request: Request, account: str) -> Response:
        return _answer(request, account, list_of(request.query_params, "activity_types"))

    async def of_type(request: Request, account: str) -> Response:
        return _answer(request, account, [request.path_params["activity_type"]])

    def _answer(request: Request, account: str, types: list[str]) -> Response:
        desk.catch_up()
        category = choice_of(request.query_params, "category", CATEGORIES)
        if category and types:
            raise RequestFault("category", "without activity_types", category)
        account_id = desk.identity.uuid("account", account)
        found = _selected(desk, request.query_params, account, types, category)
        return answer([_shape(desk, each, account_id) for each in found])

    return [
        Doorway("/v2/account/activities", listed),
        Doorway("/v2/account/activities/{activity_type}", of_type),
    ]


def _shape(desk: Desk, activity: Fill | Booking, account_id: str) -> dict[str, object]:
    instrument = desk.exchange.instruments[Symbol(activity.symbol)]
    if isinstance(activity, Booking):
        return booking_shape(activity, instrument, account_id)
    return activity_shape(activity, desk.register.order(activity.order_number), instrument, account_id)


def _selected(
    desk: Desk, query: Mapping[str, str], account: str, types: list[str], category: str
) -> list[Fill | Booking]:
    """One page, by time; of one instant what was booked comes before what traded.

    `page_token` is the id of the last activity of the page before.
    """
    after_ns, until_ns = _span(query)
    size = whole_of(query, "page_size", default=PAGE_SIZE_MAX, least=1, most=PAGE_SIZE_MAX)
    newest_first = choice_of(query, "direction", ("desc", "asc")) == "desc"
    booked = [
        each
        for each in desk.bookings.of(account)
        if after_ns < each.at_ns < until_ns and (each.kind in types if types else category != "trade_activity")
    ]
    first, last = desk.fills.between(account, after_ns, until_ns)
    if (types and TRADES not in types) or category == "non_trade_activity":
        last = first
    low, high = 0, len(booked)
    token = text_of(query, "page_token")
    if token:
        (place, low_at), (fill_high, high_at) = _around(desk, account, token, booked)
        if newest_first:
            last, high = max(first, min(last, place)), low_at
        else:
            first, low = min(max(first, fill_high), last), high_at
    rows = desk.fills.of(account)
    if newest_first:
        found: list[Fill | Booking] = [*rows[max(first, last - size) : last][::-1], *booked[low:high][::-1]]
    else:
        found = [*rows[first : min(last, first + size)], *booked[low:high]]
    return sorted(found, key=_when, reverse=newest_first)[:size]


def _span(query: Mapping[str, str]) -> tuple[int, int]:
    """After which instant, and before which."""
    after_ns = time_of(query, "after", default=-1)
    until_ns = time_of(query, "until", default=FAR_FUTURE_NS, day_ends=True)
    if day := date_of(query, "date"):
        if query.get("after") or query.get("until"):
            raise RequestFault("date", "without after and until", day)
        after_ns = midnight_ns(day) - 1
        until_ns = after_ns + 1 + DAY_NS
    return after_ns, until_ns


def _around(desk: Desk, account: str, token: str, booked: Sequence[Booking]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where executions and bookings stand that come before an activity, and from where on those after it."""
    place = desk.fills.place_of(account, token)
    if place is not None:
        at_ns = desk.fills.of(account)[place].at_ns
        before = bisect_right(booked, at_ns, key=_at)
        return (place, before), (place + 1, before)
    entry = next((each for each in desk.bookings.of(account) if each.activity_id == token), None)
    if entry is None:
        raise RequestFault("page_token", "the id of the last activity of a page", token)
    after = desk.fills.between(account, entry.at_ns - 1, FAR_FUTURE_NS)[0]
    before = bisect_left(booked, entry.number, key=_number)
    own = int(before < len(booked) and booked[before].number == entry.number)
    return (after, before), (after, before + own)


def _at(entry: Booking) -> int:
    return entry.at_ns


def _number(entry: Booking) -> int:
    return entry.number


def _when(activity: Fill | Booking) -> tuple[int, bool]:
    return activity.at_ns, isinstance(activity, Fill)
