"""Posting to execution's door, with patience: a post without an answer is posted again, and decided once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
import msgspec
import structlog

from seatrial.services.run_records import RunStatus

_log = structlog.get_logger("seatrial.services.orchestrator")


@dataclass(frozen=True, slots=True)
class PostRules:
    """Patience with execution's door; seconds of the loop."""

    answer_seconds: float = 5.0
    retry_seconds: float = 0.2  # doubled each time, up to `retry_seconds_max`
    retry_seconds_max: float = 2.0
    attempts_max: int = 12


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of a post. `reason` is None where it worked."""

    status: RunStatus
    reason: str | None
    attempts: int
    answer: object = None


class Poster:
    """The way to `POST /api/v1/targets`."""

    def __init__(self, execution: httpx.AsyncClient, rules: PostRules) -> None:
        self.trouble: str | None = None  # why the last post failed; None after one that worked
        self._execution = execution
        self._rules = rules

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Posted:
        """Post until there is an answer: only a door that says no, or success, is one."""
        wait_seconds = self._rules.retry_seconds
        for attempt in range(1, self._rules.attempts_max + 1):
            response = await self._ask(body, headers)
            if isinstance(response, httpx.Response) and response.status_code < 500:
                self.trouble = None if response.is_success else _told(response)
                status = RunStatus.COMPLETED if response.is_success else RunStatus.REFUSED
                return Posted(status, self.trouble, attempt, _answer(response))
            self.trouble = response if isinstance(response, str) else _told(response)
            _log.warning("execution did not take the targets", attempt=attempt, why=self.trouble)
            if attempt < self._rules.attempts_max:
                await asyncio.sleep(wait_seconds)
                wait_seconds = min(2 * wait_seconds, self._rules.retry_seconds_max)
        return Posted(RunStatus.UNANSWERED, self.trouble, self._rules.attempts_max)

    async def _ask(self, body: bytes, headers: Mapping[str, str]) -> httpx.Response | str:
        try:
            async with asyncio.timeout(self._rules.answer_seconds):
                return await self._execution.post("/api/v1/targets", content=body, headers=headers)
        except TimeoutError:
            return f"no answer within {self._rules.answer_seconds} s"
        except httpx.TransportError as fault:
            return f"{type(fault).__name__}: {fault}"


def _answer(response: httpx.Response) -> object:
    try:
        return msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _told(response: httpx.Response) -> str:
    answer = _answer(response)
    message = answer.get("message") if isinstance(answer, dict) else None
    return f"{response.status_code}: {message or response.reason_phrase}"
