"""The application of a venue with its faults around it. `/control` is never struck, and never in the history.

A dropped connection is aborted through the scope extension `seatrial.drop` that `emulators.socket`
provides; in process, where there is none to drop, it raises what a client would see.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import partial
from typing import Any

import httpx

from seatrial.emulators.faults.fault import Fault
from seatrial.emulators.faults.frames import wait
from seatrial.emulators.faults.link import FaultyLink
from seatrial.emulators.faults.plans import UNTOUCHED, RequestPlan
from seatrial.emulators.faults.requests import Asked, asked_of, read_request
from seatrial.emulators.faults.script import FaultScript
from seatrial.emulators.faults.words import Words
from seatrial.emulators.history import History
from seatrial.emulators.swift_http import Headers, Respond, Swift

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]

CONTROL = "/control"
WAF_PAGE = (
    b"<html>\r\n<head><title>%d</title></head>\r\n<body>\r\n<center><h1>%d</h1></center>\r\n</body>\r\n</html>\r\n"
)


class FaultyApp:
    """An ASGI application with a fault script around it, which also writes down what is asked and answered.

    Args:
        app: the venue.
        script: its faults.
        words: how it says what they make it say.
        accounts: whose key is whose, to know who asks.
        history: where requests and answers are written; None: nowhere.
    """

    def __init__(
        self,
        app: Asgi,
        script: FaultScript,
        words: Words,
        *,
        accounts: Mapping[str, str] | None = None,
        history: History | None = None,
    ) -> None:
        self._app = app
        self._script = script
        self._words = words
        self._accounts = accounts or {}
        self._history = history
        self._late: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            link = FaultyLink(self._script, self._words, scope, receive, send, self._accounts, self._history)
            await link.serve(self._app)
        elif scope["type"] == "http" and self._concerns(scope["path"]):
            asked, again = await read_request(scope, receive, self._words, self._accounts)
            await self._answer(scope, asked, again, self._noting(asked, send))
        else:
            await self._app(scope, receive, send)

    def swift(self, method: bytes, target: bytes, address: str) -> Swift | None:
        """The venue's own way around ASGI (`swift_http`), which nothing strikes: none while there are faults."""
        find = getattr(self._app, "swift", None)
        found = None if find is None or self._script.faults else find(method, target, address)
        return found if found is None or self._history is None else partial(self._noting_swiftly, found, method, target)

    def _noting_swiftly(
        self, found: Swift, method: bytes, target: bytes, headers: Headers, body: bytes, respond: Respond
    ) -> None:
        """Answer by the short way, and write request and answer down all the same."""
        assert self._history is not None
        path, _, query = target.decode("latin-1").partition("?")
        asked = asked_of(method.decode(), path, query, headers, body, self._words, self._accounts)
        note = self._note(asked, self._history)

        def noted(status: int, told: Headers, said: bytes) -> None:
            note(status)
            respond(status, told, said)

        found(headers, body, noted)

    def _concerns(self, path: str) -> bool:
        return not path.startswith(CONTROL) and (self._history is not None or bool(self._script.faults))

    def _noting(self, asked: Asked, send: Send) -> Send:
        """Write the request down now, and its answer when it is sent."""
        if self._history is None:
            return send
        note = self._note(asked, self._history)

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                note(message["status"])
            await send(message)

        return noted

    def _note(self, asked: Asked, history: History) -> Callable[[int], None]:
        """Write a request down; returns what writes its answer down, by its status."""
        number = history.next_request()
        what, name, account = f"{asked.method} {asked.path}", asked.client_order_id, asked.account
        history.record("request", account=account, client_order_id=name, what=what, request=number, data=asked.noted())

        def answered(status: int) -> None:
            history.record("answer", account=account, client_order_id=name, what=what, request=number, status=status)

        return answered

    async def _answer(self, scope: Message, asked: Asked, receive: Receive, send: Send) -> None:
        plan = self._script.on_request(
            asked.method, asked.path, account=asked.account, text=asked.text, purpose=asked.purpose
        )
        if plan is UNTOUCHED:
            await self._app(scope, receive, send)
            return
        await wait(plan.wait_before_ms)
        if plan.lost_before:
            _drop(scope)
        elif plan.before is not None and not self._waits(plan.before):
            await self._refuse(send, plan.before)
        elif plan.apply_late_ms and self._words.cancel_status is not None:
            self._apply_later(scope, receive, plan.apply_late_ms)
            await _say(send, self._words.cancel_status, b"", b"application/json")
        else:
            await wait(plan.apply_late_ms)
            await self._apply(scope, receive, send, plan)

    def _waits(self, fault: Fault) -> bool:
        """A halt where the venue takes orders and lets them wait is no refusal."""
        return fault.kind == "halt" and self._words.halted is None

    async def _apply(self, scope: Message, receive: Receive, send: Send, plan: RequestPlan) -> None:
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._app(scope, receive, keep)
        await wait(plan.wait_after_ms)
        if plan.lost:
            _drop(scope)
        elif plan.after is not None:
            await self._refuse(send, plan.after)
        else:
            for message in self._altered(answer, plan):
                await send(message)

    def _altered(self, answer: list[Message], plan: RequestPlan) -> list[Message]:
        if not plan.altered or answer[0]["status"] != 200:
            return answer
        body = b"".join(message.get("body", b"") for message in answer[1:])
        said = self._script.alter(plan.altered, body) or body
        assert isinstance(said, bytes)
        kept = [(name, value) for name, value in answer[0]["headers"] if name.lower() != b"content-length"]
        headers = [*kept, (b"content-length", str(len(said)).encode())]
        return [{**answer[0], "headers": headers}, {"type": "http.response.body", "body": said}]

    def _apply_later(self, scope: Message, receive: Receive, wait_ms: int) -> None:
        """The client has been told already; what comes of it, streams will say."""

        async def unheard(_: Message) -> None:
            return

        async def later() -> None:
            await wait(wait_ms)
            await self._app(scope, receive, unheard)

        task = asyncio.create_task(later())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _refuse(self, send: Send, fault: Fault) -> None:
        if fault.kind == "html_error":
            status = fault.status_told
            await _say(send, status, WAF_PAGE % (status, status), b"text/html")
            return
        retry_after_s = fault.retry_after_s if fault.kind in ("rate_limited", "banned") else None
        await _say(send, *self._words.refusal(fault), b"application/json", retry_after_s)


async def _say(send: Send, status: int, body: bytes, form: bytes, retry_after_s: int | None = None) -> None:
    headers = [(b"content-type", form), (b"content-length", str(len(body)).encode())]
    if retry_after_s is not None:
        headers.append((b"retry-after", str(retry_after_s).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _drop(scope: Message) -> None:
    drop = (scope.get("extensions") or {}).get("seatrial.drop")
    if drop is None:
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
    drop()
