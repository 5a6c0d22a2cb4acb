"""Clock, calendar and assets over HTTP (`venues.md` 2.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response

from seatrial.domain.bars import Session
from seatrial.domain.time import DAY_NS
from seatrial.emulators.alpaca.assets import Listings
from seatrial.emulators.alpaca.door import Doorway, answer
from seatrial.emulators.alpaca.new_york import new_york
from seatrial.emulators.alpaca.queries import choice_of, date_of, text_of
from seatrial.emulators.alpaca.refusals import not_found
from seatrial.emulators.exchange import Exchange

FRIDAY = 4


def reference_doorways(exchange: Exchange, listings: Listings, skew_ns: Callable[[], int] = lambda: 0) -> list[Doorway]:
    """`/v2/clock`, whose timestamp may be off by `skew_ns`, `/v2/calendar` and `/v2/assets`."""

    async def clock(_: Request, __: str) -> Response:
        exchange.catch_up()
        return answer(clock_shape(exchange, skew_ns()))

    async def calendar(request: Request, _: str) -> Response:
        start, end = date_of(request.query_params, "start"), date_of(request.query_params, "end")
        sessions = exchange.tape.sessions
        wanted = [session for session in sessions if (start or "0") <= session.day <= (end or "9")]
        return answer([_calendar_shape(session) for session in wanted])

    return [Doorway("/v2/clock", clock), Doorway("/v2/calendar", calendar), *asset_doorways(listings)]


def asset_doorways(listings: Listings) -> list[Doorway]:
    """`/v2/assets` and `/v2/assets/{symbol}`, which takes an asset's id as well."""

    async def assets(request: Request, _: str) -> Response:
        query = request.query_params
        status = choice_of(query, "status", ("", "active", "inactive"))
        asset_class = choice_of(query, "asset_class", ("", "us_equity", "crypto", "us_option"))
        exchange_name = text_of(query, "exchange")
        text_of(query, "attributes")
        shown = [listings.shape(listings.instruments[symbol]) for symbol in sorted(listings.instruments)]
        return answer(
            [
                one
                for one in shown
                if status in ("", one["status"])
                and asset_class in ("", one["class"])
                and exchange_name in ("", one["exchange"])
            ]
        )

    async def asset(request: Request, _: str) -> Response:
        wanted = request.path_params["symbol"]
        found = listings.find(wanted)
        if found is None:
            raise not_found(f"asset not found for {wanted}")
        return answer(listings.shape(found))

    return [Doorway("/v2/assets", assets), Doorway("/v2/assets/{symbol}", asset)]


def clock_shape(exchange: Exchange, skew_ns: int = 0) -> dict[str, object]:
    """`GET /v2/clock`, in New York time.

    `skew_ns` is how far the clock that is shown is off.
    Where the calendar ends, the next session is taken to be a day after the last: clients require a value.
    """
    now_ns = exchange.now_ns()
    last = exchange.tape.sessions[-1]
    days = max(1, (now_ns - last.open_ns) // DAY_NS + 1)
    next_open_ns = exchange.next_open_ns or last.open_ns + days * DAY_NS
    next_close_ns = exchange.next_close_ns if not exchange.ended else None
    return {
        "timestamp": new_york(now_ns + skew_ns).isoformat(),
        "is_open": exchange.is_open,
        "next_open": new_york(next_open_ns).isoformat(),
        "next_close": new_york(next_close_ns or next_open_ns + last.close_ns - last.open_ns).isoformat(),
    }


def _calendar_shape(session: Session) -> dict[str, object]:
    return {
        "date": session.day,
        "open": new_york(session.open_ns).strftime("%H:%M"),
        "close": new_york(session.close_ns).strftime("%H:%M"),
        "session_open": "0400",
        "session_close": "2000",
        "settlement_date": _settlement_date(session.day),
    }


def _settlement_date(day: str) -> str:
    """The next weekday; exchange holidays are not looked at."""
    following = date.fromisoformat(day) + timedelta(days=1)
    while following.weekday() > FRIDAY:
        following += timedelta(days=1)
    return following.isoformat()
