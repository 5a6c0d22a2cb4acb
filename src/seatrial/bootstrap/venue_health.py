"""Doors in front of an emulated venue that the real one does not have: `/health`, and what time its market has.

A venue whose protocol tells the API's time only (Binance) cannot say how far its market is, which on a local
venue is years and a speed away. Everything else passes untouched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import msgspec
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from seatrial.domain.faults import VenueUnavailable, VenueUnreadable
from seatrial.services.api.http import answer
from seatrial.services.health import Health, Status

MARKET_PATH = "/seatrial/market"
ANSWER_SECONDS_MAX = 2.0


class MarketTimeNow(msgspec.Struct):
    """The market clock of a local venue, in nanoseconds since 1970 UTC."""

    now_ns: int


class WithHealth:
    """An application behind two more doors."""

    def __init__(self, application: ASGIApp, health: Health, market_ns: Callable[[], int]) -> None:
        self._application = application
        self._health = health
        self._market_ns = market_ns

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer our own paths; hand on the venue's."""
        path = scope["path"] if scope["type"] == "http" else ""
        if path == "/health":
            await (await self._answer())(scope, receive, send)
        elif path == MARKET_PATH:
            await answer(MarketTimeNow(self._market_ns()))(scope, receive, send)
        else:
            await self._application(scope, receive, send)

    def swift(self, method: bytes, target: bytes, address: str) -> Any:
        """The venue's own way around ASGI, where it has one (`emulators.swift_http`)."""
        find = getattr(self._application, "swift", None)
        return None if find is None else find(method, target, address)

    async def _answer(self) -> Response:
        report = await self._health.report()
        return answer(report, 503 if report.status is Status.UNHEALTHY else 200)


async def market_time(http: httpx.AsyncClient, rest: str) -> int:
    """What time the market of a local venue has.

    Raises:
        VenueUnavailable: no answer.
        VenueUnreadable: an answer that is not ours.
    """
    try:
        response = await http.get(rest + MARKET_PATH, timeout=ANSWER_SECONDS_MAX)
        return msgspec.json.decode(response.content, type=MarketTimeNow).now_ns
    except httpx.TransportError as fault:
        raise VenueUnavailable(f"the local venue does not tell its market time: {fault!r}") from fault
    except msgspec.DecodeError as fault:
        raise VenueUnreadable(f"the local venue's market time is unreadable: {fault}") from fault
