"""What all doors share: one envelope around every answer, one shape for every refusal, one bounded way in.

A refusal is always `{"error": code, "field", "accepted", "message"}`: which input was wrong and what would
have been right. `application` puts an app into its envelope: HEAD wherever GET, `X-Request-ID` echoed or
given, 404, 405 and faults as JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from seatrial.domain.faults import JournalFault, RequestFault, VenueFault
from seatrial.services.access.admission import Gate
from seatrial.services.api.description_doors import description_routes
from seatrial.services.api.envelope import Envelope
from seatrial.services.api.metrics_page import metrics_door
from seatrial.services.api.straight import FaultAnswer, StraightDoors
from seatrial.services.encoding import encode
from seatrial.services.observability.meters import RoleMeters

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def answer(payload: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(encode(payload), status, headers, media_type="application/json")


def refusal(
    status: int, error: str, message: str, *, field: str | None = None, accepted: str | None = None, **more: object
) -> Response:
    """A refusal; `more` adds fields of its own, such as a risk rule's `code`, `limit` and `actual`."""
    return answer({"error": error, "field": field, "accepted": accepted, "message": message, **more}, status)


def application(
    routes: Sequence[BaseRoute],
    *,
    new_request_id: Callable[[], str],
    gate: Gate | None = None,
    role: str | None = None,
    lifespan: Lifespan | None = None,
) -> Envelope:
    """An ASGI app of these routes in its envelope. `new_request_id` names requests that bring no id.

    Without a gate (simulation, rehearsal, unit tests) everybody may do everything. An app with a `role`
    counts its requests, tells them at /metrics, and describes itself at /openapi.json and /docs.
    """
    meters = RoleMeters(role) if role else None
    counted = [metrics_door(meters), *routes] if meters else list(routes)
    # Before the role's own: a door to every other path, as a page has, must not hide them.
    every = [*description_routes(role, counted), *counted] if role else counted
    faults: dict[type[Exception], FaultAnswer] = {
        HTTPException: _http_refusal,
        RequestFault: _request_refusal,
        VenueFault: _unavailable,
        JournalFault: _unavailable,
        Exception: _internal,
    }
    doors = Starlette(routes=every, lifespan=lifespan, exception_handlers={**faults})
    return Envelope(StraightDoors(doors, every, faults), every, new_request_id, gate, meters)


# ---------------------------------------------------- faults become answers


async def _request_refusal(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestFault)
    return refusal(422, "invalid_field", str(fault), field=fault.field, accepted=fault.accepted)


async def _http_refusal(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    headers = dict(fault.headers or {})
    path, methods = request.url.path, ""
    if fault.status_code == 405:
        headers["Allow"] = methods = ", ".join(_methods_at(request))
    match fault.status_code:
        case 404:
            refused = refusal(404, "not_found", f"nothing answers at {path}", field="path")
        case 405:
            text = f"{request.method} does not work at {path}, but {methods} does"
            refused = refusal(405, "method_not_allowed", text, field="method", accepted=methods)
        case 413:
            refused = refusal(413, "too_large", fault.detail, field="body", accepted=fault.detail)
        case 400:
            refused = refusal(400, "malformed", fault.detail, field="body", accepted="a JSON object")
        case status:
            refused = refusal(status, "refused", fault.detail)
    refused.headers.update(headers)
    return refused


async def _unavailable(_: Request, fault: Exception) -> Response:
    code = "journal_unavailable" if isinstance(fault, JournalFault) else "venue_unavailable"
    return refusal(503, code, str(fault))


async def _internal(_: Request, __: Exception) -> Response:
    return refusal(500, "internal", "a bug: the log has it under this answer's X-Request-ID")


def _methods_at(request: Request) -> list[str]:
    """Every method that works at a request's path, whichever door is first in the list."""
    found: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is Match.PARTIAL:
            found |= getattr(route, "methods", None) or set()
    return sorted(found)
