"""The operator's words: halt, resume, kill, close-only. They work at any time, whatever the journal does."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from seatrial.domain.effects import Effect
from seatrial.services.api.http import answer, refusal
from seatrial.services.api.orders import WordBody
from seatrial.services.api.reading import read_body
from seatrial.services.execution.service import ExecutionService

WORD_SECONDS_MAX = 1.0  # how long a halt's answer waits for the journal; the halt itself does not wait


def not_ready(service: ExecutionService) -> Response | None:
    """The answer to whoever comes before recovery is done; None when orders are taken."""
    if service.waiting_for is None:
        return None
    return refusal(503, "not_ready", f"no order is taken yet: {service.waiting_for}", reason=service.waiting_for)


class WordDoors:
    """`POST /api/v1/halt`, `/close-only`, `/resume` and `/kill`."""

    def __init__(self, service: ExecutionService) -> None:
        self._service = service

    async def halt(self, request: Request) -> Response:
        """Nothing new is sent from now on. Works at any time, whatever the journal does."""
        word = await _word(request)
        return await self._answer(self._service.halt(word.actor, word.reason))

    async def kill(self, request: Request) -> Response:
        """Halt, and take back every working order."""
        word = await _word(request)
        return await self._answer(self._service.kill(word.actor, word.reason))

    async def close_only(self, request: Request) -> Response:
        """Open nothing new, once that is durable; entries that work are taken back, closing stays possible."""
        word = await _word(request)
        if (closed := not_ready(self._service)) is not None:
            return closed
        return await self._answer(self._service.close_only(word.actor, word.reason))

    async def resume(self, request: Request) -> Response:
        """Lift halt and close-only, once that is durable."""
        word = await _word(request)
        if (closed := not_ready(self._service)) is not None:
            return closed
        return await self._answer(self._service.resume(word.actor, word.reason))

    async def _answer(self, durable: asyncio.Future[list[Effect]]) -> Response:
        await asyncio.wait([durable], timeout=WORD_SECONDS_MAX)
        halted = self._service.engine.latched
        journalled = durable.done() and durable.exception() is None
        closing = self._service.machine.close_only
        said = {"halted": halted is not None, "reason": halted or closing, "close_only": closing is not None}
        return answer({**said, "journalled": journalled})


async def _word(request: Request) -> WordBody:
    """The body of a word, which may be left out altogether."""
    if request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers:
        return WordBody()
    return await read_body(request, WordBody)
