"""What all doors share: one envelope around every answer, one shape for every refusal, one bounded way in.

A refusal is always `{"error": code, "field", "accepted", "message"}`: which input was wrong and what would
have been right. `application` puts an app into its envelope: HEAD wherever GET, `X-Request-ID` echoed or
given, 404, 405 and faults as JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

import structlog
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seatrial.domain.faults import JournalFault, RequestFault, VenueFault
from seatrial.services.encoding import encode

REQUEST_ID_LENGTH_MAX = 128

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
    routes: Sequence[BaseRoute], *, new_request_id: Callable[[], str], lifespan: Lifespan | None = None
) -> ASGIApp:
    """An ASGI app of these routes in its envelope. `new_request_id` names requests that bring no id."""
    doors = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={
            HTTPException: _http_refusal,
            RequestFault: _request_refusal,
            VenueFault: _unavailable,
            JournalFault: _unavailable,
            Exception: _internal,
        },
    )
    return Envelope(doors, new_request_id)


class Envelope:
    """Around every HTTP answer: the request's id in its headers and in its log lines, no body after HEAD."""

    def __init__(self, doors: ASGIApp, new_request_id: Callable[[], str]) -> None:
        self._doors = doors
        self._new_request_id = new_request_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._doors(scope, receive, send)
            return
        request_id = _echoable(Headers(scope=scope).get("x-request-id")) or self._new_request_id()
        head = scope["method"] == "HEAD"

        async def enveloped(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = request_id
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self._doors(scope, receive, enveloped)


def _echoable(request_id: str | None) -> str | None:
    """A caller's id, unless it could spoil a log line."""
    if request_id and len(request_id) <= REQUEST_ID_LENGTH_MAX and request_id.isascii() and request_id.isprintable():
        return request_id
    return None


# ---------------------------------------------------- faults become answers


async def _request_refusal(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestFault)
    return refusal(422, "invalid_field", str(fault), field=fault.field, accepted=fault.accepted)


async def _http_refusal(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    headers = fault.headers or {}
    path, methods = request.url.path, headers.get("Allow", "")
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
