"""What Binance says where a fault makes it say something (`venues.md` 2.3, 2.4)."""

from __future__ import annotations

import msgspec

from seatrial.emulators.binance import engine_refusals, limit_refusals, refusals
from seatrial.emulators.faults.words import Purpose, Words

REQUESTS_PATH = "/ws-api/v3"
WEIGHT_MAX = 6_000
NO_END_MS = 9_999_999_999_999  # a fault's ban names no end of its own; `Retry-After` does

_PLACES = {("POST", "/api/v3/order"), ("POST", "/api/v3/order/oco"), ("POST", "/api/v3/order/cancelReplace")}
_CANCELS = {("DELETE", "/api/v3/order"), ("DELETE", "/api/v3/openOrders"), ("DELETE", "/api/v3/orderList")}
_PLACING_LISTS = ("/api/v3/orderList/", "/api/v3/sor/order")
_PLACING_METHODS = ("order.place", "order.cancelReplace", "orderList.place", "sor.order.place")
_CANCELLING_METHODS = ("order.cancel", "openOrders.cancelAll", "orderList.cancel")


def _error(status: int) -> bytes:
    match status:
        case 429:
            refusal = limit_refusals.weight_exceeded(WEIGHT_MAX, 1)
        case 418:
            refusal = limit_refusals.banned(NO_END_MS, 1)
        case _:
            refusal = refusals.internal(status)
    return msgspec.json.encode(refusal.body())


def _purpose(method: str, path: str) -> Purpose:
    if method == "WS":
        name = path.removeprefix(f"{REQUESTS_PATH}/")
        if name in _CANCELLING_METHODS:
            return "cancel"
        return "place" if name.startswith(_PLACING_METHODS) else ""
    if (method, path) in _CANCELS:
        return "cancel"
    placing = (method, path) in _PLACES or (method == "POST" and path.startswith(_PLACING_LISTS))
    return "place" if placing else ""


def _said(refusal: refusals.Refusal) -> tuple[int, bytes]:
    return refusal.status, msgspec.json.encode(refusal.body())


def shutdown(stream: str, at_ms: int) -> str:
    """`serverShutdown`, as each kind of stream tells it."""
    event = {"e": "serverShutdown", "E": at_ms}
    return msgspec.json.encode({"event": event} if stream == "userData" else event).decode()


def _stream_of(path: str) -> str:
    return "userData" if path.startswith("/ws-api") else "market"


WORDS = Words(
    error=_error,
    purpose=_purpose,
    rejection=_said(engine_refusals.insufficient_balance()),
    halted=_said(engine_refusals.market_closed()),
    ban_status=418,
    shutdown=shutdown,
    stream_of=_stream_of,
    requests_path=REQUESTS_PATH,
)
