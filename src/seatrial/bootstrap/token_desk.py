"""Making, listing and revoking tokens. The running platform reads the file again: nothing needs a restart."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.token_use import last_used
from seatrial.domain.faults import RequestFault
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS, rfc3339
from seatrial.services.access.scopes import Scope
from seatrial.services.access.token_records import read_tokens, write_tokens
from seatrial.services.access.tokens import (
    ID_BYTES,
    LIFE_NS_MAX,
    NAME_PATTERN,
    SECRET_BYTES,
    TOKENS_MAX,
    Minted,
    Rejection,
    TokenBook,
    mint,
)

TOKENS_FILE = "tokens.json"
SPANS_NS = {"m": MINUTE_NS, "h": HOUR_NS, "d": DAY_NS}
WORDS = {Rejection.REVOKED: "revoked", Rejection.EXPIRED: "expired", Rejection.EARLY: "early"}
ROTATE_AFTER_NS = 92 * DAY_NS  # a token older than this is due for another


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token as `seatrial token list` shows it. Times are wall times, RFC 3339."""

    id: str
    name: str
    scopes: tuple[str, ...]
    state: str  # good, expired, revoked, or early: made later than this clock says it is
    created_at: str
    expires_at: str
    revoked_at: str | None
    last_used_at: str | None
    age_days: int
    due: bool  # good, and older than 92 days: make another, install it, revoke this one


def tokens_path(settings: Settings) -> Path:
    """Where the tokens are kept."""
    return settings.state / TOKENS_FILE


def create_token(settings: Settings, name: str, scopes: Sequence[str], life: str) -> Minted:
    """A new token, kept as a hash.

    Raises:
        RequestFault: name, scopes or life are not accepted, or there are too many.
        BadSetting: the file cannot be read.
    """
    if not NAME_PATTERN.fullmatch(name):
        raise RequestFault("NAME", "1 to 64 letters, digits, spaces or ._@-, beginning with a letter or digit", name)
    life_ns = life_of(life)
    held = {Scope(scope) for scope in scopes}
    now_ns = WallClock().now_ns()
    with _alone(settings) as path:
        book = read_tokens(path)
        records, good = book.records, [each for each in book.records if _state(book, each.id, now_ns) == "good"]
        if len(records) >= TOKENS_MAX:
            records = good  # the ended ones make room
        if len(records) >= TOKENS_MAX:
            raise RequestFault("NAME", f"at most {TOKENS_MAX} good tokens; revoke one first", len(records))
        if any(each.name == name for each in good):
            raise RequestFault("NAME", "a name that no good token has; revoke that one first", name)
        minted = mint(
            name,
            held,
            now_ns=now_ns,
            life_ns=life_ns,
            token_id=_fresh_id({each.id for each in records}),
            secret=secrets.token_bytes(SECRET_BYTES),
        )
        write_tokens(path, [*records, minted.record])
    return minted


def list_tokens(settings: Settings) -> list[TokenRow]:
    """Every token, the ended ones too, oldest first."""
    book, used, now_ns = read_tokens(tokens_path(settings)), last_used(settings.state), WallClock().now_ns()
    rows = []
    for record in book.records:
        age_ns = max(0, now_ns - book.created_ns(record.id))
        state = _state(book, record.id, now_ns)
        at_ns = used.get(record.id)
        rows.append(
            TokenRow(
                id=record.id,
                name=record.name,
                scopes=tuple(str(scope) for scope in record.scopes),
                state=state,
                created_at=record.created_at,
                expires_at=record.expires_at,
                revoked_at=record.revoked_at,
                last_used_at=None if at_ns is None else rfc3339(at_ns),
                age_days=age_ns // DAY_NS,
                due=state == "good" and age_ns > ROTATE_AFTER_NS,
            )
        )
    return rows


def revoke_token(settings: Settings, token_id: str) -> TokenRow:
    """End a token at once, also on a running platform. One that was revoked already stays as it is.

    Raises:
        RequestFault: there is no such token.
    """
    with _alone(settings) as path:
        records = read_tokens(path).records
        if token_id not in {each.id for each in records}:
            known = ", ".join(each.id for each in records) or "none: there is no token"
            raise RequestFault("ID", f"the id of a token ({known})", token_id[:16])
        at = rfc3339(WallClock().now_ns())
        ended = [
            msgspec.structs.replace(each, revoked_at=each.revoked_at or at) if each.id == token_id else each
            for each in records
        ]
        write_tokens(path, ended)
    return next(row for row in list_tokens(settings) if row.id == token_id)


def life_of(text: str) -> int:
    """`90d`, `12h` or `30m` in nanoseconds.

    Raises:
        RequestFault: it is something else, or longer than a token may live.
    """
    parts = re.fullmatch(r"([1-9][0-9]{0,5})([mhd])", text.strip().lower(), re.ASCII)
    life_ns = int(parts[1]) * SPANS_NS[parts[2]] if parts else 0
    if not 0 < life_ns <= LIFE_NS_MAX:
        raise RequestFault("--expires", f"such as 90d, 12h or 30m, at most {LIFE_NS_MAX // DAY_NS}d", text[:32])
    return life_ns


def _fresh_id(taken: set[str]) -> bytes:
    while (found := secrets.token_bytes(ID_BYTES)).hex() in taken:
        pass
    return found


def _state(book: TokenBook, token_id: str, now_ns: int) -> str:
    return "good" if (ended := book.ended(token_id, now_ns)) is None else WORDS[ended]


@contextlib.contextmanager
def _alone(settings: Settings) -> Iterator[Path]:
    """The token file, while nobody else changes it."""
    path = tokens_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield path
    finally:
        os.close(descriptor)
