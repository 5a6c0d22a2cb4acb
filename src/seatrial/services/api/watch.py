"""The doors of watch: its health, and what does not fit."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from seatrial.services.api.health import health_route
from seatrial.services.api.http import answer, application
from seatrial.services.watch import Watch


def watch_doors(role: Watch, *, new_request_id: Callable[[], str]) -> ASGIApp:
    """The ASGI app of port 5003."""

    async def breaks(_: Request) -> Response:
        seen = [
            {"key": each.key, "detail": each.detail, "times": role.streaks.counts[each.key]} for each in role.breaks
        ]
        return answer({"breaks": seen, "breaks_to_halt": role.streaks.needed, "halts": role.halts})

    return application([health_route(role.health), Route("/api/v1/breaks", breaks)], new_request_id=new_request_id)
