"""Binance's futures as this emulator has them: none. ccxt asks for their markets when it starts.

`exchangeInfo` lists no symbol; everything else is answered as an unknown path is.
"""

from __future__ import annotations

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from seatrial.domain.time import MILLISECOND_NS, Clock
from seatrial.emulators.binance import refusals


def build_no_futures(api_clock: Clock) -> Starlette:
    """The application behind `fapi`, `dapi` and `eapi`."""

    def now_ms() -> int:
        return api_clock.now_ns() // MILLISECOND_NS

    async def listing(_: Request) -> Response:
        empty: dict[str, object] = {name: [] for name in ("rateLimits", "exchangeFilters", "assets", "symbols")}
        options: dict[str, object] = {name: [] for name in ("optionContracts", "optionAssets", "optionSymbols")}
        return _json({"timezone": "UTC", "serverTime": now_ms(), **empty, **options})

    async def time(_: Request) -> Response:
        return _json({"serverTime": now_ms()})

    async def nothing(_: Request) -> Response:
        refusal = refusals.path_unknown()
        return _json(refusal.body(), refusal.status)

    return Starlette(
        routes=[
            Route("/{door}/{version}/exchangeInfo", listing),
            Route("/{door}/{version}/time", time),
            Route("/{path:path}", nothing, methods=["GET", "POST", "PUT", "DELETE"]),
        ]
    )


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json;charset=UTF-8")
