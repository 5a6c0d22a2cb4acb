"""What the real venue has and this one has not: each answers with the venue's own 404 and says so."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from seatrial.emulators.alpaca.door import Doorway, Endpoint
from seatrial.emulators.alpaca.refusals import not_found

UNSERVED = {
    "watchlists": (
        ("GET", "/v2/watchlists"),
        ("POST", "/v2/watchlists"),
        ("GET", "/v2/watchlists/{watchlist_id}"),
        ("PUT", "/v2/watchlists/{watchlist_id}"),
        ("POST", "/v2/watchlists/{watchlist_id}"),
        ("DELETE", "/v2/watchlists/{watchlist_id}"),
    ),
    "corporate action announcements": (
        ("GET", "/v2/corporate_actions/announcements"),
        ("GET", "/v2/corporate_actions/announcements/{announcement_id}"),
    ),
    "options": (
        ("GET", "/v2/options/contracts"),
        ("GET", "/v2/options/contracts/{symbol}"),
        ("GET", "/v1beta1/options/{path}"),
        ("POST", "/v2/positions/{symbol}/exercise"),
    ),
    "news": (("GET", "/v1beta1/news"),),
    "screeners": (("GET", "/v1beta1/screener/{path}"),),
    "auctions": (("GET", "/v2/stocks/auctions"), ("GET", "/v2/stocks/{symbol}/auctions")),
    "market data codes": (("GET", "/v2/stocks/meta/{path}"),),
}


def unserved_doorways() -> list[Doorway]:
    """All of them."""
    return [Doorway(path, _refusing(name), method) for name, doors in UNSERVED.items() for method, path in doors]


def _refusing(name: str) -> Endpoint:
    async def endpoint(_: Request, __: str) -> Response:
        raise not_found(f"{name} are not served by this emulated venue")

    return endpoint
