"""What every door of the emulated Alpaca does first: who asks, may he ask now, and how to say no in JSON.

Every answer carries a request id, and every answer to somebody known what is left of his rate limit: those of unknown
paths and wrong methods too.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from seatrial.domain.faults import RequestFault
from seatrial.emulators.alpaca.identity import Identity
from seatrial.emulators.alpaca.keys import Keys, RawHeaders
from seatrial.emulators.alpaca.rates import Headers, RateWindow
from seatrial.emulators.alpaca.refusals import MALFORMED, NOT_FOUND, NOT_METHOD, RATE, Refusal

BODY_BYTES_MAX = 65_536
NO_CONTENT = 204
JSON = (b"content-type", b"application/json; charset=UTF-8")

Endpoint = Callable[[Request, str], Awaitable[Response]]
Respond = Callable[[int, Headers, bytes], None]
Swift = Callable[[RawHeaders, bytes, Respond], None]

_ENCODER = msgspec.json.Encoder()


class Doorway(NamedTuple):
    """A path with `{names}` in it, a method, and who answers: `(request, account) -> response`.

    Endpoints raise `Refusal` or `RequestFault`; the door answers with the venue's JSON.
    """

    path: str
    endpoint: Endpoint
    method: str = "GET"


class Entry(NamedTuple):
    """Somebody at the door: an account or nobody, whether he may pass, and headers for the answer."""

    account: str | None
    allowed: bool
    headers: Headers


class Door:
    """The venue's HTTP as an ASGI application; what is not HTTP goes to `streams`, and so does `/control`."""

    def __init__(
        self,
        doorways: Sequence[Doorway],
        streams: ASGIApp,
        *,
        keys: Keys,
        rates: RateWindow,
        identity: Identity,
        swift: Callable[[Door], dict[tuple[bytes, bytes], Swift]],
    ) -> None:
        self._streams = streams
        self._keys = keys
        self._rates = rates
        self._request_prefix = identity.uuid("requests", "")[:24]
        self._requests = 0
        self._plain: dict[str, dict[str, Endpoint]] = {}
        self._patterns: list[tuple[re.Pattern[str], dict[str, Endpoint]]] = []
        for path in dict.fromkeys(doorway.path for doorway in doorways):
            methods = {doorway.method: doorway.endpoint for doorway in doorways if doorway.path == path}
            if "{" in path:
                self._patterns.append((_pattern(path), methods))
            else:
                self._plain[path] = methods
        self._swift = swift(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"].startswith("/control"):
            await self._streams(scope, receive, send)
            return
        entry = self.enter(scope["headers"])
        status, body, more = await self._answer(scope, receive, entry)
        told = [*(head(body) if status != NO_CONTENT else ()), *more, *entry.headers]
        await send({"type": "http.response.start", "status": status, "headers": told})
        await send({"type": "http.response.body", "body": body})

    def swift(self, method: bytes, target: bytes, address: str) -> Swift | None:
        """Who answers a request of that method and path without ASGI, for servers that can; None for most."""
        return self._swift.get((method, target))

    def enter(self, headers: RawHeaders) -> Entry:
        """Somebody comes to the door."""
        self._requests += 1
        request_id = (b"x-request-id", f"{self._request_prefix}{self._requests:012x}".encode())
        account = self._keys.account_of(headers)
        if account is None:
            return Entry(None, False, [request_id])
        allowed, told = self._rates.take(account)
        told.append(request_id)
        return Entry(account, allowed, told)

    async def _answer(self, scope: Scope, receive: Receive, entry: Entry) -> tuple[int, bytes, Headers]:
        try:
            check_entry(entry)
            endpoint = self._endpoint(scope)
            response = await endpoint(Request(scope, receive), entry.account or "")
        except (Refusal, RequestFault) as fault:
            return (*refusal_of(fault), [])
        own = {b"content-length", b"content-type"}
        more = [header for header in response.raw_headers if header[0] not in own]
        return response.status_code, bytes(response.body), more

    def _endpoint(self, scope: Scope) -> Endpoint:
        path, method = scope["path"], scope["method"]
        methods, names = self._plain.get(path), {}
        if methods is None:
            for pattern, offered in self._patterns:
                found = pattern.fullmatch(path)
                if found is not None:
                    methods, names = offered, found.groupdict()
                    break
        if methods is None:
            raise Refusal(404, NOT_FOUND, "endpoint not found.")
        if method not in methods:
            raise Refusal(405, NOT_METHOD, "method not allowed.")
        scope["path_params"] = names
        return methods[method]


def check_entry(entry: Entry) -> None:
    """Let somebody in.

    Raises:
        Refusal: 401 for a stranger, 429 for one who asks too often.
    """
    if entry.account is None:
        raise Refusal(401, None, "unauthorized.")
    if not entry.allowed:
        raise Refusal(429, RATE, "too many requests.")


def refusal_of(fault: Refusal | RequestFault) -> tuple[int, bytes]:
    """Status and body of a no."""
    if isinstance(fault, Refusal):
        return fault.status, _ENCODER.encode(fault.body)
    return 422, _ENCODER.encode({"code": MALFORMED, "message": str(fault)})


def head(body: bytes) -> Headers:
    """The headers that tell of a body; none for an empty one but its length."""
    length = (b"content-length", str(len(body)).encode())
    return [JSON, length] if body else [length]


async def body_of(request: Request) -> bytes:
    """The whole body.

    Raises:
        Refusal: 413, it is too large.
    """
    chunks, size = [], 0
    async for chunk in request.stream():
        chunks.append(chunk)
        size += len(chunk)
        check_size(size)
    return b"".join(chunks)


def check_size(size_bytes: int) -> None:
    """Refuse a body that is too large.

    Raises:
        Refusal: 413.
    """
    if size_bytes > BODY_BYTES_MAX:
        raise Refusal(413, MALFORMED, f"the body is larger than {BODY_BYTES_MAX} bytes")


def answer(body: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(encoded(body), status)


def encoded(body: Any) -> bytes:
    """A body as JSON."""
    return _ENCODER.encode(body)


def nothing() -> Response:
    """The answer 204."""
    return Response(status_code=204)


def _pattern(path: str) -> re.Pattern[str]:
    """A name at the end of a path takes slashes too: `BTC/USD`."""
    parts = re.split(r"\{(\w+)\}", path)
    text = "".join(re.escape(part) if index % 2 == 0 else f"(?P<{part}>[^/]+)" for index, part in enumerate(parts))
    if path.endswith("}"):
        text = text.removesuffix("[^/]+)") + ".+)"
    return re.compile(text)
