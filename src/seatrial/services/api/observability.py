"""The doors of observability: are all roles well, is this process alive, can it be used."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from seatrial.domain.time import rfc3339
from seatrial.services.access.admission import Gate
from seatrial.services.access.scopes import PUBLIC
from seatrial.services.api.doors import Door
from seatrial.services.api.envelope import Envelope
from seatrial.services.api.health import health_route
from seatrial.services.api.http import answer, application
from seatrial.services.api.numbers import When
from seatrial.services.health import Status, worst
from seatrial.services.observability.role import Observability, RoleState


class LiveAnswer(msgspec.Struct):
    """This process is alive: it answers."""

    status: Status
    timestamp: When


class ReadyAnswer(msgspec.Struct):
    """Whether the system can be used, and which role keeps it from being so."""

    ready: bool
    status: Status
    timestamp: When
    collectors: dict[str, bool]
    unusable: list[str]


class SystemAnswer(msgspec.Struct):
    """Every role as it answers now."""

    status: Status
    stage: str
    mode: str
    services: dict[str, RoleState]
    timestamp: When


def observability_doors(
    role: Observability, *, new_request_id: Callable[[], str], gate: Gate | None = None
) -> Envelope:
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
        Door("/health/live", live, summary="Is this process alive?", scopes=PUBLIC, answers={200: LiveAnswer}),
        Door(
            "/health/ready",
            ready,
            summary="Can the system be used?",
            scopes=PUBLIC,
            answers={200: ReadyAnswer, 503: ReadyAnswer},
        ),
        Door("/api/system/status", system, summary="Every role as it is now.", answers={200: SystemAnswer}),
    ]
    return application(routes, new_request_id=new_request_id, gate=gate, role="observability")
