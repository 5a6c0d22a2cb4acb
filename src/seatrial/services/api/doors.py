"""A door that tells what it is. The gate, the scope matrix and the OpenAPI page all read it, so none can lie.

Door("/orders", self.place, method="POST", summary="Place one order.", scopes=TRADE,
     body=OrderBody, answers={202: OrderAnswer})
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from seatrial.services.access.scopes import LOOK, Scope

Endpoint = Callable[[Request], Awaitable[Response]]


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
    where it is described by words alone. `always` doors reduce risk: no limiter and no journal keeps them shut.
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
    """One path and one method. `HEAD` answers wherever `GET` does."""

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
