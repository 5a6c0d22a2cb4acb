"""Who a request comes from: the venue's two headers, HTTP basic authentication, or an OAuth bearer token."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable, Mapping
from typing import NamedTuple

RawHeaders = Iterable[tuple[bytes, bytes]]

_KEY, _SECRET, _AUTHORIZATION = b"apca-api-key-id", b"apca-api-secret-key", b"authorization"


class Credential(NamedTuple):
    """What opens an account's doors. The secret is its bearer token as well."""

    key: str
    secret: str
    account: str


class Keys:
    """The credentials the venue knows."""

    def __init__(self, credentials: Mapping[str, Credential]) -> None:
        self._credentials = credentials
        self._bearers = {each.secret: each.account for each in credentials.values()}

    def account(self, key: str, secret: str) -> str | None:
        """Whose key it is; None for a wrong key or secret."""
        known = self._credentials.get(key)
        if known is None or not hmac.compare_digest(known.secret.encode(), secret.encode()):
            return None
        return known.account

    def account_of(self, headers: RawHeaders) -> str | None:
        """Who a request with these headers, names in lower case, comes from."""
        found = dict(headers)
        if _KEY in found:
            return self.account(found[_KEY].decode("latin-1"), found.get(_SECRET, b"").decode("latin-1"))
        scheme, _, value = found.get(_AUTHORIZATION, b"").decode("latin-1").partition(" ")
        if scheme.lower() == "bearer":
            return self._bearers.get(value)
        if scheme.lower() != "basic":
            return None
        try:
            key, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return self.account(key, secret)
