"""A door that tells what it is. The gate, the scope matrix and the OpenAPI page all read it, so none can lie.

Door("/orders", self.place, method="POST", summary="Place one order.", scopes=TRADE,
     body=OrderBody, answers={202: OrderAnswer})
Stream("/stream", self.serve, summary="Ticks, quotes and bars.")
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount, Route, WebSocketRoute
from starlette.types import Receive, Send
from starlette.types import Scope as Asgi
from starlette.websockets import WebSocket

from seatrial.services.access.admission import ADMISSION, Admission, Turned
from seatrial.services.access.scopes import LOOK, Scope
from seatrial.services.encoding import encode

DOOR = "seatrial.door"  # where an ASGI scope carries the path of the door it came to, as the door declares it
POLICY_VIOLATION = 1008  # the WebSocket close code of a caller that may not

Endpoint = Callable[[Request], Awaitable[Response]]
StreamEndpoint = Callable[[WebSocket], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter. `kind` is a type msgspec can describe: `str`, `int`, a `Literal`."""

    name: str
    kind: Any = str
    meaning: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a door tells about itself.

    `body` is the type its JSON body is read into; `answers` maps a status to the type of its body, None
    where it is described by words alone, a `str` where it is a media type that is not JSON. `always` doors
    reduce risk: no limiter and no journal keeps them shut. `method` is `WS` for a stream.
    """

    method: str
    path: str
    summary: str
    scopes: frozenset[Scope]
    body: Any = None
    answers: Mapping[int, Any] = field(default_factory=dict)
    parameters: Sequence[Parameter] = ()
    always: bool = False


class Door(Route):
    """One path and one method. `HEAD` answers wherever `GET` does. The gate's word is kept before the body is read."""

    def __init__(
        self,
        path: str,
        endpoint: Endpoint,
        *,
        method: str = "GET",
        summary: str,
        scopes: frozenset[Scope] = LOOK,
        body: Any = None,
        answers: Mapping[int, Any] | None = None,
        parameters: Sequence[Parameter] = (),
        always: bool = False,
    ) -> None:
        told: dict[int, Any] = dict(answers or {HTTPStatus.OK: None})
        self.told = Told(method, path, summary, scopes, body, told, tuple(parameters), always)
        super().__init__(path, endpoint, methods=[method])

    async def handle(self, scope: Asgi, receive: Receive, send: Send) -> None:
        """Answer, or turn the caller away."""
        shut = self.shut(scope)
        if shut is None:
            await super().handle(scope, receive, send)
        else:
            await shut(scope, receive, send)

    def shut(self, scope: Asgi) -> Response | None:
        """The answer to somebody who may not come in; None where the door opens. Leaves its path in the scope."""
        scope[DOOR] = self.told.path
        turned = _turned(scope, self.told) if scope["method"] in (self.methods or ()) else None
        return None if turned is None else turned_answer(turned)


class Stream(WebSocketRoute):
    """One WebSocket. Whoever may not come in is told so before the handshake ends."""

    def __init__(
        self, path: str, endpoint: StreamEndpoint, *, summary: str, scopes: frozenset[Scope] = LOOK, says: Any = None
    ) -> None:
        self.told = Told("WS", path, summary, scopes, body=says)
        super().__init__(path, endpoint)

    async def handle(self, scope: Asgi, receive: Receive, send: Send) -> None:
        """Serve, or turn the caller away: with an answer where the server can give one, else by closing."""
        turned = _turned(scope, self.told)
        if turned is None:
            await super().handle(scope, receive, send)
            return
        await refuse_stream(turned, scope, receive, send)


async def refuse_stream(turned: Turned, scope: Asgi, receive: Receive, send: Send) -> None:
    """No to a WebSocket that has not been accepted yet."""
    if "websocket.http.response" in (scope.get("extensions") or {}):
        websocket = WebSocket(scope, receive, send)
        await websocket.send_denial_response(turned_answer(turned))
    else:
        await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": turned.error})


def turned_answer(turned: Turned) -> Response:
    """The answer to somebody who is turned away, in the shape of every refusal."""
    said: dict[str, object] = {
        "error": turned.error,
        "field": None,
        "accepted": turned.accepted,
        "message": turned.message,
    }
    if turned.needed is not None:
        said |= {"needed": turned.needed, "held": turned.held}
    return Response(encode(said), turned.status, dict(turned.headers), media_type="application/json")


def opens_always(routes: Sequence[BaseRoute], scope: Asgi) -> bool:
    """Whether a request is for a door that no limiter may keep shut, also behind a mounted app's path."""
    for route in routes:
        match, child = route.matches(scope)
        if match is not Match.FULL:
            continue
        if isinstance(route, Door):
            return route.told.always
        behind = getattr(route.app, "routes", ()) if isinstance(route, Mount) else ()
        return opens_always(behind, {**scope, **child})
    return False


def _turned(scope: Asgi, told: Told) -> Turned | None:
    admission: Admission | None = scope.get(ADMISSION)
    return None if admission is None else admission.turned(told.scopes)
