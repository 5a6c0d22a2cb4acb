"""`GET /health` of every role: 503 when unhealthy, and always an answer within a second."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from seatrial.services.api.http import answer
from seatrial.services.health import Health, Status


def health_route(health: Health, path: str = "/health") -> Route:
    """The door that asks a role how it is."""

    async def show(_: Request) -> Response:
        report = await health.report()
        return answer(report, 503 if report.status is Status.UNHEALTHY else 200)

    return Route(path, show)
