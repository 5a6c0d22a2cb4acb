"""The dashboard (3000): the page, the browser's session, and every role's doors under the page's own origin.

One origin means no cross-origin rules to get wrong, and one cookie that no script can read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from seatrial.services.access.admission import Gate
from seatrial.services.access.scopes import PUBLIC
from seatrial.services.api.doors import Door
from seatrial.services.api.envelope import Envelope
from seatrial.services.api.health import health_route
from seatrial.services.api.http import application, refusal
from seatrial.services.health import Health
from seatrial.services.page import INDEX, NOT_BUILT, PageFile, PageFiles

FOREVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"  # kept, and asked about before each use
# Nothing from anywhere else, and no script or style that is not a file of ours.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def dashboard_doors(
    page: PageFiles,
    roles: Mapping[str, ASGIApp],
    session: Sequence[BaseRoute],
    health: Health,
    *,
    new_request_id: Callable[[], str],
    gate: Gate | None = None,
) -> Envelope:
    """The ASGI app of port 3000. `session` are the doors by which a browser gets and loses its cookie."""
    files = _PageDoor(page)
    routes: list[BaseRoute] = [Mount(f"/doors/{role}", doors) for role, doors in roles.items()]
    routes += [health_route(health), *session]
    routes.append(Door("/{name:path}", files.show, summary="The page.", scopes=PUBLIC))
    return application(routes, new_request_id=new_request_id, gate=gate, role="dashboard")


class _PageDoor:
    """Files by name; any other name without a dot is a place in the page, which the page itself finds."""

    def __init__(self, page: PageFiles) -> None:
        self._page = page

    async def show(self, request: Request) -> Response:
        name = request.path_params["name"]
        found = await self._page.find(name or INDEX)
        if found is None and "." not in name.rpartition("/")[2] and not name.startswith("doors/"):
            found = await self._page.find(INDEX)
            if found is None:
                return refusal(503, "page_not_built", NOT_BUILT)
        if found is None:
            return refusal(404, "not_found", f"the page has no file {name}", field="path")
        return _file_answer(request, found)


def _file_answer(request: Request, file: PageFile) -> Response:
    headers = {
        "cache-control": FOREVER if file.lasting else ASK_AGAIN,
        "content-security-policy": POLICY,
        "etag": file.tag,
        "vary": "accept-encoding",
    }
    if request.headers.get("if-none-match") == file.tag:
        return Response(None, 304, headers)
    if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, 200, headers | {"content-encoding": "gzip"}, media_type=file.kind)
    return Response(file.body, 200, headers, media_type=file.kind)
