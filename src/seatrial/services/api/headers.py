"""Headers that tell a browser what it must not do with an answer. An app's own choice is never overwritten."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders

ALWAYS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
# A page of ours: everything from here, live data over fetch and WebSocket, drawings that set styles of their own.
PAGE_POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
REMEMBER_ENCRYPTION: Final = "max-age=31536000"  # a year; only where the connection is encrypted already


def secure(headers: MutableHeaders, *, encrypted: bool) -> None:
    """Add what is missing to an answer's headers: data is never kept by a cache, a page runs only our own code."""
    raw = headers.raw
    told = dict(raw)  # names are in lower case, as ASGI wants them
    page = told.get(b"content-type", b"").startswith(b"text/html")
    for name, value in _ENCRYPTED if encrypted else _PLAIN:
        if name not in told:
            raw.append((name, value))
    if b"content-security-policy" not in told:
        raw.append((b"content-security-policy", _PAGE_POLICY if page else _DATA_POLICY))


_DATA_POLICY: Final = DATA_POLICY.encode()
_PAGE_POLICY: Final = PAGE_POLICY.encode()
_PLAIN: Final = tuple(
    (name.encode(), value.encode()) for name, value in {**ALWAYS, "cache-control": "no-store"}.items()
)
_ENCRYPTED: Final = (*_PLAIN, (b"strict-transport-security", REMEMBER_ENCRYPTION.encode()))
