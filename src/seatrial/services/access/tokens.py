"""Tokens: text `st_<id>_<secret>` that is shown once, kept as a hash, ends by a date or by a word.

The secret is 256 random bits, so nobody can guess it or search for it, and a plain SHA-256 keeps it as well as
a slow password hash would; a slow one would only slow every request. The hash covers the id too: a record's hash
is worth nothing under another id.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from seatrial.domain.time import DAY_NS, MINUTE_NS, parse_rfc3339, rfc3339
from seatrial.services.access.scopes import Scope

TOKEN_PATTERN: Final = re.compile(r"st_([0-9a-f]{8})_([0-9a-f]{64})")
ID_BYTES: Final = 4
SECRET_BYTES: Final = 32
SKEW_NS_MAX: Final = 5 * MINUTE_NS  # a token from further ahead means that our clock is wrong: it cannot judge an end
LIFE_NS_MAX: Final = 366 * DAY_NS
TOKENS_MAX: Final = 256
NAME_PATTERN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}")

_NO_HASH = "0" * 64


class Rejection(StrEnum):
    """Why a token does not open anything."""

    MALFORMED = "it is not a token of Seatrial"
    UNKNOWN = "nobody made it here"
    REVOKED = "it was revoked"
    EXPIRED = "it has expired"
    EARLY = "it was made later than this machine's clock says it is: set the clock"


class TokenRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One token as the file keeps it. Times are wall times, RFC 3339."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    hash: str
    created_at: str
    expires_at: str
    revoked_at: str | None = None


@dataclass(frozen=True, slots=True)
class Minted:
    """A new token: its record, and the one text that opens doors with it. The text is never kept."""

    record: TokenRecord
    text: str


def mint(name: str, scopes: Iterable[Scope], *, now_ns: int, life_ns: int, token_id: bytes, secret: bytes) -> Minted:
    """A token of `scopes`, good for `life_ns`. `token_id` and `secret` are fresh random bytes."""
    assert len(token_id) == ID_BYTES and len(secret) == SECRET_BYTES
    assert 0 < life_ns <= LIFE_NS_MAX and NAME_PATTERN.fullmatch(name)
    record = TokenRecord(
        id=token_id.hex(),
        name=name,
        scopes=tuple(sorted(set(scopes))),
        hash=secret_hash(token_id.hex(), secret.hex()),
        created_at=rfc3339(now_ns),
        expires_at=rfc3339(now_ns + life_ns),
    )
    return Minted(record, f"st_{record.id}_{secret.hex()}")


def secret_hash(token_id: str, secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(f"seatrial token\x1f{token_id}\x1f{secret}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Known:
    record: TokenRecord
    created_ns: int
    expires_ns: int


class TokenBook:
    """The tokens there are. Immutable: a changed file becomes another book."""

    def __init__(self, records: Iterable[TokenRecord] = ()) -> None:
        """Read the records' times.

        Raises:
            ValueError: a time is not RFC 3339.
        """
        self._known: Mapping[str, _Known] = {
            one.id: _Known(one, parse_rfc3339(one.created_at), parse_rfc3339(one.expires_at)) for one in records
        }

    @property
    def records(self) -> list[TokenRecord]:
        """Every record, the revoked and expired too, oldest first."""
        return [known.record for known in self._known.values()]

    def find(self, token_id: str) -> TokenRecord | None:
        """One record, whatever its state."""
        known = self._known.get(token_id)
        return None if known is None else known.record

    def verify(self, text: str, now_ns: int) -> TokenRecord | Rejection:
        """Whose token this is, or why it opens nothing. Compared in constant time, a stranger's id too."""
        parts = TOKEN_PATTERN.fullmatch(text)
        if parts is None:
            return Rejection.MALFORMED
        token_id, secret = parts.groups()
        known = self._known.get(token_id)
        kept = _NO_HASH if known is None else known.record.hash
        same = hmac.compare_digest(kept, secret_hash(token_id, secret))
        if known is None or not same:
            return Rejection.UNKNOWN
        return self.ended(token_id, now_ns) or known.record

    def ended(self, token_id: str, now_ns: int) -> Rejection | None:
        """Why a token that once was good is no longer; None while it is."""
        known = self._known.get(token_id)
        if known is None:
            return Rejection.UNKNOWN
        if known.record.revoked_at is not None:
            return Rejection.REVOKED
        if now_ns >= known.expires_ns:
            return Rejection.EXPIRED
        if now_ns < known.created_ns - SKEW_NS_MAX:
            return Rejection.EARLY
        return None

    def created_ns(self, token_id: str) -> int:
        """When a token was made; 0 for one that is not there."""
        known = self._known.get(token_id)
        return 0 if known is None else known.created_ns

    def expires_ns(self, token_id: str) -> int:
        """When a token ends by itself; 0 for one that is not there."""
        known = self._known.get(token_id)
        return 0 if known is None else known.expires_ns
