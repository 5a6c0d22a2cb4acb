"""`/session`: a page trades a token, once, for a cookie that no script can read. On the dashboard's port only."""

from __future__ import annotations

from typing import Literal

import msgspec
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from seatrial.domain.time import SECOND_NS, rfc3339
from seatrial.services.access import browsers
from seatrial.services.access.admission import (
    ADMISSION,
    HOW_TO_GET_A_TOKEN,
    Admission,
    Caller,
    Kind,
    Turned,
    unauthorized,
)
from seatrial.services.access.gate import ANY_PAGE_OF_OURS, EVERY_SCOPE, TokenGate
from seatrial.services.access.scopes import PUBLIC
from seatrial.services.access.sessions import SESSION_NS_MAX, Session
from seatrial.services.api.doors import Door, turned_answer
from seatrial.services.api.http import answer
from seatrial.services.api.numbers import When
from seatrial.services.api.reading import read_body
from seatrial.services.api.refused import Refusal

PATH = "/session"


class SessionBody(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /session`: the token, as `seatrial token create` printed it."""

    token: str


class SessionAnswer(msgspec.Struct):
    """Who the browser is here, what it may do, and until when (wall time)."""

    name: str
    kind: Literal["session", "local", "token"]
    scopes: list[str]
    expires_at: When | None


class ClosedAnswer(msgspec.Struct):
    """Whether there was a session to end."""

    closed: bool


def session_routes(gate: TokenGate) -> list[BaseRoute]:
    """The three doors. They are public: they are where a browser shows who it is."""
    doors = _SessionDoors(gate)
    return [
        Door(PATH, doors.show, summary="Who am I here?", scopes=PUBLIC, answers={200: SessionAnswer, 401: Refusal}),
        Door(
            PATH,
            doors.open,
            method="POST",
            summary="Trade a token for a session.",
            scopes=PUBLIC,
            body=SessionBody,
            answers={201: SessionAnswer, 401: Refusal, 403: Refusal},
        ),
        Door(
            PATH,
            doors.close,
            method="DELETE",
            summary="End the session.",
            scopes=PUBLIC,
            answers={200: ClosedAnswer},
        ),
    ]


class _SessionDoors:
    def __init__(self, gate: TokenGate) -> None:
        self._gate = gate

    async def show(self, request: Request) -> Response:
        """The session there is; in stage dev a browser on this machine gets one without a token."""
        admission = _admission(request)
        if admission.caller.kind is Kind.SESSION:
            session = self._gate.sessions.by_key(admission.caller.id)
            if session is not None:
                return answer(_told(session))
        if admission.caller.kind is Kind.TOKEN:
            return answer(SessionAnswer(admission.caller.name, "token", sorted(admission.caller.scopes), None))
        if self._gate.is_local(request.scope, request.headers, sites=ANY_PAGE_OF_OURS):
            return self._opened(request, Caller("local", Kind.LOCAL, "local", EVERY_SCOPE), 200)
        return turned_answer(admission.mistaken or unauthorized("no_session", _how()))

    async def open(self, request: Request) -> Response:
        """A session with the scopes of the token."""
        body = await read_body(request, SessionBody)
        if not browsers.same_origin(request.headers):
            return turned_answer(Turned(403, "foreign_origin", "a page of another origin may not sign in here"))
        nobody = _admission(request).caller
        found = self._gate.identify(f"Bearer {body.token}", nobody, PATH)
        return turned_answer(found) if isinstance(found, Turned) else self._opened(request, found, 201)

    async def close(self, request: Request) -> Response:
        """Forget the session, here and in the browser."""
        caller = _admission(request).caller
        if caller.kind is Kind.SESSION:
            self._gate.sessions.close(caller.id)
        response = answer(ClosedAnswer(caller.kind is Kind.SESSION))
        response.headers["set-cookie"] = self._cookie(request, "", 0)
        return response

    def _opened(self, request: Request, caller: Caller, status: int) -> Response:
        secret, session = self._gate.open_session(caller, request.headers.get("host", ""))
        response = answer(_told(session), status)
        response.headers["set-cookie"] = self._cookie(request, secret, SESSION_NS_MAX // SECOND_NS)
        return response

    def _cookie(self, request: Request, secret: str, age_s: int) -> str:
        headers: Headers = request.headers
        encrypted = self._gate.encrypted(request.scope, headers)
        return browsers.set_cookie(headers, secret, age_s=age_s, encrypted=encrypted)


def _admission(request: Request) -> Admission:
    admission: Admission = request.scope[ADMISSION]
    return admission


def _told(session: Session) -> SessionAnswer:
    kind: Literal["session", "local"] = "local" if session.token_id is None else "session"
    return SessionAnswer(session.name, kind, sorted(session.scopes), rfc3339(session.expires_ns))


def _how() -> str:
    return f"there is no session: POST {PATH} with a token opens one; {HOW_TO_GET_A_TOKEN}"
