"""The running system as a smoke check reaches it: doors by role, one token, bounded patience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx
import msgspec
from httpx_ws import AsyncWebSocketSession, HTTPXWSException, aconnect_ws

from seatrial.domain.faults import SeatrialFault

ANSWER_SECONDS_MAX = 5.0


class SmokeFailed(SeatrialFault):
    """One check did not hold. Its text says what was seen, and what to do where that is known."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the one who checks believes he is looking at."""

    stage: str
    mode: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a door answered. `body` is None where it was not JSON."""

    status: int
    body: Any
    headers: Mapping[str, str]
    text: str

    def told(self) -> str:
        """The answer in a few words, for a failure."""
        message = self.body.get("message") if isinstance(self.body, dict) else None
        return f"{self.status}: {message or self.text[:120]}".rstrip(": ")


class System:
    """Every role by name and URL. Close it, or use it as a context."""

    def __init__(self, urls: Mapping[str, str], expected: Expected, *, token: str | None = None) -> None:
        self.urls = dict(urls)
        self.expected = expected
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.AsyncClient(headers=headers, timeout=ANSWER_SECONDS_MAX, trust_env=False)

    async def __aenter__(self) -> System:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def ask(self, role: str, path: str, *, method: str = "GET", body: object = None) -> Answer:
        """One question, whatever its status.

        Raises:
            SmokeFailed: nobody answers there.
        """
        content = None if body is None else msgspec.json.encode(body)
        headers = {} if body is None else {"content-type": "application/json"}
        try:
            response = await self._http.request(method, self.urls[role] + path, content=content, headers=headers)
        except httpx.TransportError as fault:
            raise SmokeFailed(
                f"{self.urls[role]}{path} does not answer ({type(fault).__name__}): does `seatrial status` show it?"
            ) from fault
        return Answer(response.status_code, _json(response.content), response.headers, response.text)

    async def read(self, role: str, path: str) -> Any:
        """The JSON body of a door that answers with success.

        Raises:
            SmokeFailed: it does not, or not with JSON.
        """
        answer = await self.ask(role, path)
        if not 200 <= answer.status < 300 or answer.body is None:
            raise SmokeFailed(f"{path} answers {answer.told()}")
        return answer.body

    async def ping(self, role: str, path: str) -> str:
        """The first text that comes back after `ping` was said on a stream, other messages left aside.

        Raises:
            SmokeFailed: no stream, or no pong in time.
        """
        url = self.urls[role].replace("http", "ws", 1) + path
        stream: AsyncWebSocketSession
        try:
            async with aconnect_ws(url, self._http) as stream:
                await stream.send_text("ping")
                for _ in range(1_000):
                    said: str = await stream.receive_text(timeout=ANSWER_SECONDS_MAX)
                    if "pong" in said[:40]:
                        return said
        except (HTTPXWSException, httpx.HTTPError, TimeoutError) as fault:
            raise SmokeFailed(f"{path} gives no pong: {type(fault).__name__} {fault}".rstrip()) from fault
        raise SmokeFailed(f"{path} says everything but pong")


def _json(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
