"""`GET /health` of every role: 503 when unhealthy, and always an answer within a second."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from seatrial.services.access.scopes import PUBLIC
from seatrial.services.api.doors import Door
from seatrial.services.api.http import answer
from seatrial.services.health import Health, HealthReport, Status


def health_route(health: Health, path: str = "/health") -> Door:
    """The door that asks a role how it is."""

    async def show(_: Request) -> Response:
        report = await health.report()
        return answer(report, 503 if report.status is Status.UNHEALTHY else 200)

    answers = {200: HealthReport, 503: HealthReport}
    return Door(path, show, summary="How this role is, and each of its parts.", scopes=PUBLIC, answers=answers)
