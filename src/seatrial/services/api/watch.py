"""The doors of watch: its health, and what does not fit."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from seatrial.services.access.admission import Gate
from seatrial.services.api.doors import Door
from seatrial.services.api.envelope import Envelope
from seatrial.services.api.health import health_route
from seatrial.services.api.http import answer, application
from seatrial.services.watch import Watch


class BreakRow(msgspec.Struct):
    """Something that does not fit, and how often in a row it was seen."""

    key: str
    detail: str
    times: int


class BreaksAnswer(msgspec.Struct):
    """What does not fit in the last round, and the halts it led to."""

    breaks: list[BreakRow]
    breaks_to_halt: int
    halts: list[str]


def watch_doors(role: Watch, *, new_request_id: Callable[[], str], gate: Gate | None = None) -> Envelope:
    """The ASGI app of port 5003."""

    async def breaks(_: Request) -> Response:
        seen = [
            {"key": each.key, "detail": each.detail, "times": role.streaks.counts[each.key]} for each in role.breaks
        ]
        return answer({"breaks": seen, "breaks_to_halt": role.streaks.needed, "halts": role.halts})

    routes = [
        health_route(role.health),
        Door("/api/v1/breaks", breaks, summary="What does not fit with the venues.", answers={200: BreaksAnswer}),
    ]
    return application(routes, new_request_id=new_request_id, gate=gate, role="watch")
