"""Requests that come in frames of a WebSocket (Binance's WS-API), struck and written down as REST requests are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import msgspec

from seatrial.emulators.faults.fault import Fault
from seatrial.emulators.faults.plans import UNTOUCHED, RequestPlan
from seatrial.emulators.faults.requests import client_order_id_in, without_secrets
from seatrial.emulators.faults.script import FaultScript
from seatrial.emulators.faults.words import Words
from seatrial.emulators.history import History

Say = Callable[[str], Awaitable[None]]
Close = Callable[[], Awaitable[None]]

MILLISECONDS = 1_000
PENDING_MAX = 10_000  # requests whose answer is awaited, on one connection


class FrameRequests:
    """The requests of one connection.

    Args:
        say: sends a text frame to the client.
        close: ends the connection without a word.
    """

    def __init__(
        self,
        script: FaultScript,
        words: Words,
        accounts: Mapping[str, str],
        history: History | None,
        *,
        say: Say,
        close: Close,
    ) -> None:
        self._script = script
        self._words = words
        self._accounts = accounts
        self._history = history
        self._say = say
        self._close = close
        self._awaited: dict[object, tuple[RequestPlan, int, str]] = {}

    @property
    def awaited(self) -> bool:
        """Whether an answer may be one of ours."""
        return bool(self._awaited)

    async def ask(self, text: str) -> bool:
        """A request of the client; answers whether it reaches the venue. Its answer may be lost all the same."""
        if self._history is None and not self._script.faults:
            return True
        request = json_object(text)
        params = request.get("params")
        params = params if isinstance(params, dict) else {}
        account = self._accounts.get(str(params.get("apiKey", "")), "")
        path = f"{self._words.requests_path}/{str(request.get('method', '')).removeprefix('v3/')}"
        number = self._note(path, account, text, params)
        purpose = self._words.purpose("WS", path)
        plan = self._script.on_request("WS", path, account=account, text=text, purpose=purpose)
        name = _hashable(request.get("id"))
        if plan is not UNTOUCHED:
            await wait(plan.wait_before_ms)
            if plan.lost_before:
                await self._close()
                return False
            if plan.before is not None and (plan.before.kind != "halt" or self._words.halted is not None):
                await self._told(self._refusal(name, plan.before), number, path)
                return False
            await wait(plan.apply_late_ms)
        if len(self._awaited) < PENDING_MAX:
            self._awaited[name] = (plan, number, path)
        return True

    async def answer(self, text: str) -> bool:
        """Whether a message of the venue was such an answer; then it has been dealt with."""
        said = json_object(text)
        awaited = self._awaited.pop(_hashable(said.get("id")), None) if "id" in said else None
        if awaited is None:
            return False
        plan, number, path = awaited
        await wait(plan.wait_after_ms)
        if plan.lost:
            await self._close()
        elif plan.after is not None:
            await self._told(self._refusal(said["id"], plan.after), number, path)
        else:
            await self._told(str(self._script.alter(plan.altered, text) or text), number, path)
        return True

    def _refusal(self, name: object, fault: Fault) -> str:
        status, body = self._words.refusal(fault)
        return msgspec.json.encode({"id": name, "status": status, "error": msgspec.Raw(body)}).decode()

    async def _told(self, text: str, number: int, path: str) -> None:
        if self._history is not None:
            status = json_object(text).get("status")
            told = status if isinstance(status, int) else 0
            self._history.record("answer", what=f"WS {path}", request=number, status=told)
        await self._say(text)

    def _note(self, path: str, account: str, text: str, params: Mapping[str, object]) -> int:
        if self._history is None:
            return 0
        number = self._history.next_request()
        self._history.record(
            "request",
            account=account,
            client_order_id=client_order_id_in(text),
            what=f"WS {path}",
            request=number,
            data=msgspec.json.encode(without_secrets(params)),
        )
        return number


def json_object(text: str) -> MutableMapping[str, Any]:
    """A JSON object, or an empty one for anything else."""
    try:
        said = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


async def wait(span_ms: int) -> None:
    """Sleep, if at all."""
    if span_ms:
        await asyncio.sleep(span_ms / MILLISECONDS)


def _hashable(name: object) -> object:
    return name if isinstance(name, str | int) else None
