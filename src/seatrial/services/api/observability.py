"""The doors of observability: are all roles well, is this process alive, can it be used."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from seatrial.domain.time import rfc3339
from seatrial.services.api.health import health_route
from seatrial.services.api.http import answer, application
from seatrial.services.health import Status, worst
from seatrial.services.observability.role import Observability


def observability_doors(role: Observability, *, new_request_id: Callable[[], str]) -> ASGIApp:
    """The ASGI app of port 8000."""

    async def live(_: Request) -> Response:
        return answer({"status": Status.HEALTHY, "timestamp": rfc3339(role.clock.now_ns())})

    async def ready(_: Request) -> Response:
        report = await role.health.report()
        usable = report.status is not Status.UNHEALTHY
        return answer(
            {
                "ready": usable,
                "status": Status.HEALTHY if usable else Status.DEGRADED,
                "timestamp": report.timestamp,
                "collectors": {each.name: each.status is Status.HEALTHY for each in report.components},
                "unusable": [each.name for each in report.components if each.status is Status.UNHEALTHY],
            },
            200 if usable else 503,
        )

    async def system(_: Request) -> Response:
        services = await role.services()
        return answer(
            {
                "status": worst([state.status for state in services.values()]),
                "stage": role.identity.stage,
                "mode": role.identity.mode,
                "services": services,
                "timestamp": rfc3339(role.clock.now_ns()),
            }
        )

    routes = [
        health_route(role.health),
        Route("/health/live", live),
        Route("/health/ready", ready),
        Route("/api/system/status", system),
    ]
    return application(routes, new_request_id=new_request_id)
