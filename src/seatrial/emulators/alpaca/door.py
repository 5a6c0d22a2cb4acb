"""What every door of the emulated Alpaca does first: who asks, may he ask now, and how to say no in JSON."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from seatrial.domain.faults import RequestFault
from seatrial.domain.time import MINUTE_NS, SECOND_NS, Clock
from seatrial.emulators.alpaca.identity import Identity
from seatrial.emulators.alpaca.refusals import MALFORMED, RATE, Refusal

RATE_PER_MINUTE = 200
BODY_BYTES_MAX = 65_536
UNAUTHORIZED = b'{"message":"unauthorized."}'


class Credential(NamedTuple):
    """What opens an account's doors."""

    key: str
    secret: str
    account: str


class Keys:
    """The credentials the venue knows."""

    def __init__(self, credentials: Mapping[str, Credential]) -> None:
        self._credentials = credentials

    def account(self, key: str, secret: str) -> str | None:
        """Whose key it is; None for a wrong key or secret."""
        known = self._credentials.get(key)
        if known is None or not hmac.compare_digest(known.secret.encode(), secret.encode()):
            return None
        return known.account

    def account_of(self, request: Request) -> str | None:
        """By the two headers, or by HTTP basic authentication."""
        key = request.headers.get("apca-api-key-id")
        if key is not None:
            return self.account(key, request.headers.get("apca-api-secret-key", ""))
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            key, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return self.account(key, secret)


class RateWindow:
    """So many requests per account and minute of API time; windows are aligned to the clock."""

    def __init__(self, api_clock: Clock, per_minute: int) -> None:
        self._api_clock = api_clock
        self._per_minute = per_minute
        self._window = -1
        self._used: dict[str, int] = {}

    def take(self, account: str) -> tuple[bool, dict[str, str]]:
        """Whether a request may pass, and the headers that say how many are left."""
        window = self._api_clock.now_ns() // MINUTE_NS
        if window != self._window:
            self._window, self._used = window, {}
        used = self._used.get(account, 0)
        allowed = used < self._per_minute
        if allowed:
            used = self._used[account] = used + 1
        return allowed, {
            "X-RateLimit-Limit": str(self._per_minute),
            "X-RateLimit-Remaining": str(self._per_minute - used),
            "X-RateLimit-Reset": str((window + 1) * MINUTE_NS // SECOND_NS),
        }


Endpoint = Callable[[Request, str], Awaitable[Response]]


class Door:
    """Makes routes out of endpoints `(request, account) -> response`.

    Endpoints raise `Refusal` or `RequestFault`; the door answers with the venue's JSON.
    """

    def __init__(self, keys: Keys, rates: RateWindow, identity: Identity, api_clock: Clock) -> None:
        self._keys = keys
        self._rates = rates
        self._identity = identity
        self._api_clock = api_clock
        self._requests = 0

    def route(self, path: str, endpoint: Endpoint, method: str = "GET") -> Route:
        """A route behind this door."""

        async def enter(request: Request) -> Response:
            return await self._enter(request, endpoint)

        return Route(path, enter, methods=[method])

    async def _enter(self, request: Request, endpoint: Endpoint) -> Response:
        self._requests += 1
        request_id = self._identity.uuid("request", f"{self._api_clock.now_ns()} {self._requests}")
        account = self._keys.account_of(request)
        if account is None:
            response = Response(UNAUTHORIZED, 401, media_type="application/json")
        else:
            allowed, headers = self._rates.take(account)
            try:
                _check_bounds(request, allowed=allowed)
                response = await endpoint(request, account)
            except Refusal as refusal:
                response = answer(refusal.body, refusal.status)
            except RequestFault as fault:
                response = answer({"code": MALFORMED, "message": str(fault)}, 422)
            response.headers.update(headers)
        response.headers["X-Request-ID"] = request_id
        return response


def _check_bounds(request: Request, *, allowed: bool) -> None:
    if not allowed:
        raise Refusal(429, RATE, "too many requests.")
    if int(request.headers.get("content-length") or 0) > BODY_BYTES_MAX:
        raise Refusal(413, MALFORMED, f"the body is larger than {BODY_BYTES_MAX} bytes")


def answer(body: object, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(body), status, media_type="application/json")


async def not_a_door(_: Request, error: Exception) -> Response:
    """Unknown paths and wrong methods, in JSON as everything else."""
    assert isinstance(error, HTTPException)
    code = 40410000 if error.status_code == 404 else 40510000
    return answer({"code": code, "message": f"{error.detail.lower()}."}, error.status_code)
