"""What Alpaca says where a fault makes it say something (`venues.md` 2.1, 2.2)."""

from __future__ import annotations

import msgspec

from seatrial.emulators.alpaca.refusals import FORBIDDEN, RATE, unavailable_body
from seatrial.emulators.faults.words import Purpose, Words

ORDERS = "/v2/orders"
REFUSED = msgspec.json.encode({"code": FORBIDDEN, "message": "insufficient buying power"})
TOO_MANY = msgspec.json.encode({"code": RATE, "message": "too many requests."})


def _error(status: int) -> bytes:
    return TOO_MANY if status == 429 else unavailable_body(status)


def _purpose(method: str, path: str) -> Purpose:
    if not path.startswith(ORDERS):
        return ""
    return "place" if method == "POST" else "cancel" if method == "DELETE" else ""


def _stream_of(path: str) -> str:
    return "trade_updates" if path.startswith("/stream") else "market_data"


WORDS = Words(
    error=_error,
    purpose=_purpose,
    rejection=(403, REFUSED),
    cancel_status=204,
    stream_of=_stream_of,
)
