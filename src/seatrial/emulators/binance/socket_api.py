"""The WebSocket API `/ws-api/v3`: the same questions as REST, and the account events.

A connection signs each request, or logs on once with an Ed25519 key (`sessions`). A fault
script strikes requests before they come here (`faults.frames`: method `WS`, path `/ws-api/v3/<method>`);
what it does to events it does under the stream name `userData`.
"""

from __future__ import annotations

import contextlib

import msgspec
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from seatrial.domain.time import MILLISECOND_NS
from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.account_events import AccountEvent
from seatrial.emulators.binance.connections import Lifetimes, client_of
from seatrial.emulators.binance.desk import Call, Desk, Endpoint
from seatrial.emulators.binance.everything import everything
from seatrial.emulators.binance.fault_words import shutdown
from seatrial.emulators.binance.feed import micro_or_milli
from seatrial.emulators.binance.orders import Json
from seatrial.emulators.binance.parameters import Parameters, from_json
from seatrial.emulators.binance.sessions import ENDPOINTS as SESSION_ENDPOINTS
from seatrial.emulators.binance.sessions import METHODS, Session, who_asks
from seatrial.emulators.faults import FaultScript
from seatrial.emulators.outbox import Outbox

CONNECT_WEIGHT = 2
STREAM_NAME = "userData"  # what faults call the account events
ID_LENGTH_MAX = 36
HIDE = "returnRateLimits"


class SocketDoor:
    """Serves the WebSocket API."""

    def __init__(self, desk: Desk, script: FaultScript, lifetimes: Lifetimes) -> None:
        self._lifetimes = lifetimes
        self._desk = desk
        self._script = script
        self._sessions: dict[Session, None] = {}
        played = everything(listen_keys=desk.listen_keys is not None)
        self._endpoints = {one.socket: one for one in played if one.socket is not None} | SESSION_ENDPOINTS
        desk.spot.clearing.bulletin.on_event.append(self._tell)

    def routes(self) -> list[WebSocketRoute]:
        """The path of the WebSocket API."""
        return [WebSocketRoute("/ws-api/v3", self.serve)]

    async def serve(self, websocket: WebSocket) -> None:
        """One connection."""
        address = client_of(websocket)
        if not self._lifetimes.admit(address):
            await websocket.close()
            return
        await websocket.accept()
        query = websocket.query_params
        session = Session(
            Outbox(websocket, self._script, STREAM_NAME),
            address,
            query.get(HIDE, "true").lower() != "false",
            micro_or_milli(query.get("timeUnit", "")),
            self._desk.clock.now_ns(),
        )
        self._sessions[session] = None
        try:
            self._desk.weights.charge(address, CONNECT_WEIGHT)
            with self._lifetimes.of(session.outbox, lambda at_ms: shutdown(STREAM_NAME, at_ms)):
                await session.outbox.converse(lambda message: self._hear(session, message))
        except refusals.Refusal:
            await websocket.close(1008)  # the address used up its weight, or is banned
        finally:
            del self._sessions[session]

    def _tell(self, account: str, event: AccountEvent) -> None:
        for session in list(self._sessions):
            for number, one in session.subscriptions.items():
                if one.account == account:
                    message = b'{"subscriptionId":%d,"event":%s}' % (number, event.json)
                    session.outbox.put(message.decode(), event.what, account=account)

    # ---------------------------------------------------------------- requests

    def _hear(self, session: Session, message: str | bytes) -> None:
        try:
            request = _decode(message)
        except refusals.Refusal as refusal:
            self._answer(session, {"id": None, "status": refusal.status, "error": refusal.body()}, [], shown=False)
            return
        number, method = request.get("id"), str(request.get("method")).removeprefix("v3/")
        params = request.get("params")
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._desk.told_in_order())
            answer, limits, shown = self._try(session, method, params if isinstance(params, dict) else {})
            held = stack.pop_all()

        def durable() -> None:
            with held:
                self._answer(session, {"id": number, **answer}, limits, shown=shown)

        self._desk.spot.clearing.settling.when_durable(durable)

    def _try(self, session: Session, method: str, params: Json) -> tuple[Json, list[Json], bool]:
        """`(answer, rows of rateLimits, whether to show them)`."""
        shown, limits = session.limits_shown, list[Json]()
        try:
            endpoint = self._endpoints.get(method)
            values = from_json(params)
            weight = 1 if endpoint is None else endpoint.weight_of(values)
            self._desk.weights.charge(session.address, weight)
            if endpoint is None:
                raise refusals.unsupported()
            parameters = Parameters(values)
            shown = parameters.flag(HIDE, shown)
            parameters.has("apiKey")
            holder = who_asks(self._desk, session, endpoint.security, parameters)
            call = Call(parameters, session.unit, holder)
            result = self._serve(session, method, endpoint, call)
            if endpoint.weightless:
                self._desk.weights.give_back(session.address, weight)
            if endpoint.places:
                limits = call.account.meter.rows()
        except refusals.Refusal as refusal:
            return {"status": refusal.status, "error": self._error(refusal)}, limits, shown
        return {"status": 200, "result": result}, limits, shown

    def _serve(self, session: Session, method: str, endpoint: Endpoint, call: Call) -> object:
        if method in METHODS:
            return METHODS[method][0](self._desk, session, call)
        # `returnRateLimits` and `apiKey` belong to the envelope, and no endpoint counts them as unread
        inner = {name: value for name, value in call.parameters.values.items() if name not in {HIDE, "apiKey"}}
        return self._desk.serve(endpoint, Call(Parameters(inner), call.unit, call.holder))

    def _error(self, refusal: refusals.Refusal) -> Json:
        error = refusal.body()
        if refusal.retry_after_s is not None:
            now_ms = self._desk.clock.now_ns() // MILLISECOND_NS
            error["data"] = {"serverTime": now_ms, "retryAfter": now_ms + refusal.retry_after_s * 1_000}
        return error

    def _answer(self, session: Session, answer: Json, limits: list[Json], *, shown: bool) -> None:
        if shown:
            answer["rateLimits"] = [
                *limits,
                {
                    "rateLimitType": "REQUEST_WEIGHT",
                    "interval": "MINUTE",
                    "intervalNum": 1,
                    "limit": self._desk.weights.weight_max,
                    "count": self._desk.weights.used(session.address),
                },
            ]
        session.outbox.answer(msgspec.json.encode(answer).decode())


def _decode(message: str | bytes) -> Json:
    try:
        request = msgspec.json.decode(message)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise refusals.request_malformed() from None
    if not isinstance(request, dict) or not isinstance(request.get("method"), str):
        raise refusals.request_malformed()
    number = request.get("id")
    fits = number is None or (isinstance(number, int) and not isinstance(number, bool))
    if not fits and not (isinstance(number, str) and len(number) <= ID_LENGTH_MAX):
        raise refusals.request_malformed()
    return request
