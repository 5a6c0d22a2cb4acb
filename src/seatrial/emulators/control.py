"""The control door of an emulated venue: faults in, history out. For tests and drills, on loopback only.

GET  /control/faults    the script and how often each fault struck
POST /control/faults    {"faults": [...]} replaces it
GET  /control/history   the operation history; `?from=N` skips the first N
"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from seatrial.domain.faults import BadSetting
from seatrial.emulators.faults import FaultScript, parse_faults
from seatrial.emulators.history import History

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def control_routes(script: FaultScript, history: History) -> list[Route]:
    """The routes to mount on a venue's application."""

    async def show_faults(request: Request) -> Response:
        return _refused(request) or _json({"faults": script.faults, "struck": script.struck})

    async def set_faults(request: Request) -> Response:
        if refused := _refused(request):
            return refused
        try:
            script.replace(parse_faults(await request.body()))
        except BadSetting as error:
            return _json({"message": str(error)}, 422)
        history.record("control", what=f"{len(script.faults)} faults set")
        return _json({"faults": script.faults, "struck": script.struck})

    async def show_history(request: Request) -> Response:
        if refused := _refused(request):
            return refused
        start = request.query_params.get("from", "0")
        if not start.isdecimal():
            return _json({"message": f"from: accepted is a whole number, was {start!r}"}, 422)
        operations = history.operations
        return _json({"operations": operations[int(start) :], "count": len(operations)})

    return [
        Route("/control/faults", show_faults, methods=["GET"]),
        Route("/control/faults", set_faults, methods=["POST"]),
        Route("/control/history", show_history, methods=["GET"]),
    ]


def _refused(request: Request) -> Response | None:
    if request.client is None or request.client.host not in LOOPBACK:
        return _json({"message": "the control door answers on loopback only"}, 403)
    return None


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
