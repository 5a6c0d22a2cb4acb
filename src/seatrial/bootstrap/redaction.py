"""Secrets are cut out of every record, wherever they hide, before it is written anywhere.

Three nets, one behind the other: the texts of every credential we were given, whatever is named like a secret,
and whatever has the shape of one (our tokens, `Authorization` values, signatures in queries, passwords in URLs).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from seatrial.bootstrap.randomness import local_key, local_secret
from seatrial.bootstrap.secrets import HIDDEN, Secret
from seatrial.bootstrap.settings import Settings

SECRET_WORDS: Final = (
    "secret",
    "password",
    "passphrase",
    "token",
    "authorization",
    "cookie",
    "signature",
    "apikey",
    "api_key",
    "api-key",
    "key_id",
    "key-id",
    "database_url",
    "webhook_url",
)
REDACTED_LENGTH_MIN: Final = 6  # a shorter secret would cut holes into ordinary words
DEPTH_MAX: Final = 12  # a value nested deeper is shown as text

_SECRET_NAMES = r"(?:signature|access_token|token|secret|password|passwd|api_?key|listenKey)"
_SHAPES: Final = (
    (re.compile(r"\bst_[0-9a-f]{8}_[0-9a-f]{16,}"), HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}"), rf"\1 {HIDDEN}"),
    (re.compile(rf"(?i)([?&;\s\"']{_SECRET_NAMES}=)[^&\s\"'<>]+"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i)^({_SECRET_NAMES}=)[^&\s\"'<>]+"), rf"\1{HIDDEN}"),
    (
        re.compile(r"(?i)((?:apca-api-secret-key|apca-api-key-id|x-mbx-apikey)[\"']?\s*[:=]\s*[\"']?)[^\s\"',]+"),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(/(?:ws|stream)/)[A-Za-z0-9]{40,}"), rf"\1{HIDDEN}"),  # a listen key
    (re.compile(r"(://[^/\s:@]*):[^/\s@]+@"), rf"\1:{HIDDEN}@"),
)

Event = MutableMapping[str, Any]


class Redaction:
    """A structlog processor that hides known secrets, and whatever is named or shaped like one."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        texts = {text for secret in secrets for text in _spellings(secret.reveal())}
        known = sorted((text for text in texts if len(text) >= REDACTED_LENGTH_MIN), key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, logger: object, method: str, event: Event) -> Event:
        """The event without its secrets."""
        return {self.text(key): self._value(key, value, 0) for key, value in event.items()}

    def text(self, text: str) -> str:
        """A text without the secrets in it."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        for shape, shown in _SHAPES:
            text = shape.sub(shown, text)
        return text

    def _value(self, key: str, value: object, depth: int) -> object:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, Secret) or any(word in key.lower() for word in SECRET_WORDS):
            return HIDDEN
        if isinstance(value, int | float):
            return value
        if depth < DEPTH_MAX and isinstance(value, Mapping):
            return {self.text(str(inner)): self._value(str(inner), each, depth + 1) for inner, each in value.items()}
        if depth < DEPTH_MAX and isinstance(value, list | tuple | set | frozenset):
            return [self._value("", each, depth + 1) for each in value]
        if isinstance(value, bytes | bytearray):
            return self.text(bytes(value).decode(errors="replace"))
        return self.text(str(value))


def secrets_of(settings: Settings) -> list[Secret]:
    """Every credential among the settings, and those that the seed leads to."""
    found = [value for value in settings.values.values() if isinstance(value, Secret)]
    for venue in ("alpaca", "binance"):
        found.append(Secret(local_secret(settings.seed, venue, settings.emulator_secret)))
        found.append(Secret(local_key(settings.seed, venue, settings.emulator_key)))
    return [secret for secret in found if secret]


def _spellings(text: str) -> Iterator[str]:
    """A secret as it is, as a URL spells it, and the password of a URL alone."""
    yield text
    yield quote(text, safe="")
    if "://" in text:
        try:
            password = urlsplit(text).password
        except ValueError:
            return
        if password:
            yield password
            yield unquote(password)
