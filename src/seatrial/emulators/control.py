"""The control door of an emulated venue: faults in, history out. For tests and drills, on this machine only.

GET    /control/faults          the script and how often each fault struck
PUT    /control/faults          {"faults": [...]} replaces it
POST   /control/faults          {"faults": [...]} adds to it; a name that is there is set anew
DELETE /control/faults          nothing goes wrong any more; with `/control/faults/NAME`, only that
GET    /control/faults/kinds    the catalogue
GET    /control/history         the operation history; `?from=N` skips what came up to number N

Guarded: from loopback, under a loopback name, and never from a web page (a browser says `Origin`).
"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from seatrial.domain.faults import BadSetting, RequestFault
from seatrial.emulators.faults.catalogue import CATALOGUE, takes
from seatrial.emulators.faults.document import parse_faults
from seatrial.emulators.faults.script import FaultScript
from seatrial.emulators.history import History

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
BODY_BYTES_MAX = 1 << 20


class ControlDoor:
    """Faults in, history out."""

    def __init__(self, script: FaultScript, history: History) -> None:
        self._script = script
        self._history = history

    def routes(self) -> list[Route]:
        """To mount on a venue's application."""
        return [
            Route("/control/faults", self.faults, methods=["GET", "PUT", "POST", "DELETE"]),
            Route("/control/faults/kinds", self.kinds, methods=["GET"]),
            Route("/control/faults/{name:path}", self.remove, methods=["DELETE"]),
            Route("/control/history", self.history, methods=["GET"]),
        ]

    async def faults(self, request: Request) -> Response:
        """Show, replace, add to or clear the script."""
        if refused := _refused(request):
            return refused
        if request.method in ("PUT", "POST"):
            try:
                given = parse_faults(await _body(request))
                (self._script.replace if request.method == "PUT" else self._script.add)(given)
            except BadSetting as error:
                return _json({"message": str(error)}, 422)
            verb = "set" if request.method == "PUT" else "added"
            self._history.record("control", what=f"{len(given)} faults {verb}")
        elif request.method == "DELETE":
            self._script.replace([])
            self._history.record("control", what="0 faults set")
        return self._shown()

    async def remove(self, request: Request) -> Response:
        """Take one fault out."""
        if refused := _refused(request):
            return refused
        name = request.path_params["name"]
        try:
            self._script.remove(name)
        except RequestFault as fault:
            return _json({"message": str(fault)}, 404)
        self._history.record("control", what=f"{name} removed")
        return self._shown()

    async def kinds(self, request: Request) -> Response:
        """What there is to set."""
        cards = {
            kind: {"where": card.where, "takes": takes(kind), "meets": card.meets} for kind, card in CATALOGUE.items()
        }
        return _refused(request) or _json({"kinds": cards})

    async def history(self, request: Request) -> Response:
        """What happened."""
        if refused := _refused(request):
            return refused
        start = request.query_params.get("from", "0")
        if not start.isdecimal():
            return _json({"message": f"from: accepted is a whole number, was {start!r}"}, 422)
        return _json({"operations": self._history.since(int(start)), "count": self._history.count})

    def _shown(self) -> Response:
        return _json({"faults": self._script.faults, "struck": self._script.struck})


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise BadSetting(f"faults: accepted are at most {BODY_BYTES_MAX} bytes")
    return bytes(body)


def _refused(request: Request) -> Response | None:
    name = request.headers.get("host", "").rsplit(":", 1)[0].strip("[]").lower()
    elsewhere = request.client is None or request.client.host not in LOOPBACK
    if elsewhere or "origin" in request.headers or ("." in name and name not in LOOPBACK):
        return _json({"message": "the control door answers on loopback only, and to no web page"}, 403)
    return None


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
