"""The WebSocket API `/ws-api/v3`: the same questions as REST, and the account events.

Account events come by `userDataStream.subscribe.signature`; listenKeys are gone since 2026-02-20. A fault
script strikes requests before they come here (`faults.frames`: method `WS`, path `/ws-api/v3/<method>`);
what it does to events it does under the stream name `userData`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from seatrial.domain.time import MILLISECOND_NS
from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.account_events import AccountEvent
from seatrial.emulators.binance.desk import Call, Desk, Endpoint
from seatrial.emulators.binance.endpoints import PRIVATE, REFUSED
from seatrial.emulators.binance.orders import Json, TimeUnit
from seatrial.emulators.binance.parameters import Parameters, from_json
from seatrial.emulators.binance.public import ENDPOINTS as PUBLIC
from seatrial.emulators.binance.rest import UNKNOWN_ADDRESS
from seatrial.emulators.binance.signature import socket_payload
from seatrial.emulators.faults import FaultScript
from seatrial.emulators.outbox import Outbox

CONNECT_WEIGHT = 2
STREAM_NAME = "userData"  # what faults call the account events
ID_LENGTH_MAX = 36
HIDE = "returnRateLimits"


@dataclass(eq=False, slots=True)
class Session:
    """One connection and the accounts whose events it gets, by subscription id."""

    outbox: Outbox
    address: str
    limits_shown: bool
    unit: TimeUnit
    subscriptions: dict[int, str] = field(default_factory=dict)
    next_subscription: int = 0


class SocketDoor:
    """Serves the WebSocket API."""

    def __init__(self, desk: Desk, script: FaultScript) -> None:
        self._desk = desk
        self._script = script
        self._sessions: dict[Session, None] = {}
        self._endpoints = {one.socket: one for one in (*PUBLIC, *PRIVATE, *REFUSED) if one.socket is not None}
        self._endpoints |= {
            "userDataStream.subscribe.signature": Endpoint(_unserved, 2, "signed"),
            "userDataStream.unsubscribe": Endpoint(_unserved, 2),
            "session.subscriptions": Endpoint(_unserved, 2),
        }
        desk.spot.clearing.bulletin.on_event.append(self._tell)

    def routes(self) -> list[WebSocketRoute]:
        """The path of the WebSocket API."""
        return [WebSocketRoute("/ws-api/v3", self.serve)]

    async def serve(self, websocket: WebSocket) -> None:
        """One connection."""
        await websocket.accept()
        address = websocket.client.host if websocket.client else UNKNOWN_ADDRESS
        query = websocket.query_params
        session = Session(
            Outbox(websocket, self._script, STREAM_NAME),
            address,
            query.get(HIDE, "true").lower() != "false",
            TimeUnit(query.get("timeUnit", "").upper() == "MICROSECOND"),
        )
        self._sessions[session] = None
        try:
            self._desk.weights.charge(address, CONNECT_WEIGHT)
            await session.outbox.converse(lambda message: self._hear(session, message))
        except refusals.Refusal:
            await websocket.close(1008)  # the address used up its weight, or is banned
        finally:
            del self._sessions[session]

    def _tell(self, account: str, event: AccountEvent) -> None:
        for session in list(self._sessions):
            for number, name in session.subscriptions.items():
                if name == account:
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
        answer, limits, shown = self._try(session, method, params if isinstance(params, dict) else {})
        self._answer(session, {"id": number, **answer}, limits, shown=shown)

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
            call = self._call(session, endpoint, parameters)
            result = self._serve(session, method, endpoint, call)
            if endpoint.weightless:
                self._desk.weights.give_back(session.address, weight)
            if endpoint.places:
                limits = call.account.meter.rows()
        except refusals.Refusal as refusal:
            return {"status": refusal.status, "error": self._error(refusal)}, limits, shown
        return {"status": 200, "result": result}, limits, shown

    def _call(self, session: Session, endpoint: Endpoint, parameters: Parameters) -> Call:
        holder = None
        if endpoint.security == "signed":
            holder = self._desk.authenticate(
                parameters.values.get("apiKey"), parameters, socket_payload(parameters.values)
            )
        elif endpoint.security == "key":
            holder = self._desk.account_of(parameters.values.get("apiKey"))
        return Call(parameters, session.unit, holder)

    def _serve(self, session: Session, method: str, endpoint: Endpoint, call: Call) -> object:
        if method == "userDataStream.subscribe.signature":
            if call.account.name in session.subscriptions.values():
                raise refusals.subscription_exists()
            number = session.next_subscription
            session.next_subscription += 1
            session.subscriptions[number] = call.account.name
            return {"subscriptionId": number}
        if method == "userDataStream.unsubscribe":
            return _unsubscribe(session, call.parameters.integer("subscriptionId"))
        if method == "session.subscriptions":
            return [{"subscriptionId": number} for number in session.subscriptions]
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


def _unserved(desk: Desk, call: Call) -> object:
    raise AssertionError("the door itself answers what concerns its session")


def _unsubscribe(session: Session, number: int | None) -> Json:
    if number is None:
        session.subscriptions.clear()
    elif session.subscriptions.pop(number, None) is None:
        raise refusals.subscription_unknown()
    return {}


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
