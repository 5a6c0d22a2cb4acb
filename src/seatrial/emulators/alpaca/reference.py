"""Clock, calendar and assets over HTTP (`venues.md` 2.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from seatrial.domain.bars import Session
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import DAY_NS
from seatrial.emulators.alpaca.door import Door, answer
from seatrial.emulators.alpaca.identity import asset_uuid
from seatrial.emulators.alpaca.new_york import new_york
from seatrial.emulators.alpaca.queries import choice_of, date_of
from seatrial.emulators.alpaca.refusals import not_found
from seatrial.emulators.exchange import Exchange

ASSET_EXCHANGE = "NASDAQ"  # instruments do not know their listing; clients only need a value they accept
MAINTENANCE_PERCENT = 30
FRIDAY = 4


def reference_routes(exchange: Exchange, door: Door, skew_ns: Callable[[], int] = lambda: 0) -> list[Route]:
    """`/v2/clock`, whose timestamp may be off by `skew_ns`, `/v2/calendar` and `/v2/assets`."""

    async def clock(_: Request, __: str) -> Response:
        exchange.catch_up()
        return answer(clock_shape(exchange, skew_ns()))

    async def calendar(request: Request, _: str) -> Response:
        start, end = date_of(request.query_params, "start"), date_of(request.query_params, "end")
        sessions = exchange.tape.sessions
        wanted = [session for session in sessions if (start or "0") <= session.day <= (end or "9")]
        return answer([_calendar_shape(session) for session in wanted])

    async def assets(request: Request, _: str) -> Response:
        query = request.query_params
        status = choice_of(query, "status", ("", "active", "inactive"))
        asset_class = choice_of(query, "asset_class", ("us_equity", "crypto", "us_option"))
        shown = exchange.instruments if status != "inactive" and asset_class == "us_equity" else {}
        return answer([_asset_shape(shown[symbol]) for symbol in sorted(shown)])

    async def asset(request: Request, _: str) -> Response:
        wanted = request.path_params["symbol"]
        found = find_asset(exchange.instruments, wanted)
        if found is None:
            raise not_found(f"asset not found for {wanted}")
        return answer(_asset_shape(found))

    return [
        door.route("/v2/clock", clock),
        door.route("/v2/calendar", calendar),
        door.route("/v2/assets", assets),
        door.route("/v2/assets/{symbol}", asset),
    ]


def find_asset(instruments: Mapping[Symbol, Instrument], wanted: str) -> Instrument | None:
    """An instrument by symbol or by asset id."""
    found = instruments.get(Symbol(wanted))
    if found is None:
        found = next((each for symbol, each in instruments.items() if asset_uuid(symbol) == wanted), None)
    return found


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


def _asset_shape(instrument: Instrument) -> dict[str, object]:
    return {
        "id": asset_uuid(instrument.symbol),
        "class": "us_equity",
        "exchange": ASSET_EXCHANGE,
        "symbol": instrument.symbol,
        "name": instrument.symbol,
        "status": "active",
        "tradable": True,
        "marginable": True,
        "shortable": instrument.shortable,
        "easy_to_borrow": instrument.shortable,
        "fractionable": False,
        "maintenance_margin_requirement": MAINTENANCE_PERCENT,
        "attributes": [],
    }
