"""Who is asking: signatures over the bytes received, and the time window of a request. Keys are in `keys`.

The signed payload of a REST request is the raw query string followed by the raw body, with nothing in
between, without the `signature` parameter. It is never parsed and encoded again: a client that encodes
differently from us would be refused here and accepted at the venue, or the other way round. The payload
of a WebSocket request is its parameters sorted by name, `k=v` joined by `&`, without `signature`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from seatrial.domain.time import MICROSECOND_NS, MILLISECOND_NS, SECOND_NS
from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.keys import Verifier

RECV_WINDOW_MS_DEFAULT = Decimal(5000)
RECV_WINDOW_MS_MAX = Decimal(60_000)
KEY_LENGTH_MAX = 128
SIGNATURE = b"signature="
MICROSECONDS_FROM = 10**15  # a timestamp this large counts microseconds

_KEY = re.compile(r"[A-Za-z0-9_-]+")


def without_signature(raw: bytes) -> bytes:
    """A raw parameter string without its `signature` parameter, every other byte untouched."""
    if SIGNATURE not in raw:
        return raw
    signed, found, signature = raw.rpartition(b"&signature=")
    if found and b"&" not in signature and SIGNATURE not in signed:
        return signed  # where nearly everybody puts it: at the end
    return b"&".join(part for part in raw.split(b"&") if not part.startswith(SIGNATURE))


def rest_payload(query: bytes, body: bytes) -> bytes:
    """What a REST client signs."""
    return without_signature(query) + without_signature(body)


def socket_payload(params: Mapping[str, str]) -> bytes:
    """What a WebSocket client signs."""
    return "&".join(f"{name}={params[name]}" for name in sorted(params) if name != "signature").encode()


def check_signature(key: Verifier, signature: str, payload: bytes) -> None:
    """Refuse unless the signature fits the payload."""
    if not key.fits(signature, payload):
        raise refusals.signature_wrong()


def check_key_format(key: str | None) -> str:
    """The key, or -2014 where there is none or it could not be one."""
    if not key or len(key) > KEY_LENGTH_MAX or not _KEY.fullmatch(key):
        raise refusals.key_malformed()
    return key


def check_timestamp(timestamp: int, recv_window_ms: Decimal | None, now_ns: int) -> None:
    """The venue's rule: `timestamp < now + 1 s and now - timestamp <= recvWindow`."""
    window = RECV_WINDOW_MS_DEFAULT if recv_window_ms is None else recv_window_ms
    if window > RECV_WINDOW_MS_MAX:
        raise refusals.window_wide()
    scale = MICROSECOND_NS if timestamp >= MICROSECONDS_FROM else MILLISECOND_NS
    server = now_ns // scale * scale  # the venue compares in the client's own unit
    sent = timestamp * scale
    if sent >= server + SECOND_NS:
        raise refusals.timestamp_ahead()
    if server - sent > window * MILLISECOND_NS:
        raise refusals.timestamp_old()
