"""What goes wrong on purpose, by seed: a script of named faults, and the places where they strike.

REST faults act around the application (`FaultyApp`), stream faults on each message sent (`on_stream`).
The same seed and the same traffic give the same faults; each one injected is in the history.

    latency            waits before the request is applied (`when = "before"`) or before its answer (`"after"`)
    error_before       answers 5xx; the request was not applied
    error_after        applies the request, then answers 5xx
    lost_ack           applies the request, then drops the connection without an answer
    stream_drop        one stream message is never sent
    stream_duplicate   one stream message is sent twice
    stream_disconnect  the stream is closed instead of sending the message
"""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple

import httpx
import msgspec

from seatrial.domain.faults import BadSetting
from seatrial.emulators.history import History

FAULTS_MAX = 100
LATENCY_MS_MAX = 600_000
MILLISECONDS = 1_000

Kind = Literal[
    "latency", "error_before", "error_after", "lost_ack", "stream_drop", "stream_duplicate", "stream_disconnect"
]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One named fault.

    `path` is a prefix and `method` exact; both empty: any request. `stream` is exact (such as
    `trade_updates`), `what` a substring of the message's name (such as `fill`); both empty: any message.
    `count_max` of zero has no limit.
    """

    name: str
    kind: Kind
    probability: float = 1.0
    count_max: int = 0
    path: str = ""
    method: str = ""
    stream: str = ""
    what: str = ""
    status: int = 503
    latency_ms: int = 0
    jitter_ms: int = 0
    when: Literal["before", "after"] = "before"


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The document: `{"faults": [...]}`, or `[[faults]]` tables in TOML."""

    faults: list[Fault] = []


class RequestPlan(NamedTuple):
    """What strikes one request."""

    wait_before_ms: int = 0
    wait_after_ms: int = 0
    status_before: int = 0
    status_after: int = 0
    lost: bool = False


class StreamPlan(NamedTuple):
    """What strikes one stream message: `copies` of it are sent, after a wait."""

    copies: int = 1
    wait_ms: int = 0
    disconnect: bool = False


def parse_faults(document: bytes, *, form: Literal["json", "toml"] = "json") -> list[Fault]:
    """The faults of a document.

    Raises:
        BadSetting: it does not parse, or a value is not accepted; the message names the field.
    """
    try:
        if form == "toml":
            faults = msgspec.convert(tomllib.loads(document.decode()), Script).faults
        else:
            faults = msgspec.json.decode(document, type=Script).faults
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(f"faults: {error}") from error
    _check(faults)
    return faults


def read_faults(path: Path) -> list[Fault]:
    """The faults of a `.json` or `.toml` file."""
    return parse_faults(path.read_bytes(), form="toml" if path.suffix == ".toml" else "json")


def _check(faults: Sequence[Fault]) -> None:
    names = [fault.name for fault in faults]
    if len(faults) > FAULTS_MAX:
        raise BadSetting(f"faults: accepted are at most {FAULTS_MAX}, was {len(faults)}")
    if len(set(names)) != len(names) or "" in names:
        raise BadSetting(f"faults.name: accepted are names that differ, was {sorted(names)}")
    for fault in faults:
        rules = (
            (0 <= fault.probability <= 1, "probability", "0 to 1", fault.probability),
            (fault.count_max >= 0, "count_max", "0 (no limit) or more", fault.count_max),
            (500 <= fault.status <= 599, "status", "500 to 599", fault.status),
            (0 <= fault.latency_ms <= LATENCY_MS_MAX, "latency_ms", f"0 to {LATENCY_MS_MAX}", fault.latency_ms),
            (0 <= fault.jitter_ms <= LATENCY_MS_MAX, "jitter_ms", f"0 to {LATENCY_MS_MAX}", fault.jitter_ms),
        )
        for holds, field, accepted, was in rules:
            if not holds:
                raise BadSetting(f"faults.{fault.name}.{field}: accepted is {accepted}, was {was}")


