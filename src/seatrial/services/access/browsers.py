"""What a request's headers say about the browser behind it, if there is one: origin, site, cookie."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

from starlette.datastructures import Headers

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})
COOKIE_LENGTH_MAX: Final = 8_192


def same_origin(headers: Headers) -> bool:
    """Whether the page that asks came from the very host and port it asks. True also where no page is named."""
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2].lower() == headers.get("host", "").lower()


def from_our_page(asgi: Mapping[str, Any], headers: Headers) -> bool:
    """Whether a request with a cookie may do what it asks: to change something, its page must be named and ours."""
    if not same_origin(headers):
        return False
    if asgi["type"] == "websocket":
        return "origin" in headers
    return asgi["method"] in SAFE_METHODS or "origin" in headers or headers.get("sec-fetch-site") == "same-origin"


def no_page_behind(headers: Headers, *, sites: frozenset[str] = frozenset({"none"})) -> bool:
    """Whether no page of another site can have caused this request. Typing an address is `none`."""
    site = headers.get("sec-fetch-site")
    return (site is None or site in sites) and (
        "origin" not in headers or ("same-origin" in sites and same_origin(headers))
    )


def host_name(headers: Headers) -> str:
    """The name in `Host`, without its port."""
    host = headers.get("host", "").lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def cookie_name(headers: Headers) -> str:
    """The cookie of this very port: browsers share cookies between the ports of a host, sessions are not shared."""
    port = headers.get("host", "").rpartition("]")[2].rpartition(":")[2]
    return f"seatrial_session_{port}" if port.isascii() and port.isdigit() else "seatrial_session"


def session_secret(headers: Headers) -> str | None:
    """What our cookie holds; None where there is none."""
    said = "; ".join(headers.getlist("cookie"))
    if not said or len(said) > COOKIE_LENGTH_MAX:
        return None
    try:
        found = SimpleCookie(said).get(cookie_name(headers))
    except CookieError:
        return None
    return None if found is None else found.value


def set_cookie(headers: Headers, secret: str, *, age_s: int, encrypted: bool) -> str:
    """The `Set-Cookie` of a session: no script reads it, no other site sends it. With `age_s` 0 it is forgotten."""
    parts = [f"{cookie_name(headers)}={secret}", "Path=/", f"Max-Age={age_s}", "HttpOnly", "SameSite=Strict"]
    return "; ".join([*parts, "Secure"] if encrypted else parts)
