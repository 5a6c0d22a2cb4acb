"""The REST door: raw bytes in, JSON and the venue's headers out. Whatever comes in, nothing here is a 500.

A request is weighed, then authenticated, then served, in that order, as the venue does. Errors carry
`Content-Type: application/json` like everything else: some clients lose code and text without it.
"""

from __future__ import annotations

import contextlib
from random import Random

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.connections import UNKNOWN_ADDRESS
from seatrial.emulators.binance.desk import Call, Desk, Endpoint
from seatrial.emulators.binance.everything import everything
from seatrial.emulators.binance.orders import TimeUnit
from seatrial.emulators.binance.parameters import Parameters, merge
from seatrial.emulators.binance.signature import rest_payload

BODY_BYTES_MAX = 64 * 1024
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
TIME_UNITS = {"MILLISECOND": False, "MICROSECOND": True}


class _Answer(Response):
    """An answer; once it is sent, or could not be, the events it came before may be told."""

    release: contextlib.ExitStack | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.release or contextlib.nullcontext():
            await super().__call__(scope, receive, send)


class RestDoor:
    """Serves `/api/v3` and the few SAPI paths that clients ask at their start."""

    def __init__(self, desk: Desk, ids: Random) -> None:
        self._desk = desk
        self._ids = ids
        played = everything(listen_keys=desk.listen_keys is not None)
        self._endpoints = {one.rest: one for one in played if one.rest is not None}

    def routes(self) -> list[Route]:
        """One route for every path: an unknown one gets the venue's kind of answer, too."""
        return [Route("/{path:path}", self.serve, methods=METHODS)]

    async def serve(self, request: Request) -> Response:
        """Answer one request."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._desk.told_in_order())
            response = await self._respond(request)
            response.release = stack.pop_all()
        return response

    async def _respond(self, request: Request) -> _Answer:
        address = request.client.host if request.client else UNKNOWN_ADDRESS
        headers: dict[str, str] = {}
        try:
            body = await self._answer(request, address, headers)
            status = 200
        except refusals.Refusal as refusal:
            body, status = refusal.body(), refusal.status
            if refusal.retry_after_s is not None:
                headers["Retry-After"] = str(refusal.retry_after_s)
        await self._desk.spot.clearing.settling.durable()
        used = str(self._desk.weights.used(address))
        headers |= {"X-MBX-USED-WEIGHT": used, "X-MBX-USED-WEIGHT-1M": used, "x-mbx-uuid": self._uuid()}
        return _Answer(msgspec.json.encode(body), status, headers, media_type="application/json;charset=UTF-8")

    async def _answer(self, request: Request, address: str, headers: dict[str, str]) -> object:
        endpoint = self._endpoints.get((request.method, request.url.path))
        if endpoint is None:
            self._desk.weights.charge(address, 1)
            raise refusals.path_unknown()
        query: bytes = request.scope["query_string"]
        body = await _read_body(request)
        values = _merged(query, body)
        weight = endpoint.weight_of(values)
        self._desk.weights.charge(address, weight)
        if isinstance(values, _Malformed):
            raise values.refusal
        call = Call(
            parameters := Parameters(values),
            _time_unit(request.headers.get("X-MBX-TIME-UNIT")),
            self._holder(endpoint, request, parameters, rest_payload(query, body)),
        )
        answer = self._desk.serve(endpoint, call)
        if endpoint.weightless:
            self._desk.weights.give_back(address, weight)
        if endpoint.places:
            headers |= call.account.meter.headers()
        return answer

    def _holder(self, endpoint: Endpoint, request: Request, parameters: Parameters, payload: bytes) -> Account | None:
        key = request.headers.get("X-MBX-APIKEY")
        if endpoint.security == "signed":
            return self._desk.authenticate(key, parameters, payload)
        return self._desk.account_of(key) if endpoint.security == "key" else None

    def _uuid(self) -> str:
        digits = f"{self._ids.getrandbits(128):032x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


class _Malformed(dict[str, str]):
    """Parameters that could not be read: weighed like an empty request, then refused."""

    def __init__(self, refusal: refusals.Refusal) -> None:
        super().__init__()
        self.refusal = refusal


def _merged(query: bytes, body: bytes) -> dict[str, str]:
    try:
        return merge(query, body)
    except refusals.Refusal as refusal:
        return _Malformed(refusal)


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise refusals.body_too_large()
    return bytes(body)


def _time_unit(header: str | None) -> TimeUnit:
    if header is None:
        return TimeUnit()
    if header.upper() not in TIME_UNITS:
        raise refusals.bad_time_unit()
    return TimeUnit(TIME_UNITS[header.upper()])
