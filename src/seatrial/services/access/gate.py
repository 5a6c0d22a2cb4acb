"""The gate of a running installation: who asks, by token, cookie or place; how often; and from where.

What it cannot decide it refuses, except at doors that reduce risk, which no limiter ever keeps shut.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from starlette.datastructures import Headers

from seatrial.domain.time import Clock
from seatrial.services.access import browsers
from seatrial.services.access.addresses import Address, Addresses, Unreadable, counted_as, forwards, peer
from seatrial.services.access.admission import Admission, Caller, Kind, Turned
from seatrial.services.access.credentials import Credentials, Mistake
from seatrial.services.access.failures import Failures
from seatrial.services.access.limiter import Limiter, Rate
from seatrial.services.access.scopes import Scope
from seatrial.services.access.sessions import Session, Sessions

EVERY_SCOPE = frozenset(Scope)
ANY_PAGE_OF_OURS = frozenset({"none", "same-origin"})

_log = structlog.get_logger("seatrial.services.access")


@dataclass(frozen=True, slots=True)
class GateRules:
    """What the settings decide. `local` admits this machine without a token: stage dev, and only there."""

    addresses: Addresses = field(default_factory=Addresses)
    rate_per_second: int = 200
    local: bool = False


class TokenGate:
    """The `Gate`. `ticks_ns` is a clock that never goes back; `clock` is the wall's, for the ends of tokens."""

    def __init__(
        self,
        rules: GateRules,
        credentials: Credentials,
        sessions: Sessions,
        *,
        clock: Clock,
        ticks_ns: Callable[[], int],
    ) -> None:
        self.sessions = sessions
        self._rules = rules
        self._credentials = credentials
        self._clock = clock
        self._ticks_ns = ticks_ns
        self._known = Limiter(rules.rate_per_second)
        self._strangers = Limiter(rules.rate_per_second)  # apart, so that no crowd of them uses up the others' room
        self._failures = Failures()

    # ------------------------------------------------------------- the door

    def admit(self, asgi: Mapping[str, Any]) -> Admission:
        """Who asks, and whether anything speaks against it."""
        headers = Headers(scope=dict(asgi))
        try:
            address = self._rules.addresses.client(asgi, headers)
        except Unreadable as fault:
            return self._undecided(str(fault), asgi, headers)
        caller, mistaken = self._who(asgi, headers, address)
        rate = self._take(caller)
        if rate is None:
            return self._undecided("too many callers to count", asgi, headers, caller, mistaken)
        return Admission(
            caller=caller,
            barred=self._barred(caller, asgi, headers, address),
            limited=None if rate.wait_s is None or caller.kind is Kind.INTERNAL else _too_many(rate),
            mistaken=mistaken,
            headers=rate.headers() if caller.kind is not Kind.INTERNAL else _without_wait(rate),
        )

    def still(self, caller: Caller) -> bool:
        """Whether an open stream's caller may go on."""
        match caller.kind:
            case Kind.TOKEN:
                return self._credentials.good(caller.id)
            case Kind.SESSION:
                session = self.sessions.by_key(caller.id)
                return session is not None and self._lives(session)
            case _:
                return True

    def _take(self, caller: Caller) -> Rate | None:
        limiter = self._strangers if caller.kind is Kind.NOBODY else self._known
        return limiter.take(f"{caller.kind} {caller.id}", self._ticks_ns())

    def _barred(
        self, caller: Caller, asgi: Mapping[str, Any], headers: Headers, address: Address | None
    ) -> Turned | None:
        if caller.kind is not Kind.INTERNAL and not self._rules.addresses.admits(address, asgi, headers):
            _log.warning("auth failed: address not allowed", address=str(address), path=asgi["path"])
            message = f"{address or 'this connection'} is not among access.allowed_cidrs"
            return Turned(403, "address_not_allowed", message, accepted="an address in access.allowed_cidrs")
        if asgi["type"] == "websocket" and not browsers.same_origin(headers):
            return _foreign(headers)
        return None

    def _undecided(
        self,
        why: str,
        asgi: Mapping[str, Any],
        headers: Headers,
        caller: Caller | None = None,
        mistaken: Turned | None = None,
    ) -> Admission:
        """Shut, but for the doors that are always open: they still ask who it is."""
        if caller is None:
            caller, mistaken = self._who(asgi, headers, None)
        _log.error("auth: the limiter cannot decide", why=why, path=asgi["path"])
        full = Rate(self._rules.rate_per_second, 0, 1, 1)
        said = Turned(503, "limiter_undecided", f"this request cannot be counted, so it is refused: {why}")
        return Admission(caller, limited=said, mistaken=mistaken, headers=full.headers())

    # -------------------------------------------------------------- who asks

    def _who(self, asgi: Mapping[str, Any], headers: Headers, address: Address | None) -> tuple[Caller, Turned | None]:
        nobody = Caller(f"{address or 'nobody'}", Kind.NOBODY, counted_as(address))
        if "authorization" in headers:
            found = self.identify(headers["authorization"], nobody, asgi["path"])
            return (nobody, found) if isinstance(found, Turned) else (found, None)
        secret = browsers.session_secret(headers)
        session = None if secret is None else self.sessions.find(secret, headers.get("host", ""))
        if session is not None and self._lives(session):
            if not browsers.from_our_page(asgi, headers):
                return nobody, _foreign(headers)
            return Caller(session.name, Kind.SESSION, session.key, session.scopes), None
        if self.is_local(asgi, headers):
            return Caller("local", Kind.LOCAL, "local", EVERY_SCOPE), None
        return nobody, None

    def identify(self, authorization: str, nobody: Caller, path: str) -> Caller | Turned:
        """The caller of an `Authorization` header, or why it stays outside. Good tokens are never kept waiting."""
        found = self._credentials.caller(authorization)
        if not isinstance(found, Mistake):
            self._failures.forgive(nobody.id)
            return found
        now_ns = self._ticks_ns()
        waiting_s = self._failures.waiting_s(nobody.id, now_ns)
        if waiting_s:
            message = f"too many wrong tokens from {nobody.name}; a good one is taken at any time"
            return Turned(429, "too_many_failures", message, {"retry-after": str(waiting_s)})
        unlogged = self._failures.note(nobody.id, now_ns)
        _log.warning("auth failed", why=found.why, key=found.key, address=nobody.name, path=path, unlogged=unlogged)
        return found.turned()

    def is_local(
        self, asgi: Mapping[str, Any], headers: Headers, *, sites: frozenset[str] = frozenset({"none"})
    ) -> bool:
        """Whether this is the developer's own machine: stage dev, no proxy between, no foreign page behind it."""
        other_end = peer(asgi)
        return (
            self._rules.local
            and other_end is not None
            and other_end.is_loopback
            and not forwards(headers)
            and browsers.host_name(headers) in browsers.LOOPBACK_NAMES  # to other names browsers do not say Sec-Fetch
            and browsers.no_page_behind(headers, sites=sites)
        )

    # -------------------------------------------------------------- sessions

    def open_session(self, caller: Caller, host: str) -> tuple[str, Session]:
        """A browser's session with what `caller` may do."""
        token_id = caller.id if caller.kind is Kind.TOKEN else None
        ends_ns = None if token_id is None else self._credentials.ends_ns(token_id)
        _log.info("auth: session opened", name=caller.name, host=host)
        return self.sessions.open(caller.name, caller.scopes, host=host, token_id=token_id, token_ends_ns=ends_ns)

    def encrypted(self, asgi: Mapping[str, Any], headers: Headers) -> bool:
        """Whether the browser's own connection is encrypted."""
        return self._rules.addresses.encrypted(asgi, headers)

    def _lives(self, session: Session) -> bool:
        """A session ends with its token."""
        return session.token_id is None or self._credentials.good(session.token_id)


def _foreign(headers: Headers) -> Turned:
    message = "a page of another origin may not do this"
    return Turned(403, "foreign_origin", message, accepted=f"a page of {headers.get('host', 'this host')}")


def _too_many(rate: Rate) -> Turned:
    message = f"at most {rate.limit} requests a second; try again in {rate.wait_s} s"
    return Turned(429, "too_many_requests", message, accepted=f"{rate.limit} a second")


def _without_wait(rate: Rate) -> dict[str, str]:
    return Rate(rate.limit, rate.remaining, rate.reset_s).headers()