class FaultScript:
    """The faults of one venue and the dice they are thrown with.

    Args:
        random: the seeded source; used by nothing else.
        history: where every injected fault is written.
        faults: the first script; empty: nothing goes wrong.
    """

    def __init__(self, random: Random, history: History, faults: Sequence[Fault] = ()) -> None:
        self._random = random
        self._history = history
        self.faults: list[Fault] = []
        self.struck: dict[str, int] = {}
        self.replace(faults)

    def replace(self, faults: Sequence[Fault]) -> None:
        """Another script; counts start again."""
        _check(faults)
        self.faults = list(faults)
        self.struck = {fault.name: 0 for fault in faults}

    def on_request(self, method: str, path: str) -> RequestPlan:
        """What strikes this request."""
        plan = RequestPlan()
        for fault in self.faults:
            if fault.kind.startswith("stream_") or fault.stream or not path.startswith(fault.path):
                continue
            if (fault.method and fault.method != method) or not self._strikes(fault, f"{method} {path}"):
                continue
            plan = self._planned(plan, fault)
        return plan

    def on_stream(self, stream: str, what: str = "") -> StreamPlan:
        """What strikes this message of a stream."""
        plan = StreamPlan()
        for fault in self.faults:
            wanted = fault.kind.startswith("stream_") or (fault.kind == "latency" and fault.stream)
            if not wanted or (fault.stream and fault.stream != stream) or fault.what not in what:
                continue
            if not self._strikes(fault, f"{stream} {what}"):
                continue
            match fault.kind:
                case "stream_drop":
                    plan = plan._replace(copies=0)
                case "stream_duplicate":
                    plan = plan._replace(copies=2 * plan.copies)
                case "stream_disconnect":
                    plan = plan._replace(disconnect=True)
                case _:
                    plan = plan._replace(wait_ms=plan.wait_ms + self._latency_ms(fault))
        return plan

    def _strikes(self, fault: Fault, where: str) -> bool:
        if fault.count_max and self.struck[fault.name] >= fault.count_max:
            return False
        if fault.probability < 1 and self._random.random() >= fault.probability:
            return False
        self.struck[fault.name] += 1
        self._history.record("fault", what=f"{fault.name} {fault.kind} on {where}")
        return True

    def _planned(self, plan: RequestPlan, fault: Fault) -> RequestPlan:
        match fault.kind:
            case "error_before":
                return plan._replace(status_before=fault.status)
            case "error_after":
                return plan._replace(status_after=fault.status)
            case "lost_ack":
                return plan._replace(lost=True)
            case _ if fault.when == "before":
                return plan._replace(wait_before_ms=plan.wait_before_ms + self._latency_ms(fault))
            case _:
                return plan._replace(wait_after_ms=plan.wait_after_ms + self._latency_ms(fault))

    def _latency_ms(self, fault: Fault) -> int:
        return fault.latency_ms + (self._random.randint(0, fault.jitter_ms) if fault.jitter_ms else 0)


class FaultyApp:
    """An ASGI application with a fault script around its REST doors. `/control` is never struck.

    A lost acknowledgement aborts the connection through the scope extension `seatrial.drop` that
    `emulators.socket` provides; in process, where there is no connection to drop, it raises what a client
    would see: `httpx.RemoteProtocolError`.

    Args:
        app: the venue.
        script: its faults.
        error_body: the venue's own JSON for a 5xx status.
    """

    def __init__(self, app: Asgi, script: FaultScript, error_body: Callable[[int], bytes]) -> None:
        self._app = app
        self._script = script
        self._error_body = error_body

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._script.faults or scope["path"].startswith("/control"):
            await self._app(scope, receive, send)
            return
        plan = self._script.on_request(scope["method"], scope["path"])
        if plan.wait_before_ms:
            await asyncio.sleep(plan.wait_before_ms / MILLISECONDS)
        if plan.status_before:
            await self._refuse(send, plan.status_before)
            return
        if plan == RequestPlan(wait_before_ms=plan.wait_before_ms):
            await self._app(scope, receive, send)
            return
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._app(scope, receive, keep)
        if plan.wait_after_ms:
            await asyncio.sleep(plan.wait_after_ms / MILLISECONDS)
        if plan.lost:
            _drop(scope)
        elif plan.status_after:
            await self._refuse(send, plan.status_after)
        else:
            for message in answer:
                await send(message)

    async def _refuse(self, send: Send, status: int) -> None:
        body = self._error_body(status)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _drop(scope: Message) -> None:
    drop = (scope.get("extensions") or {}).get("seatrial.drop")
    if drop is None:
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
    drop()
