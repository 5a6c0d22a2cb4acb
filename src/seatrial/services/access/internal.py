"""How roles call each other: with a token of their own, and with the id of the request they act for."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import structlog

TOKEN_BYTES_MAX = 512


class RoleAuth(httpx.Auth):
    """Adds `Authorization` and `X-Request-ID` to a role's own calls."""

    def __init__(self, token: Callable[[], str | None], new_request_id: Callable[[], str]) -> None:
        self._token = token
        self._new_request_id = new_request_id

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """One request; asked again with a fresh token where the old one was refused, as after a restart."""
        request.headers.setdefault("x-request-id", _request_id() or self._new_request_id())
        token = self._sign(request)
        response = yield request
        if response.status_code == 401 and self._token() != token:
            self._sign(request)
            yield request

    def _sign(self, request: httpx.Request) -> str | None:
        token = self._token()
        if token is not None:
            request.headers["authorization"] = f"Bearer {token}"
        return token


def token_of_file(path: Path) -> Callable[[], str | None]:
    """Reads a token whenever it is needed: its writer replaces it at every start. None where there is none."""

    def read() -> str | None:
        try:
            return path.read_text(encoding="ascii")[:TOKEN_BYTES_MAX].strip() or None
        except (OSError, UnicodeDecodeError):
            return None

    return read


def _request_id() -> str | None:
    found = structlog.contextvars.get_contextvars().get("request_id")
    return found if isinstance(found, str) else None
