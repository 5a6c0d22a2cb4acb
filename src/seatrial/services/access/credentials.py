"""What opens doors: people's tokens, kept in a file, and the tokens roles give each other, which live in memory."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from seatrial.domain.time import Clock
from seatrial.services.access.admission import HOW_TO_GET_A_TOKEN, Caller, Kind, Turned, unauthorized
from seatrial.services.access.scopes import Scope
from seatrial.services.access.token_file import TokenFile
from seatrial.services.access.tokens import Rejection

INTERNAL_PREFIX = "si_"
AUTHORIZATION_LENGTH_MAX = 512

OnUse = Callable[[str, int], None]  # a token's id, and when


@dataclass(frozen=True, slots=True)
class Mistake:
    """A credential that opens nothing. `key` is the id of a token we know: never anything else of what was sent."""

    why: str
    key: str | None = None

    def turned(self) -> Turned:
        """401, and how to come by a good one."""
        return unauthorized("bad_token", f"this token opens nothing: {self.why}; {HOW_TO_GET_A_TOKEN}")


class Credentials:
    """Turns an `Authorization` header into a caller. `on_use` hears of every good token."""

    def __init__(self, file: TokenFile, clock: Clock, on_use: OnUse | None = None) -> None:
        self._file = file
        self._clock = clock
        self._on_use = on_use
        self._internal: dict[str, Caller] = {}

    def give_internal(self, name: str, scopes: frozenset[Scope], text: str) -> None:
        """Take `text` for the role `name` from now on. One text a role: an earlier one ends."""
        assert text.startswith(INTERNAL_PREFIX)
        self._internal = {key: each for key, each in self._internal.items() if each.name != name}
        self._internal[_digest(text)] = Caller(name, Kind.INTERNAL, name, scopes)

    def caller(self, authorization: str) -> Caller | Mistake:
        """Who sends this header."""
        scheme, _, text = authorization.partition(" ")
        if scheme.lower() != "bearer" or len(authorization) > AUTHORIZATION_LENGTH_MAX:
            return Mistake("accepted is `Authorization: Bearer st_...`")
        text = text.strip()
        if text.startswith(INTERNAL_PREFIX):
            return _found(self._internal, _digest(text)) or Mistake(Rejection.UNKNOWN)
        now_ns = self._clock.now_ns()
        book = self._file.book()
        record = book.verify(text, now_ns)
        if isinstance(record, Rejection):
            parts = text.split("_")
            known = len(parts) == 3 and book.find(parts[1]) is not None
            return Mistake(record, parts[1] if known else None)
        if self._on_use is not None:
            self._on_use(record.id, now_ns)
        return Caller(record.name, Kind.TOKEN, record.id, frozenset(record.scopes))

    def good(self, token_id: str) -> bool:
        """Whether a token that was good still is."""
        return self._file.book().ended(token_id, self._clock.now_ns()) is None

    def ends_ns(self, token_id: str) -> int:
        """When a token ends by itself."""
        return self._file.book().expires_ns(token_id)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _found(internal: Mapping[str, Caller], digest: str) -> Caller | None:
    """Every one is compared, in constant time."""
    matching = [caller for kept, caller in internal.items() if hmac.compare_digest(kept, digest)]
    return matching[0] if matching else None
