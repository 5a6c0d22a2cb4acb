"""Doors with a fixed path are found in a table and answer at once; whatever else comes goes through Starlette.

Starlette tries its routes one after another and wraps each answer three times. Here a door is asked and answers, and
a fault becomes the same answer by the same table of faults.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from seatrial.services.api.doors import Door

FaultAnswer = Callable[[Request, Exception], Awaitable[Response]]


class StraightDoors:
    """An app and the way around it.

    Args:
        routes: the app's, in its order: of two that match a request the first one answers.
        faults: answers by type of fault; that of `Exception` is for bugs, which are raised again after it.
    """

    def __init__(
        self, app: Starlette, routes: Sequence[BaseRoute], faults: Mapping[type[Exception], FaultAnswer]
    ) -> None:
        self._app = app
        self._faults = faults
        self._expected = tuple(kind for kind in faults if kind is not Exception)
        self._doors = {
            (method, route.path): route
            for route in routes
            if isinstance(route, Door) and not route.param_convertors
            for method in route.methods or ()
            if _first(routes, method, route.path) is route
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, one stream or the app's life."""
        door = None
        if scope["type"] == "http" and not scope.get("root_path"):
            door = self._doors.get((scope["method"], scope["path"]))
        if door is None:
            await self._app(scope, receive, send)
            return
        scope["app"] = self._app
        request = Request(scope, receive, send)
        try:
            response = door.shut(scope) or await door.endpoint(request)
        except self._expected as fault:
            response = await self._answer(request, fault)
        except Exception as fault:
            await (await self._faults[Exception](request, fault))(scope, receive, send)
            raise  # the server logs it
        await response(scope, receive, send)

    async def _answer(self, request: Request, fault: Exception) -> Response:
        kind = next(kind for kind in type(fault).__mro__ if kind in self._faults)
        return await self._faults[kind](request, fault)


def _first(routes: Sequence[BaseRoute], method: str, path: str) -> BaseRoute | None:
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    return next((route for route in routes if route.matches(scope)[0] is Match.FULL), None)
