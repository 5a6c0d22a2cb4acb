"""What a connection of the WebSocket API is: who it speaks for, and whose account events it gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from seatrial.domain.time import MILLISECOND_NS
from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.desk import Call, Desk, Endpoint, Security
from seatrial.emulators.binance.orders import Json, TimeUnit
from seatrial.emulators.binance.parameters import Parameters
from seatrial.emulators.binance.signature import socket_payload
from seatrial.emulators.outbox import Outbox

LOGON_SCHEME = "ED25519"
SESSION_WEIGHT = 2


@dataclass(frozen=True, slots=True)
class Subscription:
    """One account's events on one connection. `ends_with_session`: it needs no signature of its own, but a logon."""

    account: str
    ends_with_session: bool


@dataclass(eq=False, slots=True)
class Session:
    """One connection."""

    outbox: Outbox
    address: str
    limits_shown: bool
    unit: TimeUnit
    connected_ns: int
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    next_subscription: int = 0
    key: str | None = None
    holder: Account | None = None
    authorized_ns: int = 0

    def subscribe(self, account: Account, *, ends_with_session: bool) -> Json:
        """Get an account's events from now on, once."""
        if any(one.account == account.name for one in self.subscriptions.values()):
            raise refusals.subscription_exists()
        number = self.next_subscription
        self.next_subscription += 1
        self.subscriptions[number] = Subscription(account.name, ends_with_session)
        return {"subscriptionId": number}

    def unsubscribe(self, number: int | None) -> Json:
        """Get no more events of one subscription, or of any."""
        if number is None:
            self.subscriptions.clear()
        elif self.subscriptions.pop(number, None) is None:
            raise refusals.subscription_unknown()
        return {}

    def status(self, now_ns: int) -> Json:
        """The answer of `session.logon`, `session.status` and `session.logout`."""
        return {
            "apiKey": self.key,
            "authorizedSince": self.unit(self.authorized_ns) if self.holder is not None else None,
            "connectedSince": self.unit(self.connected_ns),
            "returnRateLimits": self.limits_shown,
            "serverTime": self.unit(now_ns),
            "userDataStream": bool(self.subscriptions),
        }

    def log_out(self, now_ns: int) -> None:
        """Speak for nobody; what needed the logon ends."""
        self.key = self.holder = None
        ended = {"e": "eventStreamTerminated", "E": now_ns // MILLISECOND_NS}
        for number in [number for number, one in self.subscriptions.items() if one.ends_with_session]:
            del self.subscriptions[number]
            self.outbox.answer(msgspec.json.encode({"subscriptionId": number, "event": ended}).decode())


def who_asks(desk: Desk, session: Session, security: Security, parameters: Parameters) -> Account | None:
    """Whom a request is for: by its own key and signature, or by the session's."""
    if security == "none":
        return None
    key = parameters.values.get("apiKey")
    if key is None and session.holder is not None:
        if security == "signed":
            desk.check_time(parameters)
        return session.holder
    if security == "key":
        return desk.account_of(key)
    return desk.authenticate(key, parameters, socket_payload(parameters.values))


# ------------------------------------------------------------------- methods

SessionCall = Callable[[Desk, Session, Call], object]


def _log_on(desk: Desk, session: Session, call: Call) -> Json:
    key = call.parameters.values["apiKey"]
    scheme = desk.scheme_of(key)
    if scheme != LOGON_SCHEME:
        raise refusals.key_type_unsupported("HMAC_SHA256" if scheme == "HMAC" else scheme)
    session.key, session.holder, session.authorized_ns = key, call.account, desk.clock.now_ns()
    return session.status(desk.clock.now_ns())


def _status(desk: Desk, session: Session, call: Call) -> Json:
    return session.status(desk.clock.now_ns())


def _log_out(desk: Desk, session: Session, call: Call) -> Json:
    session.log_out(desk.clock.now_ns())
    return session.status(desk.clock.now_ns())


def _subscribe(desk: Desk, session: Session, call: Call) -> Json:
    if session.holder is None:
        raise refusals.not_authorized()
    return session.subscribe(session.holder, ends_with_session=True)


def _subscribe_signed(desk: Desk, session: Session, call: Call) -> Json:
    return session.subscribe(call.account, ends_with_session=False)


def _unsubscribe(desk: Desk, session: Session, call: Call) -> Json:
    return session.unsubscribe(call.parameters.integer("subscriptionId"))


def _subscriptions(desk: Desk, session: Session, call: Call) -> list[Json]:
    return [{"subscriptionId": number} for number in session.subscriptions]


METHODS: dict[str, tuple[SessionCall, Security]] = {
    "session.logon": (_log_on, "signed"),
    "session.status": (_status, "none"),
    "session.logout": (_log_out, "none"),
    "session.subscriptions": (_subscriptions, "none"),
    "userDataStream.subscribe": (_subscribe, "none"),
    "userDataStream.subscribe.signature": (_subscribe_signed, "signed"),
    "userDataStream.unsubscribe": (_unsubscribe, "none"),
}


def _unserved(desk: Desk, call: Call) -> object:
    raise AssertionError("the door itself answers what concerns its session")


ENDPOINTS = {name: Endpoint(_unserved, SESSION_WEIGHT, security) for name, (_, security) in METHODS.items()}
