"""`GET /openapi.json` for programs and `GET /docs` for people, at every role. Written once, when first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from seatrial import __version__
from seatrial.services.access.scopes import PUBLIC
from seatrial.services.api.docs_page import docs_page
from seatrial.services.api.doors import Door
from seatrial.services.api.openapi import RoleDoors, document, told_of
from seatrial.services.encoding import encode


def description_routes(role: str, routes: Sequence[BaseRoute]) -> list[BaseRoute]:
    """The two doors that describe these routes, and themselves."""

    @cache
    def described() -> bytes:
        return encode(document([RoleDoors(role, told_of([*routes, *own]))], title=title(role), version=__version__))

    @cache
    def page() -> str:
        return docs_page(document([RoleDoors(role, told_of([*routes, *own]))], title=title(role), version=__version__))

    async def openapi(_: Request) -> Response:
        return Response(described(), media_type="application/json")

    async def docs(_: Request) -> Response:
        return HTMLResponse(page())

    own: list[BaseRoute] = [
        Door("/openapi.json", openapi, summary="This description, for programs.", scopes=PUBLIC),
        Door("/docs", docs, summary="This description, for people.", scopes=PUBLIC, answers={200: "text/html"}),
    ]
    return own


def title(role: str) -> str:
    """What a description is called."""
    return f"Seatrial {role}"
