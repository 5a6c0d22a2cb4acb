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
    for name, value in ALWAYS.items():
        headers.setdefault(name, value)
    page = headers.get("content-type", "").startswith("text/html")
    headers.setdefault("content-security-policy", PAGE_POLICY if page else DATA_POLICY)
    headers.setdefault("cache-control", "no-store")
    if encrypted:
        headers.setdefault("strict-transport-security", REMEMBER_ENCRYPTION)
