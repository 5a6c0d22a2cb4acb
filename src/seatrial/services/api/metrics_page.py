"""`GET /metrics` of every role: what it counts about itself, as Prometheus reads it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from seatrial.services.api.doors import Door
from seatrial.services.observability.meters import CONTENT_TYPE, RoleMeters

MEDIA_TYPE = "text/plain"


def metrics_door(meters: RoleMeters) -> Door:
    """The door of one role's registry."""

    async def page(_: Request) -> Response:
        return Response(meters.page(), headers={"content-type": CONTENT_TYPE})

    return Door("/metrics", page, summary="Metrics of this role, for Prometheus.", answers={200: MEDIA_TYPE})
