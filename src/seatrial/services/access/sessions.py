"""Browser sessions: a page cannot keep a token safely, so it trades it once for a cookie that scripts cannot read.

A session lives here and nowhere else, under the hash of its cookie, for at most half a day and never longer than
its token. It is good only at the very host and port it was opened at, so a name that is pointed at this machine
later (DNS rebinding) or another port's page gets nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from seatrial.domain.time import HOUR_NS, Clock
from seatrial.services.access.scopes import Scope

SESSION_NS_MAX: Final = 12 * HOUR_NS
SESSIONS_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class Session:
    """One browser. `token_id` is None where it was opened on this machine in stage dev, without a token."""

    key: str
    name: str
    scopes: frozenset[Scope]
    host: str
    token_id: str | None
    expires_ns: int


class Sessions:
    """The sessions there are. `new_secret` gives 32 or more unguessable hexadecimal digits."""

    def __init__(self, clock: Clock, new_secret: Callable[[], str]) -> None:
        self._clock = clock
        self._new_secret = new_secret
        self._open: dict[str, Session] = {}

    def open(
        self, name: str, scopes: frozenset[Scope], *, host: str, token_id: str | None, token_ends_ns: int | None
    ) -> tuple[str, Session]:
        """A new session and the secret of its cookie. Beyond `SESSIONS_MAX` the oldest ends."""
        secret = self._new_secret()
        expires_ns = self._clock.now_ns() + SESSION_NS_MAX
        if token_ends_ns is not None:
            expires_ns = min(expires_ns, token_ends_ns)
        session = Session(_key(secret), name, scopes, host, token_id, expires_ns)
        while len(self._open) >= SESSIONS_MAX:
            del self._open[next(iter(self._open))]
        self._open[session.key] = session
        return secret, session

    def find(self, secret: str, host: str) -> Session | None:
        """The session of a cookie, at the host where it was opened."""
        session = self.by_key(_key(secret))
        return session if session is not None and session.host == host else None

    def by_key(self, key: str) -> Session | None:
        """A session that has not ended."""
        session = self._open.get(key)
        if session is not None and self._clock.now_ns() >= session.expires_ns:
            del self._open[key]
            return None
        return session

    def close(self, key: str) -> None:
        """End a session."""
        self._open.pop(key, None)

    def __len__(self) -> int:
        return len(self._open)


def _key(secret: str) -> str:
    """What is kept of a cookie: whoever reads our memory cannot be that browser."""
    return hashlib.sha256(f"seatrial session\x1f{secret}".encode()).hexdigest()
