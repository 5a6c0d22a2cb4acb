"""The REST door: raw bytes in, JSON and the venue's headers out. Whatever comes in, nothing here is a 500.

A request is weighed, then authenticated, then served, in that order, as the venue does. Errors carry
`Content-Type: application/json` like everything else: some clients lose code and text without it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import cache, partial
from random import Random
from typing import NamedTuple

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
from seatrial.emulators.binance.orders import MS, TimeUnit
from seatrial.emulators.binance.parameters import Parameters, merge
from seatrial.emulators.binance.signature import rest_payload
from seatrial.emulators.swift_http import Respond, Swift

BODY_BYTES_MAX = 64 * 1024
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
TIME_UNITS = {"MILLISECOND": False, "MICROSECOND": True}


class _Answer(Response):
    """An answer; once it is sent, or could not be, the events it came before may be told."""

    release: contextlib.ExitStack | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.release or contextlib.nullcontext():
            await super().__call__(scope, receive, send)


class _Request(NamedTuple):
    """What of a request counts here. `query` is raw."""

    method: str
    path: str
    query: bytes
    address: str
    key: str | None
    time_unit: str | None


class _Told(NamedTuple):
    """An answer before it has the headers that only its sending knows."""

    status: int
    body: object
    headers: dict[str, str]


class RestDoor:
    """Serves `/api/v3` and the few SAPI paths that clients ask at their start."""

    def __init__(self, desk: Desk, ids: Random) -> None:
        self._desk = desk
        self._ids = ids
        played = everything(listen_keys=desk.listen_keys is not None)
        self._endpoints = {one.rest: one for one in played if one.rest is not None}
        self._swift = {(method.encode(), path.encode()) for method, path in self._endpoints}

    def routes(self) -> list[Route]:
        """One route for every path: an unknown one gets the venue's kind of answer, too."""
        return [Route("/{path:path}", self.serve, methods=METHODS)]

    async def serve(self, request: Request) -> Response:
        """Answer one request."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._desk.told_in_order())
            address = request.client.host if request.client else UNKNOWN_ADDRESS
            key, unit = request.headers.get("X-MBX-APIKEY"), request.headers.get("X-MBX-TIME-UNIT")
            asked = _Request(request.method, request.url.path, request.scope["query_string"], address, key, unit)
            body = await _read_body(request) if (asked.method, asked.path) in self._endpoints else b""
            told = self._told(asked, body)
            await self._desk.spot.clearing.settling.durable()
            response = _Answer(msgspec.json.encode(told.body), told.status, self._headed(told, address))
            response.release = stack.pop_all()
        return response

    def swift(self, method: bytes, target: bytes, address: str) -> Swift | None:
        """The same without ASGI around it, for servers that can: every path that is served at all."""
        path, _, query = target.partition(b"?")
        return partial(self._serve_swiftly, method, path, query, address) if (method, path) in self._swift else None

    def _serve_swiftly(
        self,
        method: bytes,
        path: bytes,
        query: bytes,
        address: str,
        headers: Sequence[tuple[bytes, bytes]],
        body: bytes,
        respond: Respond,
    ) -> None:
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._desk.told_in_order())
            key, unit = _first(headers, b"x-mbx-apikey"), _first(headers, b"x-mbx-time-unit")
            told = self._told(_Request(method.decode(), path.decode(), query, address, key, unit), body)
            held = stack.pop_all()

        def durable() -> None:
            with held:
                said = msgspec.json.encode(told.body)
                headed = {**self._headed(told, address), "content-length": str(len(said))}
                respond(told.status, [(_written(name), text.encode()) for name, text in headed.items()], said)

        self._desk.spot.clearing.settling.when_durable(durable)

    def _told(self, asked: _Request, body: bytes) -> _Told:
        headers: dict[str, str] = {}
        try:
            return _Told(200, self._answer(asked, body, headers), headers)
        except refusals.Refusal as refusal:
            if refusal.retry_after_s is not None:
                headers["Retry-After"] = str(refusal.retry_after_s)
            return _Told(refusal.status, refusal.body(), headers)

    def _headed(self, told: _Told, address: str) -> dict[str, str]:
        used = str(self._desk.weights.used(address))
        weights = {"X-MBX-USED-WEIGHT": used, "X-MBX-USED-WEIGHT-1M": used, "x-mbx-uuid": self._uuid()}
        return told.headers | weights | {"content-type": "application/json;charset=UTF-8"}

    def _answer(self, asked: _Request, body: bytes, headers: dict[str, str]) -> object:
        endpoint = self._endpoints.get((asked.method, asked.path))
        if endpoint is None:
            self._desk.weights.charge(asked.address, 1)
            raise refusals.path_unknown()
        if len(body) > BODY_BYTES_MAX:
            raise refusals.body_too_large()
        values = _merged(asked.query, body)
        weight = endpoint.weight_of(values)
        self._desk.weights.charge(asked.address, weight)
        if isinstance(values, _Malformed):
            raise values.refusal
        call = Call(
            parameters := Parameters(values),
            _time_unit(asked.time_unit),
            self._holder(endpoint, asked.key, parameters, rest_payload(asked.query, body)),
        )
        answer = self._desk.serve(endpoint, call)
        if endpoint.weightless:
            self._desk.weights.give_back(asked.address, weight)
        if endpoint.places:
            headers |= call.account.meter.headers()
        return answer

    def _holder(self, endpoint: Endpoint, key: str | None, parameters: Parameters, payload: bytes) -> Account | None:
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
            break  # it is refused
    return bytes(body)


def _first(headers: Sequence[tuple[bytes, bytes]], wanted: bytes) -> str | None:
    for name, value in headers:
        if name == wanted:
            return value.decode("latin-1")
    return None


@cache
def _written(name: str) -> bytes:
    return name.lower().encode()


def _time_unit(header: str | None) -> TimeUnit:
    if header is None:
        return MS
    if header.upper() not in TIME_UNITS:
        raise refusals.bad_time_unit()
    return TimeUnit(TIME_UNITS[header.upper()])
